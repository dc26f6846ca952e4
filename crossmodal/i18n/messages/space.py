"""The map of the shared space, search across the modalities, transfer."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    "page.space": ("Space", "空间"),
    "space": ("The shared space", "共享空间"),
    "space.none": (
        "There is no map for these models here; python -m crossmodal evaluate --only space makes it.",
        "此处没有这些模型的地图；可运行 python -m crossmodal evaluate --only space 生成。",
    ),
    "space.none.own": (
        "The map belongs to the shipped models: your own has another space, and no map was made of it. Go back to the "
        "shipped models to see it.",
        "地图属于自带模型：你自己的模型有另一个空间，没有为它绘制地图。换回自带模型即可查看。",
    ),
    "space.other_models": (
        "This input was read by other models than these, and their space is another: it has no place on this map.",
        "此输入由其他模型分析，其空间与这里不同，无法放到这张地图上。",
    ),
    "space.projection": ("Projection", "投影方式"),
    "space.projection.pca": ("PCA", "PCA"),
    "space.projection.tsne": ("t-SNE", "t-SNE"),
    "space.projection.umap": ("UMAP", "UMAP"),
    "space.colour": ("Colour by", "着色依据"),
    "space.colour.emotion": ("Emotion", "情绪"),
    "space.colour.modality": ("Modality", "模态"),
    "space.colour.split": ("Split", "划分"),
    "space.at": ("At the fused point", "融合点处"),
    "space.at.alone": ("At this point", "此点处"),
    "space.at.help": (
        "What theta, the head of both modalities, reads where the mix lies: the sum of all z, each times its weight, "
        "at unit length.",
        "两种模态共用的分类头 theta 在混合点处的判断；混合点是各 z 按权重相加后归一到单位长度。",
    ),
    "space.at.alone.help": (
        "What theta, the head of both modalities, reads there. With a second modality there would be a mix to move.",
        "两种模态共用的分类头 theta 在此处的判断。若有第二种模态，就可以移动两者的混合点。",
    ),
    "space.spoken": (
        "{share} percent voice: {label}, {probability} percent",
        "语音占 {share}%：{label}，{probability}%",
    ),
    "space.rule": (
        "The bench's rule, {rule}, says {label}, {probability} %.",
        "工作台的规则（{rule}）得出{label}，{probability}%。",
    ),
    "space.alt": (
        "Map of {voices} voices and {phrases} phrases by {projection}, coloured by {colour}. This input lies nearest "
        "to {near}.",
        "用 {projection} 绘制的地图，含 {voices} 段语音和 {phrases} 个句子，按{colour}着色。当前输入最接近{near}。",
    ),
    "space.near_one": ("{emotion} ({modality})", "{emotion}（{modality}）"),
    "space.pca.note": (
        "PCA places every point exactly, the new ones too. Its plane shows {explained} % of how the points differ: "
        "groups that overlap here can lie well apart in the {dimensions} dimensions.",
        "PCA 能为每个点（包括新点）精确定位。这个平面只呈现点间差异的 {explained}%："
        "此处重叠的几组，在 {dimensions} 维空间中可能相距很远。",
    ),
    "space.tsne.note": (
        "t-SNE keeps neighbours together; distances between groups mean little. It has no formula for a new point: "
        "this input is put among its {count} nearest neighbours. Each modality is centred on its own mean first, or "
        "the gap between the two, {gap}, would be all that shows.",
        "t-SNE 让邻近的点聚在一起，组与组之间的距离意义不大。它没有安放新点的公式："
        "当前输入被放在最近的 {count} 个邻居之间。"
        "绘制前先减去每种模态各自的均值，否则图上只剩两种模态之间的差距（{gap}）。",
    ),
    "space.umap.note": (
        "UMAP keeps neighbours together and some of the larger shape. It has no formula for a new point here: this "
        "input is put among its {count} nearest neighbours. Each modality is centred on its own mean first, or the gap "
        "between the two, {gap}, would be all that shows.",
        "UMAP 让邻近的点聚在一起，并保留部分整体形状。此处没有安放新点的公式："
        "当前输入被放在最近的 {count} 个邻居之间。"
        "绘制前先减去每种模态各自的均值，否则图上只剩两种模态之间的差距（{gap}）。",
    ),
    "space.points": (
        "{voices} clips of RAVDESS actors, each read by the model of its fold, which never heard its actor, and "
        "{phrases} lines of our own. Figures alone lie here, no sound.",
        "{voices} 段 RAVDESS 演员的语音，每段都由所在折中从未听过该演员的模型分析；另有 {phrases} 句我们自己写的话。"
        "这里只有数值，没有声音。",
    ),
    "space.select": (
        "Take the lasso or the box from the map's corner and draw around points: they are listed here.",
        "用地图角上的套索或方框工具圈选一些点，它们会列在这里。",
    ),
    "space.selected": ("{count} points selected", "已选中 {count} 个点"),
    "space.legend": ("What the signs mean", "图例"),
    "space.legend.speech": ("voice", "语音"),
    "space.legend.text": ("words", "文字"),
    "space.actor": ("Actor {actor}", "演员 {actor}"),
    "space.fold": ("fold {fold}", "第 {fold} 折"),
    "space.split.fold": ("actors {first}-{last}", "演员 {first}–{last}"),
    "space.split.ours": ("our lines", "我们的句子"),
    "space.column.kind": ("Modality", "模态"),
    "space.column.emotion": ("Emotion", "情绪"),
    "space.column.what": ("Who or what", "来源或内容"),
    "space.column.gloss": ("In Chinese", "中文释义"),
    "space.column.split": ("Split", "划分"),
    # Neighbours
    "space.near.speech": ("Nearest phrases to this voice", "与这段语音最接近的句子"),
    "space.near.text": ("Nearest voices to these words", "与这些文字最接近的语音"),
    "space.near.speech.note": (
        "Lines of our phrasebook by the cosine between their z and the voice's; 1 is the same direction. The voice was "
        "never written down: only how it sounds counts.",
        "按句子的 z 与语音的 z 之间的余弦排序，1 表示方向相同。语音并未转成文字，只看它听起来怎样。",
    ),
    "space.near.text.note": (
        "Clips of RAVDESS actors by the cosine between their z and that of the words. All of them say one of two plain "
        "sentences: they are near by their tone.",
        "按 RAVDESS 演员语音的 z 与文字的 z 之间的余弦排序。这些语音都只说两句平淡的话，相近的是语气。",
    ),
    "space.near.absent": ("There is nothing of that kind in this input.", "此输入没有这种模态。"),
    # Search and transfer, measured
    "space.search": ("How well search works", "检索效果"),
    "space.search.caption": ("Mean average precision, emotions alike", "平均精度均值（各情绪等权）"),
    "space.search.map": ("mAP", "mAP"),
    "space.search.interval": ("95 % interval", "95% 区间"),
    "space.search.chance": ("chance", "随机水平"),
    "space.search.speech>text": ("voice to phrases", "语音找句子"),
    "space.search.text>speech": ("phrase to voices", "句子找语音"),
    "space.search.speech>speech": ("voice to other actors' voices", "语音找其他演员的语音"),
    "space.search.text>text": ("phrase to other phrases", "句子找其他句子"),
    "space.search.note": (
        "All points of the other side are ranked by cosine; right is what has the same emotion. 1 would be every right "
        "one before any wrong one. The words' reading names {share} of our lines as they were meant.",
        "把另一侧的所有点按余弦排序，情绪相同即为正确；1 表示所有正确的都排在错误的之前。"
        "对我们写的句子，文字模型的判断有 {share} 与本意一致。",
    ),
    "space.search.none": (
        "These models were not measured; python -m crossmodal evaluate does that.",
        "这些模型尚未测评；可运行 python -m crossmodal evaluate。",
    ),
    "space.search.none.own": (
        "Search was measured with the shipped models; go back to them to see the figures.",
        "检索只用自带模型测评过；换回自带模型即可查看数据。",
    ),
    "space.transfer": ("What is learned in one serves in the other", "在一种模态中学到的，能用于另一种"),
    "space.transfer.caption": (
        "Mean recall over the emotions on test; chance {chance}",
        "测试集上各情绪的平均召回率；随机水平 {chance}",
    ),
    "space.transfer.gamma": ("gamma = {gamma}", "gamma = {gamma}"),
    "space.transfer.text>speech": ("learned on words, read on voice", "学自文字，用于语音"),
    "space.transfer.speech>text": ("learned on voice, read on words", "学自语音，用于文字"),
    "space.transfer.speech>speech": ("learned and read on voice", "学自语音，用于语音"),
    "space.transfer.text>text": ("learned and read on words", "学自文字，用于文字"),
    "space.transfer.note": (
        "Theta is the head that reads emotions off the shared space; here each modality trains one of its own, and it "
        "reads the other's points. Gamma weighs the part of the training that draws voices and words of one emotion "
        "together. Without it the two have nothing to do with one another; with it a head works where it never "
        "learned. Small models trained for this comparison, not those of the bench.",
        "theta 是从共享空间读出情绪的分类头；这里每种模态各训练一个，再拿去读另一种模态的点。"
        "gamma 是训练中把同一情绪的语音与文字拉近的那一项的权重。没有它，两者毫无关系；"
        "有了它，分类头在从未学过的模态上也能用。这些是专为此对比训练的小模型，并非工作台所用。",
    ),
}
