"""The page on which a visitor trains a model."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
    "page.train": ("Train", "训练"),
    "train.lead": (
        "What is learned, and what ties voice and words together, is a choice of weights. Choose them, and watch the "
        "shared space take shape.",
        "学什么、语音与文字靠什么联系在一起，取决于一组权重。由你来定，看共享空间如何成形。",
    ),
    "train.start": ("Train", "开始训练"),
    "train.stop": ("Stop and keep", "停止并保留"),
    "train.try": ("or try:", "或试一试："),
    "train.try.default": ("the usual weights", "默认权重"),
    "train.try.default.help": ("The settings of the example.", "示例所用的设置。"),
    "train.try.apart": ("\u03b3 = 0: nothing but \u03b8 ties them", "\u03b3 = 0：只靠 \u03b8 联系"),
    "train.try.apart.help": (
        "No alignment at all. Voice and words meet only because one head reads both: does the map still close its "
        "gaps?",
        "完全不对齐。语音与文字只因共用一个分类头才相遇：地图上的间隙还会合拢吗？",
    ),
    "train.try.untaught": ("a voice that nobody taught", "无人教过的语音"),
    "train.try.untaught.help": (
        "\u03bb\u2081 = 0 and \u03b3 = 0: the voice gets neither labels nor alignment. It should be read at chance, "
        "1 in 7.",
        "\u03bb\u2081 = 0 且 \u03b3 = 0：语音既无标签也无对齐，识别应停留在随机水平（七分之一）。",
    ),
    "train.try.words_teach": ("words teach \u03b8, \u03b3 brings the voice", "文字教 \u03b8，\u03b3 带来语音"),
    "train.try.words_teach.help": (
        "\u03bb\u2081 = 0, \u03b3\u2081\u2082 = 1: \u03b8 learns from words alone. The voice is only drawn to words of "
        "its emotion, and \u03b8 can read it all the same.",
        "\u03bb\u2081 = 0，\u03b3\u2081\u2082 = 1：\u03b8 只从文字学习，语音仅被拉向同类情绪的文字，"
        "\u03b8 却照样能读懂它。",
    ),
    "train.try.plane": ("a space of two dimensions", "只有二维的空间"),
    "train.try.plane.help": (
        "Seven emotions in a plane: the map then shows the whole space, a circle, and how little room it has.",
        "把七种情绪放进一个平面：此时地图就是整个空间，即一个圆，也能看出它有多拥挤。",
    ),
    "train.objective": ("What counts", "看重什么"),
    "train.learning": ("How it learns", "怎样学习"),
    "train.lambda_speech": ("labels of the voice", "语音的标签"),
    "train.lambda_speech.help": (
        "How much it counts that \u03b8 names the emotion of a clip.",
        "\u03b8 说对录音情绪的分量。",
    ),
    "train.lambda_text": ("labels of the words", "文字的标签"),
    "train.lambda_text.help": (
        "How much it counts that \u03b8 names the emotion of a sentence.",
        "\u03b8 说对句子情绪的分量。",
    ),
    "train.gamma_cross": ("voice to words", "语音与文字之间"),
    "train.gamma_cross.help": (
        "Draws a clip to the sentences of its emotion and away from all others, and the other way round.",
        "把录音拉向同类情绪的句子、推离其他句子，反之亦然。",
    ),
    "train.gamma_speech": ("voice to voice", "语音之间"),
    "train.gamma_speech.help": (
        "Draws clips of one emotion together, whoever speaks.",
        "不论说话人是谁，把同类情绪的录音拉到一起。",
    ),
    "train.gamma_text": ("words to words", "文字之间"),
    "train.gamma_text.help": (
        "Draws sentences of one emotion together, whatever they are about.",
        "不论内容，把同类情绪的句子拉到一起。",
    ),
    "train.dimension": ("Dimensions of the shared space", "共享空间的维数"),
    "train.dimension.help": (
        "How many numbers a point of the space has. Few squeeze, many leave room to overfit.",
        "空间中一个点有几个数。太少会拥挤，太多则容易过拟合。",
    ),
    "train.epochs": ("Epochs", "训练轮数"),
    "train.epochs.help": ("How often training goes through the sentences.", "训练把全部句子过几遍。"),
    "train.rate": ("Learning rate", "学习率"),
    "train.rate.help": (
        "The largest step; it is reached after a tenth of the run and then falls to nothing.",
        "最大步长：前十分之一的训练中升到此值，随后逐渐降为零。",
    ),
    "train.dropout": ("Modality dropout", "模态丢弃"),
    "train.dropout.help": (
        "The chance that a step sees one modality alone, drawn by lot, so that neither leans on the other.",
        "每一步只看一种模态（随机抽取）的概率，使两者互不依赖。",
    ),
    "train.seed": ("Seed", "随机种子"),
    "train.seed.help": ("The same seed and settings give the same model.", "种子与设置相同，得到的模型就相同。"),
    "train.example": ("A finished example", "已完成的示例"),
    "train.yours": ("Your run", "你的训练"),
    "train.finished": ("{epochs} epochs in {seconds} s", "{epochs} 轮，用时 {seconds} 秒"),
    "train.finished.example": ("{epochs} epochs at the first settings", "默认设置，{epochs} 轮"),
    "train.waiting": ("in line, place {place}", "排队中，第 {place} 位"),
    "train.starting": ("starting", "正在启动"),
    "train.stopping": ("stopping after this epoch", "本轮结束后停止"),
    "train.progress": ("epoch {done} of {total}, about {left} s left", "第 {done} 轮，共 {total} 轮，约剩 {left} 秒"),
    "train.soon": ("The first map appears in a few seconds.", "几秒后出现第一张地图。"),
    "train.none": (
        "The reference features are not here; python -m crossmodal.custom.features builds them.",
        "此处没有参考特征；可运行 python -m crossmodal.custom.features 生成。",
    ),
    "train.epoch": ("After epoch", "查看第几轮之后"),
    "train.map": ("What the map shows", "地图图例"),
    "train.map.alt": (
        "Map of the shared space after epoch {epoch}: held-out clips and sentences by emotion. On the map the middles "
        "of voice and words of an emotion lie {gap} apart on average.",
        "第 {epoch} 轮之后的共享空间地图：按情绪显示未参与训练的录音与句子。各情绪的语音中心与文字中心平均相距 {gap}。",
    ),
    "train.map.voice": ("voice", "语音"),
    "train.map.words": ("words", "文字"),
    "train.map.tie": ("from the middle of the voices to that of the words", "语音中心到文字中心"),
    "train.total": ("in all", "总和"),
    "train.on.train": ("training", "训练集"),
    "train.on.dev": ("held out", "未参与训练"),
    "train.term.alt": (
        "{symbol} along the epochs, now {train} on training rows and {dev} on held-out ones.",
        "{symbol} 随轮次的变化：训练集 {train}，未参与训练的 {dev}。",
    ),
    "train.curves": (
        "Solid: rows of training, with dropout and softened labels. Dotted: speakers and sentences held out (dev). For "
        "UAR solid is voice, dashed is words, the hairline chance.",
        "实线：训练样本（含随机丢弃与标签平滑）。点线：未参与训练的说话人与句子（dev）。"
        "UAR 图中实线为语音、虚线为文字，细线为随机水平。",
    ),
    "train.compared": ("On held-out speakers and sentences", "在未参与训练的说话人与句子上"),
    "train.table": (
        "Share of each emotion found, averaged (UAR), with its 95 % interval; the same test rows for both models",
        "各情绪召回率的平均（UAR）及其 95% 区间；两个模型用同一批测试样本",
    ),
    "train.column.own": ("Yours", "你的"),
    "train.column.example": ("This example", "此示例"),
    "train.column.shipped": ("Shipped", "自带"),
    "train.column.people": ("People*", "人类*"),
    "train.row.speech": ("Voice alone: UAR", "仅语音：UAR"),
    "train.row.text": ("Words alone: UAR", "仅文字：UAR"),
    "train.row.fused": ("Fused, label-matched pairs: UAR", "融合（标签匹配对）：UAR"),
    "train.row.f1": ("\u2003macro-F1", "\u2003宏平均 F1"),
    "train.row.ece": ("\u2003calibration error", "\u2003校准误差"),
    "train.row.speech>text": ("Words found by voice: mAP", "以语音找文字：mAP"),
    "train.row.text>speech": ("Voices found by words: mAP", "以文字找语音：mAP"),
    "train.verdict": (
        "Against the shipped head: voice {speech}, words {text}, fused {fused} points of UAR.",
        "与自带模型相比（UAR 百分点）：语音 {speech}，文字 {text}，融合 {fused}。",
    ),
    "train.reading": ("How to read the table", "如何看这张表"),
    "train.fair": (
        "Voice: four actors whom neither model heard, the shipped one as its folds read them. Words: test sentences of "
        "GoEmotions. The shipped towers adapt their encoders on far more data; here the encoders stay frozen and a "
        "linear map learns in seconds. Pairs of a clip and a sentence that share a label flatter every fusion. "
        "Retrieval by lot finds about .14. *People named the emotion of other clips, CREMA-D's, by voice alone.",
        "语音：四位两个模型都没听过的演员，自带模型用的是交叉验证中未见过他们的那一折。文字：GoEmotions 的测试句。"
        "自带模型用多得多的数据调整了编码器；这里编码器保持冻结，只用几秒训练一个线性映射。"
        "按标签配对的录音与句子会高估任何融合。随机检索约为 .14。*人类听的是另一批录音（CREMA-D），仅凭语音判断。",
    ),
    "train.model": ("The model", "模型"),
    "train.model.none": (
        "A run of your own can go to the bench or into a file. Or bring one that you took away before.",
        "自己训练的模型可以用于工作台或下载。也可以载入之前下载的模型。",
    ),
    "train.use": ("Use it on the bench", "用于工作台"),
    "train.use.help": (
        "Every page then reads with your model, for you alone, until you go back or leave.",
        "此后所有页面都用你的模型分析，仅对你生效，直到你换回或离开。",
    ),
    "train.download": ("Download", "下载"),
    "train.download.help": (
        "A zip of safetensors and JSON. Unpack it into a folder crossmodal-own-model: Pipeline.load and --models read "
        "that.",
        "包含 safetensors 与 JSON 的 zip。解压到文件夹 crossmodal-own-model，即可用 Pipeline.load 或 --models 读取。",
    ),
    "train.bring": ("Bring a model", "载入模型"),
    "train.load": ("Bring a model that you took away", "载入之前下载的模型"),
    "train.load.again": ("Use this one", "使用此模型"),
    "train.load.help": (
        "The zip as it was downloaded, at most 9 MB. Names, sizes, hashes and shapes are checked before it is used.",
        "下载时的 zip 原件，最大 9 MB。使用前会检查文件名、大小、哈希与形状。",
    ),
    "train.in_use": (
        "Your own model {model_hash} is in use, for you alone. Examples are read anew with it.",
        "正在使用你自己的模型 {model_hash}，仅对你生效；示例会用它重新分析。",
    ),
    "train.back": ("Back to the shipped models", "换回自带模型"),
    "train.data": (
        "Trained on reference features of frozen encoders: RAVDESS clips (CC BY-NC-SA 4.0, so models are "
        "non-commercial) and GoEmotions comments (CC BY 4.0), no sound and no words.",
        "训练使用冻结编码器的参考特征：RAVDESS 录音（CC BY-NC-SA 4.0，故模型不可商用）与 GoEmotions 评论"
        "（CC BY 4.0），不含声音和文字。",
    ),
    "train.kept": (
        "A run is ended when you leave this page for half a minute. The model of a finished run stays as long as your "
        "visit, or until the next run takes its place, and is then deleted. Learned fusion rules and the map of the "
        "shipped space belong to the shipped models.",
        "离开本页半分钟，训练就会终止。训练完成的模型保留到访问结束或被下一次训练取代，随后删除。"
        "学习型融合规则与自带空间的地图只适用于自带模型。",
    ),
    # Errors
    "error.train_setting": (
        "{name} is {value}; allowed is {lowest} to {highest}.",
        "{name} 的值为 {value}，允许范围是 {lowest} 到 {highest}。",
    ),
    "error.title.train_setting": ("This run cannot start", "无法开始训练"),
    "error.train_nothing": (
        "Every weight is 0, so there is nothing to learn. Raise at least one \u03bb or \u03b3.",
        "所有权重都是 0，没有可学的内容。请至少调高一个 \u03bb 或 \u03b3。",
    ),
    "error.title.train_nothing": ("Nothing to learn", "没有可学的内容"),
    "error.train_yours": (
        "A run of yours is still at work. Stop it, or wait for its end.",
        "你的一次训练仍在进行。请停止它，或等它结束。",
    ),
    "error.train_full": (
        "Both places are taken and {waiting} runs wait in line. Try again in a minute.",
        "两个名额都已占用，并有 {waiting} 个训练在排队。请一分钟后再试。",
    ),
    "error.train_left": (
        "The run was ended: it left the line, or nobody looked at it for half a minute.",
        "训练已终止：它离开了队列，或半分钟内无人查看。",
    ),
    "error.title.train_left": ("The run was ended", "训练已终止"),
    "error.train_slow": (
        "The run was ended after {seconds} seconds, the longest allowed. Fewer epochs finish sooner.",
        "训练超过 {seconds} 秒上限，已终止。减少轮数可更快完成。",
    ),
    "error.title.train_slow": ("The run took too long", "训练用时过长"),
    "error.train_diverged": (
        "In epoch {epoch} a loss was no number any more. A lower learning rate helps.",
        "第 {epoch} 轮时损失已不是有效数字。请降低学习率。",
    ),
    "error.title.train_diverged": ("The run diverged", "训练发散"),
    "error.train_worker": (
        "The process of this run ended without a result (status {status}). Your settings are still there: start again.",
        "训练进程未给出结果就已结束（状态 {status}）。设置仍然保留，可重新开始。",
    ),
    "error.title.train_worker": ("The run broke off", "训练中断"),
    "error.bundle_size": (
        "The file, or one within it, is too large: {megabytes} MB; at most {most} MB.",
        "文件或其中的内容过大：{megabytes} MB，上限 {most} MB。",
    ),
    "error.title.bundle_size": ("This model cannot be loaded", "无法载入此模型"),
    "error.bundle_unreadable": (
        "This is no zip file that can be read. Take the file as it was downloaded.",
        "这不是可读取的 zip 文件。请使用下载时的原件。",
    ),
    "error.title.bundle_unreadable": ("This model cannot be loaded", "无法载入此模型"),
    "error.bundle_name": (
        "There is a file in it that does not belong there. Allowed are: {allowed}.",
        "其中有不该出现的文件。允许的文件：{allowed}。",
    ),
    "error.title.bundle_name": ("This model cannot be loaded", "无法载入此模型"),
    "error.bundle_missing": ("{file} is missing in it.", "其中缺少 {file}。"),
    "error.title.bundle_missing": ("This model cannot be loaded", "无法载入此模型"),
    "error.bundle_altered": (
        "{file} is not as it was written: its hash differs from the manifest's.",
        "{file} 与写入时不同：其哈希与清单不符。",
    ),
    "error.title.bundle_altered": ("This model was altered", "此模型已被改动"),
    "error.bundle_content": (
        "It does not hold what a model trained on this page holds: manifest, names, shapes or numbers differ.",
        "内容与本页训练出的模型不符：清单、名称、形状或数值有误。",
    ),
    "error.title.bundle_content": ("This model cannot be loaded", "无法载入此模型"),
}
