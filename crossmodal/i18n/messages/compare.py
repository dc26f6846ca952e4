"""The comparison."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
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
}
