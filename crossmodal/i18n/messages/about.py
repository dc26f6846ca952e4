"""The page about the project."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
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
}
