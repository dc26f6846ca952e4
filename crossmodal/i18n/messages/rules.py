"""The learned fusion rules, and the table of all rules."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    "rule.concat_mlp": ("Concatenation MLP", "拼接多层感知机"),
    "rule.gmu": ("Gated unit", "门控单元"),
    "rule.low_rank_tensor": ("Low-rank tensor", "低秩张量"),
    "rule.cross_attention": ("Cross-attention", "交叉注意力"),
    "rule.concat_mlp.note": (
        "Learned: a small network reads both embeddings side by side.",
        "学习得到：一个小型网络同时读取两个拼接的嵌入向量。",
    ),
    "rule.gmu.note": (
        "Learned: a gate decides, place by place, whom to listen to.",
        "学习得到：由门控逐维决定听谁的。",
    ),
    "rule.low_rank_tensor.note": (
        "Learned: products of both embeddings, beside either alone.",
        "学习得到：既看两个嵌入各自的值，也看它们的乘积。",
    ),
    "rule.cross_attention.note": (
        "Learned: words attend to stretches of the voice, and these to the words.",
        "学习得到：词语关注语音片段，语音片段也关注词语。",
    ),
    "rule.table": (
        "Trained on label-matched pairs, so it never saw the two disagree. While you drag, values between 101 mixes "
        "are interpolated; on release they are exact.",
        "在标签匹配的配对上训练，从未见过两者不一致。拖动时在 101 个配比之间插值，松开后为精确结果。",
    ),
    "mark.gate": ("Learned gate", "学习的门控"),
    "mark.gate.help": (
        "The share of the voice that the gated unit lets through for this input, on average, at equal weights.",
        "权重相等时，门控单元对此输入平均放行的语音比例。",
    ),
    "error.rule_untrained": (
        "The fusion rule {rule} is learned, and these models have no weights for it. Choose another rule.",
        "融合规则 {rule} 需要训练，而当前模型没有它的权重。请选择其他规则。",
    ),
    "error.rule_modalities": (
        "The fusion rule {rule} was not trained on {modality}. It knows: {allowed}.",
        "融合规则 {rule} 没有用 {modality} 训练过。可用的模态：{allowed}。",
    ),
    "rules.table": ("Which rule is best?", "哪种规则最好？"),
    "rules.caption": (
        "Every rule on {count} label-matched pairs of held-out voices and sentences. Accuracy (UAR), in per cent, "
        "unless said otherwise.",
        "各规则在 {count} 个标签匹配的留出语音与文字配对上的表现。除另有说明外，均为准确率（UAR，%）。",
    ),
    "rules.equal": ("Equal weights", "等权重"),
    "rules.best": ("Best weight", "最佳权重"),
    "rules.best_alpha": ("Voice's best weight", "语音最佳权重"),
    "rules.macro_f1": ("Macro-F1, equal", "宏平均 F1（等权重）"),
    "rules.ece": ("Calibration error, equal", "校准误差（等权重）"),
    "rules.speech_missing": ("Voice missing", "缺语音"),
    "rules.text_missing": ("Words missing", "缺文字"),
    "rules.speech_noisy": ("Noisy voice", "语音有噪声"),
    "rules.text_damaged": ("Damaged words", "文字受损"),
    "rules.even_prior": ("Even prior", "均匀先验"),
    "rules.parameters": ("Trained numbers", "训练参数个数"),
    "rules.microseconds": ("\u00b5s a pair", "每对微秒"),
    "rules.learned": (
        "The best learned rule ({learned}) gets {first}, the best pool ({pool}) {second}: {change} points apart "
        "(95 % interval {low} to {high}). {verdict}",
        "最好的学习规则（{learned}）为 {first}，最好的简单合并（{pool}）为 {second}：相差 {change} 个百分点"
        "（95% 区间 {low} 至 {high}）。{verdict}",
    ),
    "rules.verdict.learned": (
        "Learning to fuse was worth it on these label-matched pairs.",
        "在这些标签匹配的配对上，学习融合是值得的。",
    ),
    "rules.verdict.pool": (
        "On these label-matched pairs the simple pool wins.",
        "在这些标签匹配的配对上，简单合并更好。",
    ),
    "rules.verdict.equal": (
        "The interval holds zero: on these label-matched pairs learning to fuse is not shown to beat the simple pool.",
        "区间包含零：在这些标签匹配的配对上，尚不能说明学习融合胜过简单合并。",
    ),
    "rules.terms": (
        "Label-matched pairs join a voice and a sentence of the same emotion, so the two are independent given the "
        "emotion, and the figures are an upper bound. Noisy: white noise {noise} dB under the speech. Damaged: small "
        "letters, no punctuation, every fifth word lost. Even prior: all emotions taken to be alike common, as they "
        "are among these pairs.",
        "标签匹配的配对把情绪相同的一段语音与一句话放在一起，因此在给定情绪时两者相互独立，这些数字是上限。"
        "有噪声：白噪声比语音低 {noise} dB。受损：全部小写、无标点、每第五个词丢失。均匀先验：假定各情绪同样常见，"
        "这些配对中正是如此。",
    ),
}
