"""Why this answer: by modality, by word, by moment, and the prosody beside it."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    "why": ("Why this answer?", "为什么是这个结果？"),
    "why.points": ("points for {label}", "对“{label}”的贡献（百分点）"),
    # By modality
    "why.modality": ("By modality", "按模态"),
    "why.prior": ("Before anything is known", "尚无任何输入时"),
    "why.modality.note": (
        "Exact Shapley values: what each adds to the probability of {label}, averaged over every order in which they "
        "can come in. One that is missing leaves its weight to the prior, which is how common {label} is taken to be.",
        "精确的 Shapley 值：各模态给“{label}”的概率增加多少，并对所有加入顺序取平均。缺席的模态把权重让给先验，"
        "即“{label}”本身被认为有多常见。",
    ),
    # By word
    "why.words": ("By word", "按词"),
    "why.words.table": ("Points for {label}, word by word", "各词对“{label}”的贡献（百分点）"),
    "why.words.note": (
        "What {label} loses, in points, where a word is left out. Solid line: it speaks for {label}; dotted: against.",
        "去掉某个词后“{label}”减少的百分点。实线：支持“{label}”；点线：削弱“{label}”。",
    ),
    "why.words.groups": (
        "What {label} loses, in points, where neighbouring words are left out together, as the text is long. Solid "
        "line: they speak for {label}; dotted: against.",
        "文本较长，因此相邻的词一起去掉：“{label}”减少的百分点。实线：支持“{label}”；点线：削弱“{label}”。",
    ),
    "why.words.one": (
        "There is one word: without it nothing is left to read.",
        "只有一个词，去掉后就没有可分析的内容了。",
    ),
    "why.words.none": ("No words are in use here.", "这里没有使用文字。"),
    "why.flip.gone": (
        "Smallest change found that turns the answer: without \u201c{word}\u201d it is {label}, {chance} %.",
        "能改变结果的最小改动：去掉“{word}”，结果变为{label}，{chance}%。",
    ),
    "why.flip.put": (
        "Smallest change found that turns the answer: with \u201c{put}\u201d for \u201c{word}\u201d it is {label}, "
        "{chance} %.",
        "能改变结果的最小改动：把“{word}”换成“{put}”，结果变为{label}，{chance}%。",
    ),
    "why.flip.none": (
        "No single change turns the answer at these weights: {left} words left out, {tried} replacements tried.",
        "在当前权重下，单处改动不会改变结果：已试去掉 {left} 处、替换 {tried} 种。",
    ),
    # By moment
    "why.time": ("By moment", "按时刻"),
    "why.time.note": (
        "Up speaks for {label}, down (hatched) against: what is lost where {seconds} s are left out of the reading. "
        "The encoder has heard the whole clip; only its summary is made anew.",
        "向上支持“{label}”，向下（斜线）削弱“{label}”：汇总时去掉 {seconds} 秒后的变化。"
        "编码器听过整段录音，只是重新汇总。",
    ),
    "why.time.most": (
        "Most for {label}: {start}-{end} s, {points}.",
        "最支持“{label}”：{start}-{end} 秒，{points}。",
    ),
    "why.time.least": (
        "Most against: {start}-{end} s, {points}.",
        "最不利：{start}-{end} 秒，{points}。",
    ),
    "why.time.none": ("The voice is switched off.", "语音已关闭。"),
    "why.time.play": ("Play", "播放"),
    "why.time.pause": ("Pause", "暂停"),
    "why.time.place": ("Place in the recording", "录音中的位置"),
    "why.time.here": ("{at} s: {points} points for {label}", "{at} 秒：对“{label}” {points} 个百分点"),
    "why.time.here_word": (
        "{at} s, \u201c{word}\u201d: {points} points for {label}",
        "{at} 秒，“{word}”：对“{label}” {points} 个百分点",
    ),
    # Prosody
    "why.prosody": ("How it is spoken", "语气特征"),
    "why.prosody.note": (
        "Beside the reading, not its cause: the models never see these numbers. The band holds {clips} RAVDESS clips "
        "(5th to 95th percentile, the middle half darker): {speakers} actors saying two fixed sentences, slowly. A "
        "triangle marks their median for this emotion.",
        "这些数字只与结果并列，并非其原因：模型看不到它们。色带为 {clips} 段 RAVDESS 录音的范围"
        "（第 5 到第 95 百分位，中间一半颜色较深）：{speakers} 位演员缓慢地说两句固定的话。三角标出此情绪的中位数。",
    ),
    "why.prosody.lower": (
        "Pitch is held against the lower voices among them.",
        "音高与其中较低的嗓音相比。",
    ),
    "why.prosody.higher": (
        "Pitch is held against the higher voices among them.",
        "音高与其中较高的嗓音相比。",
    ),
    "why.prosody.none": (
        "The figures of the reference speakers are not here; python -m crossmodal evaluate writes them.",
        "此处没有参照说话人的数据；可运行 python -m crossmodal evaluate 生成。",
    ),
    "why.prosody.pitch_hz": ("Pitch", "音高"),
    "why.prosody.pitch_hz.value": ("{value} Hz", "{value} Hz"),
    "why.prosody.pitch_range": ("Movement of pitch", "音高起伏"),
    "why.prosody.pitch_range.value": ("{value} semitones", "{value} 个半音"),
    "why.prosody.loudness_range": ("Movement of loudness", "响度起伏"),
    "why.prosody.loudness_range.value": ("{value} dB", "{value} dB"),
    "why.prosody.rate": ("Rate", "语速"),
    "why.prosody.rate.value": ("{value} syllable-like peaks a second", "每秒 {value} 个音节峰"),
    "why.prosody.pauses": ("Pauses", "停顿"),
    "why.prosody.pauses.value": ("{value} % of the time", "占时长 {value}%"),
    "why.rank": ("above {share} % of the reference", "高于 {share}% 的参照录音"),
    "why.rank.low": ("at the low end of the reference", "处于参照范围的低端"),
    "why.rank.high": ("at the high end of the reference", "处于参照范围的高端"),
    # Progress
    "stage.why_time": ("Leaving out moments of the voice", "正在逐段去掉语音"),
    "stage.why_words": ("Leaving out words", "正在逐词去掉文字"),
    "stage.why_swaps": ("Trying other words", "正在尝试替换词语"),
}
