"""A result with three columns, one with a hostile name, as it is exported."""

from crossmodal.fusion import fuse as fusing
from crossmodal.sharing import export
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.export import ExportInput
from crossmodal.types import FusionSettings
from helpers.samples import make_calibration, make_evidence

CALIBRATION = make_calibration(("speech", "text", "face"))
EVIDENCE = make_evidence(CALIBRATION)
HOSTILE = "=1+1 </svg><script>alert(1)</script> ![x](http://h.invalid/a) \"'&"
COLUMNS = [
    Variant("A", FusionSettings({"speech": 0.62, "text": 0.38})),
    Variant("B", FusionSettings({"speech": 1.0}, "log_pool", 0.5, "even"), frozenset({"text"})),
    Variant(HOSTILE, FusionSettings({}, "confidence", 2.0)),
]


def fuse(evidence, setting):
    return fusing.fuse(evidence, setting, CALIBRATION)


def view(columns=COLUMNS, **more):
    return export.build_export(ExportInput(EVIDENCE, **{"words": "So sad.", **more}), columns, fuse)
