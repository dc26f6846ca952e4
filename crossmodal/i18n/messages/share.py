"""Sharing, files to take away and the report, with what can go wrong there."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    # Share and export
    "share": ("Share", "分享"),
    "share.title": ("Share this view", "分享此视图"),
    "share.tab.link": ("Link", "链接"),
    "share.tab.embed": ("Embed", "嵌入"),
    "share.tab.files": ("Files", "文件"),
    "share.tab.code": ("Code", "代码"),
    "share.link": (
        "Opens this page as it is now: input, settings and language, with the same numbers.",
        "打开后与当前页面一致：输入、设置、语言和数字都相同。",
    ),
    "share.link.without_clip": (
        "Opens these settings. Your clip is not in this link.",
        "打开后保留这些设置，但不包含你的录音。",
    ),
    "share.link.edited": (
        "Opens the shared clip with the words it was shared with; your change of words is not in this link.",
        "打开后是分享时的录音和文字，不包含你对文字的修改。",
    ),
    "share.local": (
        "This address is known to this computer alone. For the room, open the page at an address that other devices "
        "reach, or set CROSSMODAL_PUBLIC_URL.",
        "此地址只有本机能打开。若要让其他设备访问，请用它们能到达的地址打开本页，或设置 CROSSMODAL_PUBLIC_URL。",
    ),
    "share.qr.alt": ("QR code of the link", "链接的二维码"),
    "share.qr": ("For phones in the room", "供现场手机扫描"),
    "share.qr.too_long": ("The link is too long for a QR code.", "链接过长，无法生成二维码。"),
    "share.include": ("Include my clip", "包含我的录音"),
    "share.include.what": (
        "This server then keeps the sound as the models hear it, the words shown and their scores for {days} days, "
        "earlier if room runs out; whoever has the link can listen, and you get a link that deletes it.",
        "本服务器将保存模型所听到的声音、显示的文字及其分数 {days} 天（空间不足时会提前删除）；"
        "任何拿到链接的人都能收听，你会得到一个用于删除的链接。",
    ),
    "share.included": ("Your clip is in the link until {date}.", "链接包含你的录音，保留至 {date}。"),
    "share.forget": (
        "Keep this link to delete the clip; it is shown only now:",
        "请保存此链接，可用来删除录音；仅在此处显示一次：",
    ),
    "share.embed": (
        "Puts this view into another page. The microphone works there only over HTTPS.",
        "将此视图嵌入其他网页；麦克风仅在 HTTPS 下可用。",
    ),
    "share.files.report": ("Report (HTML)", "报告（HTML）"),
    "share.files.json": ("Numbers (JSON)", "数据（JSON）"),
    "share.files.csv": ("Table (CSV)", "表格（CSV）"),
    "share.files.all": (
        "The whole view. The files hold the words and scores, never the sound.",
        "完整视图。文件包含文字和分数，不含声音。",
    ),
    "share.chart": ("One chart", "单张图表"),
    "share.chart.wave": ("Waveform", "波形"),
    "share.chart.wave.title": ("Waveform, speech shaded", "波形（阴影为语音段）"),
    "share.chart.curve": ("Every weight", "各种权重"),
    "share.chart.curve.title": ("Every weight, against the truth", "各种权重的实际效果"),
    "share.which": ("Which input", "哪个输入"),
    "share.chart.svg": ("Chart (SVG)", "图表（SVG）"),
    "share.chart.png": ("Chart (PNG)", "图表（PNG）"),
    "share.nothing": (
        "There is nothing fused to take away: every modality is switched off.",
        "没有可导出的融合结果：所有模态都已关闭。",
    ),
    "share.code": ("Reproduce as code", "用代码复现"),
    "share.code.exact": (
        "Run in the project's folder, this prints these very numbers.",
        "在项目文件夹中运行，会输出完全相同的数字。",
    ),
    "share.code.clip": (
        "Run in the project's folder, with your own recording in place of clip.wav, this prints these very numbers.",
        "在项目文件夹中运行，将 clip.wav 换成你的录音，会输出完全相同的数字。",
    ),
    "share.code.shell": ("Command line", "命令行"),
    "share.code.python": ("Python", "Python"),
    "share.opened": ("A clip that was shared with you, kept until {date}.", "别人分享给你的录音，保留至 {date}。"),
    "share.opened.read_anew": (
        "It was shared from other models ({shared}); it has been read anew by those of this page ({present}), so the "
        "numbers may differ.",
        "分享时使用的是另一组模型（{shared}），现已由本页模型（{present}）重新分析，数字可能不同。",
    ),
    "share.close": ("Close the shared clip", "关闭分享的录音"),
    "share.close.gone": ("Go on without it", "不使用它，继续"),
    "share.settings_kept": (
        "The settings of the link are in place: try them on an example or on a clip of your own.",
        "链接中的设置仍然有效：可用于示例或你自己的录音。",
    ),
    "share.forget.title": ("Delete the shared clip?", "删除分享的录音？"),
    "share.forget.what": (
        "Sound, words and scores are removed from this server, and links to it stop working.",
        "声音、文字和分数会从本服务器删除，相关链接随即失效。",
    ),
    "share.forget.go": ("Delete it", "删除"),
    "share.forget.keep": ("Keep it", "保留"),
    "share.forget.done": ("The shared clip was deleted.", "分享的录音已删除。"),
    "report.title": ("Crossmodal report", "Crossmodal 报告"),
    "report.alone": ("What each says alone", "各自的结果"),
    "report.together": ("What they say together", "融合的结果"),
    "report.numbers": ("All probabilities", "全部概率"),
    "report.heard": ("Recognised as: {words}", "识别为：{words}"),
    "report.link": ("Link: {link}", "链接：{link}"),
    "report.prior.even": ("all emotions equally common", "各情绪同样常见"),
    "report.without": ("without {modality}", "不使用{modality}"),
    "error.title.clip_gone": ("This clip is no longer here", "此录音已不存在"),
    "error.title.clip_damaged": ("This clip cannot be opened", "无法打开此录音"),
    "error.title.clip_token": ("This link deletes nothing", "此链接无法删除"),
    "error.title.clip_store_failed": ("The clip was not kept", "录音未能保存"),
    "error.clip_limit": (
        "You have included {most} clips today, and no more are taken from one visitor. Links already made still work.",
        "你今天已包含 {most} 段录音，每位访客每天最多这么多。已生成的链接仍然有效。",
    ),
    "error.clip_gone": (
        "It was shared for a limited time and has expired, or it was deleted.",
        "分享有时间限制：它已过期，或已被删除。",
    ),
    "error.clip_damaged": (
        "What is stored is not what was shared, so it is not opened. Ask for a new link.",
        "存储的内容与分享时不一致，因此不会打开。请索取新的链接。",
    ),
    "error.clip_token": (
        "The part of the link that allows deleting is missing or wrong. Use the whole link that was shown on sharing.",
        "链接中用于删除的部分缺失或有误。请使用分享时显示的完整链接。",
    ),
    "error.clip_store_failed": (
        "This server cannot keep clips at present. The link with the settings alone still works.",
        "本服务器目前无法保存录音，但仅含设置的链接仍可使用。",
    ),
}
