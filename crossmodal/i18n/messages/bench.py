"""The inputs and the bench: the mixer, where the decision flips, the formula, the curve over the weight."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    # Inputs
    "source": ("Input", "输入"),
    "source.example": ("Example", "示例"),
    "source.record": ("Record", "录音"),
    "source.upload": ("Upload", "上传"),
    "source.type": ("Type", "打字"),
    "example": ("Example", "示例"),
    "example.synthetic": (
        "A synthetic voice: no person spoke this. Read beforehand by the same models.",
        "合成语音，并非真人所说；由同一组模型预先分析。",
    ),
    "example.synthetic.anew": (
        "A synthetic voice: no person spoke this. Read anew by the models in use.",
        "合成语音，并非真人所说；由当前使用的模型重新分析。",
    ),
    "record": ("Record a sentence in English, up to 30 seconds", "录一句英语，最长 30 秒"),
    "upload": ("A recording of English speech, up to 30 seconds", "一段英语录音，最长 30 秒"),
    "privacy": (
        "Processed in this server's memory, not stored, not shared unless you choose to; dropped some time after you "
        "leave.",
        "仅在本服务器内存中处理，除非你选择分享，否则不存储、不分享；离开后不久即清除。",
    ),
    "typed": ("An English sentence", "一句英语"),
    "typed.placeholder": ("I can't believe you came all this way!", "I can't believe you came all this way!"),
    "typed.privacy": (
        "Typed words become part of this page's address, so that a link to it shows the same.",
        "输入的文字会写入网址，因此分享链接即可看到同样的结果。",
    ),
    "typed.go": ("Read", "分析"),
    "words": ("Words", "文字"),
    "words.help": (
        "What the recogniser heard. Correct it as you like: only the words are read again.",
        "语音识别的结果，可以随意修改：只会重新分析文字。",
    ),
    "words.placeholder": ("No words recognised. Type them here.", "没有识别到文字，可在此输入。"),
    "words.heard": ("recognised with {confidence} confidence", "识别置信度 {confidence}"),
    "words.not_english": (
        "The models were trained on English; for other languages the scores mean little.",
        "模型仅用英语训练，对其他语言的分数没有多少意义。",
    ),
    "empty.record": ("Say something, then read on.", "说一句话，结果会出现在这里。"),
    "empty.upload": ("Choose a recording, then read on.", "选择一段录音，结果会出现在这里。"),
    "empty.type": ("Write a sentence, then read on.", "写一句话，结果会出现在这里。"),
    "wave.alt": (
        "Waveform, {seconds} seconds, speech from {spans}.",
        "波形，{seconds} 秒，有语音的区间：{spans}。",
    ),
    "wave.caption": ("{seconds} s, speech shaded", "{seconds} 秒，阴影为语音"),
    # The formula, read aloud
    "guide": (
        "Point at a symbol, and the part of the page that it stands for is marked.",
        "指向一个符号，页面上对应的部分会被标出。",
    ),
    "guide.x": ("what is given. {parts}", "输入。{parts}"),
    "guide.f": ("what each reads by itself. {parts}", "各自的判断。{parts}"),
    "guide.alpha": ("how much each counts. {parts}", "各占的权重。{parts}"),
    "guide.fusion": ("what they come to together: {fused}", "合在一起的结果：{fused}"),
    # Mixer
    "alpha": ("Weight of {modality} {symbol}", "{modality}权重 {symbol}"),
    "use": ("Use {modality}", "使用{modality}"),
    "rule": ("Fusion rule", "融合规则"),
    "rule.linear": ("Linear pool", "线性加权"),
    "rule.log_pool": ("Log pool", "对数加权"),
    "rule.product": ("Product of experts", "专家乘积"),
    "rule.confidence": ("Confidence-weighted", "置信度加权"),
    "rule.shared_space": ("Shared space", "共享空间"),
    "rule.linear.note": (
        "A weighted average: no single modality can rule an emotion out.",
        "加权平均：任何单一模态都无法完全否定某种情绪。",
    ),
    "rule.log_pool.note": (
        "A weighted geometric mean: one firm no weighs heavily.",
        "加权几何平均：一个明确的否定影响很大。",
    ),
    "rule.product.note": (
        "Evidence adds up: two that agree are surer than either.",
        "证据累加：两者一致时比任何一方都更确定。",
    ),
    "rule.confidence.note": (
        "Whoever is surer counts for more.",
        "谁更确定，谁的权重就更大。",
    ),
    "rule.shared_space.note": (
        "The embeddings are averaged first, then read by the one head.",
        "先对嵌入向量加权平均，再由同一个分类头读取。",
    ),
    "temperature": ("Sharpness (temperature T)", "锐度（温度 T）"),
    "temperature.help": (
        "To the right, T below 1 sharpens the fused scores; to the left, T above 1 flattens them.",
        "向右 T 小于 1，融合分数更尖锐；向左 T 大于 1，更平缓。",
    ),
    # Cost of the stages
    "cost": ("Time in ms", "耗时（毫秒）"),
    "cost.decode": ("decode", "解码"),
    "cost.transcript": ("transcript", "识别"),
    "cost.encode_speech": ("voice", "语音"),
    "cost.encode_text": ("words", "文字"),
    "cost.fuse": ("fuse", "融合"),
    # The mixer in the browser: messages with values are filled in by ui/components/mixer
    "mixer": ("Mix", "混合"),
    "mode": ("How to set the weights", "权重的设置方式"),
    "mode.mix": ("Mix", "配比"),
    "mode.free": ("Free", "自由"),
    "mix.share": ("Share of {modality}", "{modality}所占比例"),
    "mix.label": ("Mix of {modalities}", "{modalities}的配比"),
    "mix.spoken": (
        "{weights}: {label}, {probability} percent",
        "{weights}：{label}，{probability}%",
    ),
    "mix.one": ("{modality} alone: nothing to weigh against it.", "只有{modality}，无需权衡。"),
    "mix.none": ("Switch on at least one modality.", "请至少打开一种模态。"),
    "sharpness": ("Sharpness", "锐度"),
    "temperature.value": (
        "T = {temperature}: {label}, {probability} percent",
        "T = {temperature}：{label}，{probability}%",
    ),
    # Where the decision flips: said by the mixer in the browser and by the comparison
    "flips.axis": ("By the share of {modality}:", "随{modality}比例增大："),
    "flips.until": ("{label} up to {at}", "到 {at} 为{label}"),
    "flips.join": (", then ", "，"),
    "flips.last": ("{label}", "最后为{label}"),
    "flips.always": ("{label} at every mix", "任何配比都是{label}"),
    "flips.steady": ("Steady: {distance} from {label}", "稳定：距{label} {distance}"),
    "flips.close": ("Close: {distance} from {label}", "接近：距{label} {distance}"),
    "flips.edge": ("On the edge: {distance} from {label}", "临界：距{label} {distance}"),
    "flips.never": ("Steady: never flips", "稳定：不会翻转"),
    "flips.searched": (
        "Found by search: this rule has no closed form.",
        "由搜索得出：此规则没有闭式解。",
    ),
    "mark.best": ("Best on held-out pairs", "留出配对最优"),
    "mark.best.help": (
        "The share of the voice that scored best on label-matched pairs under this rule.",
        "在标签匹配的语音与文字配对上，此规则得分最高时的语音比例。",
    ),
    "mark.sure": ("By certainty", "按确定度"),
    "mark.sure.help": (
        "Each counts as much as it is sure of this input.",
        "各模态对此输入有多确定，就占多大比例。",
    ),
    "plain": ("Use plain sliders", "改用普通滑块"),
    # Alpha against truth
    "sweep": ("Every weight, against the truth", "各种权重的实际效果"),
    "sweep.meaning": (
        "Measured on {count} label-matched pairs: a clip and a sentence of the same emotion, from speakers and texts "
        "held out of training, put together by us. That takes voice and words as independent given the emotion, so "
        "every figure is an upper bound.",
        "在 {count} 个标签匹配对上测得：每对由情感相同的一段录音和一句话人为拼成，说话人和文本均未参与训练。"
        "这相当于假设情感给定时语音与文字相互独立，因此所有数字都是上限。",
    ),
    "sweep.here": (
        "At {alpha}: accuracy {uar}, macro-F1 {f1}, calibration error {ece}. Highest accuracy at {best}: {top} "
        "(95 % band {low}-{high}).",
        "权重 {alpha} 处：准确率 {uar}，宏 F1 {f1}，校准误差 {ece}。准确率在 {best} 处最高：{top}"
        "（95 % 置信带 {low}-{high}）。",
    ),
    "sweep.terms": (
        "Accuracy is the mean recall of the seven emotions; its band comes from drawing whole speakers again. "
        "Calibration error (ECE): lower is better.",
        "准确率为七种情感召回率的平均值，其置信带由对整个说话人重复抽样得到。校准误差（ECE）越低越好。",
    ),
    "sweep.uar": ("accuracy", "准确率"),
    "sweep.f1": ("macro-F1", "宏 F1"),
    "sweep.ece": ("ECE", "校准误差"),
    "sweep.now": ("now {alpha}", "当前 {alpha}"),
    "sweep.best": ("best {alpha}", "最佳 {alpha}"),
    "sweep.clip": ("this input", "当前输入"),
    "sweep.axis": ("weight of {modality}", "{modality}权重"),
    "sweep.alt": (
        "Accuracy, macro-F1 and calibration error over the weight of {modality}. {here}",
        "准确率、宏 F1 与校准误差随{modality}权重的变化。{here}",
    ),
    "sweep.two": (
        "The curve over the weight needs exactly two modalities to be present and in use.",
        "权重曲线需要恰好两种模态存在并启用。",
    ),
    "sweep.none": (
        "The scores of label-matched pairs for these models are not here; python -m crossmodal evaluate writes them.",
        "此处没有这些模型在标签匹配对上的分数；可运行 python -m crossmodal evaluate 生成。",
    ),
    "sweep.none.own": (
        "The curve belongs to the shipped models: yours has no scores on label-matched pairs. Go back to the shipped "
        "models to see it.",
        "这条曲线属于自带模型：你自己的模型没有在标签匹配对上的分数。换回自带模型即可查看。",
    ),
}
