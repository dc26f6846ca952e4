"""The timeline of a long recording."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    "page.timeline": ("Timeline", "时间线"),
    "timeline.lead": (
        "A whole conversation at once: what the voice says, what the words say, and what they come to together.",
        "一览整段对话：语气透露什么、文字表达什么，合在一起又是什么。",
    ),
    "timeline": ("Timeline", "时间线"),
    "timeline.example": ("Example", "示例"),
    "timeline.own": ("Your recording", "你的录音"),
    "timeline.synthetic": (
        "Our example voices one after the other. Synthetic: no person spoke this. Read beforehand by the same models.",
        "由示例语音依次拼接而成，均为合成语音，并非真人所说；由同一组模型预先分析。",
    ),
    "timeline.synthetic.anew": (
        "Our example voices one after the other. Synthetic: no person spoke this. Read anew by the models in use.",
        "由示例语音依次拼接而成，均为合成语音，并非真人所说；由当前使用的模型重新分析。",
    ),
    "timeline.example.reading": (
        "Reading the example by the models in use: voice {number} of {total}",
        "正在用当前模型分析示例：第 {number} / {total} 段语音",
    ),
    "timeline.upload": (
        "A recording of English speech, up to {minutes} minutes and {megabytes} MB",
        "一段英语录音，最长 {minutes} 分钟、最大 {megabytes} MB",
    ),
    "timeline.privacy": (
        "Kept in this server's memory for this session only: not stored, not shared, dropped some time after you "
        "leave.",
        "仅在本次会话期间保留于服务器内存，不存储、不分享；离开后不久即清除。",
    ),
    "timeline.another": ("Another recording", "换一段录音"),
    "timeline.other_models": (
        "This recording was read by other models than those in use.",
        "这段录音的结果来自另一组模型，并非当前使用的模型。",
    ),
    "timeline.anew": ("Read it anew", "用当前模型重新分析"),
    "timeline.reading": ("{at} of {total} read", "已分析 {at} / {total}"),
    "timeline.left": (", about {left} to go", "，约剩 {left}"),
    "timeline.cancel": ("Stop here", "停止分析"),
    "timeline.stopped": ("Stopped at {at}. What was read until then is below.", "已停在 {at}，之前的结果如下。"),
    "timeline.kept": ("What was read until then is below.", "此前已分析的部分如下。"),
    "timeline.size": ("{lines} lines, {length}", "{lines} 句，{length}"),
    "timeline.window": ("Shown, in minutes", "显示范围（分钟）"),
    "timeline.outline": ("Recording", "录音"),
    "timeline.apart": ("Disagreement", "分歧"),
    "timeline.colours": ("What the colours stand for", "颜色含义"),
    "timeline.terms": (
        "Disagreement is the Jensen-Shannon divergence between the readings: 0 where they are alike, 1 where they "
        "share nothing. Choose a stretch to hear it.",
        "分歧为各判断之间的 Jensen-Shannon 散度：相同为 0，毫无重合为 1。点选一段即可收听。",
    ),
    "timeline.summary": ("Fused, by time: {shares}.", "融合结果按时长：{shares}。"),
    "timeline.most_apart": ("Most at odds at {at}.", "分歧最大处在 {at}。"),
    "timeline.line": ("Line {number}", "第 {number} 句"),
    "timeline.before": ("Previous", "上一句"),
    "timeline.next": ("Next", "下一句"),
    "timeline.no_words": ("No words were recognised here.", "此处没有识别到文字。"),
    "timeline.transcript": ("Transcript", "文字记录"),
    "timeline.transcript.help": (
        "correct any line: only its words are read again",
        "可修改任意一句，只会重新分析该句文字",
    ),
    "timeline.typed": ("You typed: {words}", "你输入的是：{words}"),
    "timeline.at": ("At", "时间"),
    "timeline.said": ("What is said", "内容"),
    "timeline.export": ("Take it away", "导出"),
    "timeline.export.what": ("times, words and scores, never the sound", "时间、文字和分数，不含声音"),
    "timeline.export.csv": ("Table (CSV)", "表格（CSV）"),
    "timeline.export.json": ("Numbers (JSON)", "数据（JSON）"),
    "timeline.export.vtt": ("Subtitles (WebVTT)", "字幕（WebVTT）"),
    "timeline.export.textgrid": ("Praat (TextGrid)", "Praat（TextGrid）"),
    "error.recording_too_long": (
        "The recording has {minutes} minutes; at most {longest} can be read.",
        "录音长 {minutes} 分钟，最多支持 {longest} 分钟。",
    ),
    "error.recording_cut": (
        "The recording goes on for more than {longest} minutes; the first {longest} were read.",
        "录音超过 {longest} 分钟，仅分析了前 {longest} 分钟。",
    ),
    "error.recordings_full": (
        "{most} recordings are being read at present, as many as this server reads at once. Try again in a minute.",
        "服务器正在分析 {most} 段录音，已达同时处理的上限。请稍后再试。",
    ),
}
