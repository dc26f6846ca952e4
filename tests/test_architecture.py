"""Data flows one way: no stage imports a later one, and only the page knows Streamlit."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "crossmodal"
STAGES = (
    ("errors", "types", "stopwatch", "metrics"),
    ("envelope", "audio", "text", "decoding", "checkpoints", "phrasebook"),
    ("transcription", "encoders", "prosody"),
    ("projection",),
    ("heads",),
    ("towers", "fusion"),
    ("calibration",),
    ("fusing",),
    ("insight", "columns"),
    ("pipeline", "records"),
    ("engine", "clips", "exports", "timeline", "bundles", "workshop"),
    ("examples",),
    ("ui",),
)
OFFLINE = {
    "__init__", "__main__", "bench", "corpora", "datasets", "evaluate", "evaluation", "objective", "train", "training",
}  # fmt: skip
"""What no page needs: training, measuring, the command line."""
ORDER = {name: place for place, names in enumerate(STAGES) for name in names}


def imports(path: Path):
    """Dotted names that a module imports when it is loaded or run, type-checking blocks left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def stage_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "crossmodal" else ""


SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_stage_imports_a_later_one(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own not in ORDER:
        return
    later = [name for name in imports(path) if ORDER.get(stage_of(name), -1) > ORDER[own]]
    assert not later


def test_every_module_has_its_place():
    found = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in SOURCES}
    assert found == OFFLINE | set(ORDER)
    assert not OFFLINE & set(ORDER)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_serves_needs_nothing_of_training(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in OFFLINE or path.name in {"evidence.py", "tune.py"}:  # making the examples is no part of serving
        return
    assert not {stage_of(name) for name in imports(path)} & (OFFLINE - {"__init__"})


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_only_the_page_imports_streamlit(path):
    if path.is_relative_to(PACKAGE / "ui"):
        return
    assert not [name for name in imports(path) if name.split(".")[0] == "streamlit"]


@pytest.mark.parametrize("path", [ROOT / "app.py", *sorted((PACKAGE / "ui").rglob("*.py"))], ids=lambda path: path.name)
def test_the_page_does_not_compute(path):
    heavy = {"torch", "transformers", "torchaudio"}
    found = [name for name in imports(path) if name.split(".")[0] in heavy or name.startswith("crossmodal.encoders")]
    assert not found
    if path.name == "app.py":
        assert not [name for name in imports(path) if name.startswith("numpy")]


def test_decoding_imports_nothing_of_ours():
    assert not [name for name in imports(PACKAGE / "decoding.py") if name.startswith("crossmodal")]


def test_nothing_that_can_carry_code_is_loaded():
    forbidden = {"pickle", "joblib", "dill", "shelve", "marshal"}
    for path in [ROOT / "app.py", *SOURCES]:
        assert not {name.split(".")[0] for name in imports(path)} & forbidden, path
        source = path.read_text(encoding="utf-8")
        assert "torch.load(" not in source, path
        assert "unsafe_allow_html=True" not in source, path
