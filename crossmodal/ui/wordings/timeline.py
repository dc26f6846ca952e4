"""The timeline of a long recording."""

from crossmodal.ui.wordings import Wordings

WORDINGS: Wordings = {
    "page.timeline": ("Timeline", "时间线"),
    "error.recording_too_long": (
        "The recording has {minutes} minutes; at most {longest} can be read.",
        "录音长 {minutes} 分钟，最多支持 {longest} 分钟。",
    ),
    "error.recording_cut": (
        "The recording goes on for more than {longest} minutes; the first {longest} were read.",
        "录音超过 {longest} 分钟，仅分析了前 {longest} 分钟。",
    ),
    "error.recordings_full": (
        "{most} recordings are being read at present, as many as this server reads at once. Try again in a minute.",
        "服务器正在分析 {most} 段录音，已达同时处理的上限。请稍后再试。",
    ),
}
