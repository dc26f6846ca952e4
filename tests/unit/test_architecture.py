"""Imports go one way between the folders of the package, and only the page knows Streamlit."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.imports import PACKAGE, imports
from helpers.paths import ROOT

ORDER = (
    "errors",
    "types",
    "limits",
    "numerics",
    "timing",
    "progress",
    "text",
    "metrics",
    "pretrained",
    "model",
    "audio",
    "modalities",
    "data",
    "fusion",
    "explain",
    "pipeline",
    "engine",
    "sharing",
    "timeline",
    "examples",
    "i18n",
    "training",
    "evaluation",
    "custom",
    "ui",
    "benchmarks",
    "commands",
    "__main__",
)
"""Modules and folders of the package, lowest first: each may import what stands before it."""
RANK = {name: rank for rank, name in enumerate(ORDER)}
OFFLINE = {"training", "evaluation", "benchmarks", "commands", "__main__"}
"""What no page needs: training the release, measuring, the command line."""
READERS = {"crossmodal.evaluation.results"}
"""What of these a page may import: the reader of the results, which needs no torch."""
WORKERS = {f"crossmodal.custom.{name}" for name in ("worker", "trainer", "features", "reference", "pca_tracker")}
"""What runs in the process that a page starts, and is never imported by it."""
TOOLS = sorted((ROOT / "tools").rglob("*.py"))
SOURCES = sorted(PACKAGE.rglob("*.py"))


def folder_of(module: str) -> str:
    """The folder or top-level module of the package that a dotted name lies in, '' outside of it."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "crossmodal" else ""


def own_folder(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_folders_import_only_earlier_ones(path):
    own = own_folder(path)
    if own == "__init__":
        return
    later = [name for name in imports(path) if folder_of(name) != own and RANK.get(folder_of(name), -1) > RANK[own]]
    assert not later


def test_every_folder_has_its_place():
    assert {own_folder(path) for path in SOURCES} - {"__init__"} == set(ORDER)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_what_serves_needs_nothing_of_training(path):
    if own_folder(path) in OFFLINE | {"custom", "__init__"}:
        return
    offline = [name for name in imports(path) if folder_of(name) in OFFLINE or name in WORKERS]
    assert not [name for name in offline if name not in READERS and name.rpartition(".")[0] not in READERS]


def test_the_results_are_read_without_torch():
    """In a process of its own, as others have long imported torch here."""
    program = "import sys, crossmodal.evaluation.results; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("path", [*SOURCES, *TOOLS], ids=named)
def test_only_the_page_imports_streamlit(path):
    if path.is_relative_to(PACKAGE / "ui") or path == PACKAGE / "benchmarks" / "tick.py":  # it times the page's runs
        return
    assert not [name for name in imports(path) if name.split(".")[0] == "streamlit"]


@pytest.mark.parametrize("path", [ROOT / "app.py", *sorted((PACKAGE / "ui").rglob("*.py"))], ids=named)
def test_the_page_does_not_compute(path):
    heavy = {"torch", "transformers", "torchaudio"}
    assert not [n for n in imports(path) if n.split(".")[0] in heavy or n.startswith("crossmodal.model.encoders")]
    if path.name == "app.py":
        assert not [name for name in imports(path) if name.startswith("numpy")]


def test_the_decoding_process_imports_nothing_of_ours():
    assert not [name for name in imports(PACKAGE / "audio" / "decoder_worker.py") if name.startswith("crossmodal")]


def test_nothing_that_can_carry_code_is_loaded():
    forbidden = {"pickle", "joblib", "dill", "shelve", "marshal"}
    for path in [ROOT / "app.py", *SOURCES, *TOOLS]:
        assert not {name.split(".")[0] for name in imports(path)} & forbidden, path
        source = path.read_text(encoding="utf-8")
        assert "torch.load(" not in source, path
        assert "unsafe_allow_html=True" not in source, path


def test_no_module_stands_beside_a_folder_of_its_name():
    assert not [path for path in SOURCES if path.with_suffix("").is_dir()]


def test_the_map_names_every_folder_in_its_order():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text[text.index("| where | what |") : text.index("Outside the package")]
    cells = [line.split("|")[1] for line in table.splitlines()[2:] if line.startswith("|")]
    named = [name.rstrip("/") for cell in cells for name in re.findall(r"`([a-z0-9_]+/?)`", cell)]
    assert sorted(named) == sorted(set(ORDER) - {"__main__"})
    assert named == sorted(named, key=RANK.__getitem__)


ROOTS = (ROOT, PACKAGE, PACKAGE / "i18n", PACKAGE / "ui", PACKAGE / "fusion")
"""Folders that a path of the map may be relative to."""


def test_the_map_names_what_there_is():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:[a-z0-9_]+/)+(?:[a-z0-9_.]+)?)`", text) + re.findall(r"\]\(([^)]+)\)", text)
    missing = [name for name in named if not any((root / name).exists() for root in ROOTS)]
    assert named
    assert not missing
