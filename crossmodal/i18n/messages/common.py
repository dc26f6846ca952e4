"""What stands on every page: its frame, the names of pages, modalities and classes, progress, results."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
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
}
