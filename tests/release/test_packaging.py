"""What is declared for installation is what is pinned, and what is installed works without the checkout."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import crossmodal
from crossmodal.model.folder import MANIFEST, MODELS_VARIABLE, default_models

PACKAGE = Path(crossmodal.__file__).resolve().parent
ROOT = PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXAMPLE = min(PACKAGE.rglob("*.flac"))
OK, MODEL_FAULT = 0, 3
"""The exit codes, as `--help` tells them."""


def pins(name):
    """The requirements that a file itself lists, without comments, options and other files."""
    lines = (line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def files(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_package_depends_on_what_the_requirements_pin():
    assert PROJECT["project"]["dependencies"] == pins("requirements.txt")
    assert PROJECT["project"]["optional-dependencies"] == {"dev": pins("requirements-dev.txt")}
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in PROJECT["project"]["dependencies"])


def test_the_version_stands_in_one_place():
    assert "version" not in PROJECT["project"]
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "crossmodal.__version__"}
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (value,) = (
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets) == "__version__"
    )
    assert ast.literal_eval(value) == crossmodal.__version__  # a literal, so that no import is needed to read it
    cited = re.findall(r"(?m)^version: (.+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited == [crossmodal.__version__]


def test_a_models_folder_that_is_named_comes_before_the_checkout(monkeypatch, tmp_path):
    monkeypatch.setenv(MODELS_VARIABLE, str(tmp_path))
    assert default_models() == tmp_path.resolve()
    monkeypatch.setenv(MODELS_VARIABLE, "")
    assert default_models() != tmp_path.resolve()
    monkeypatch.delenv(MODELS_VARIABLE)
    if (ROOT / "models" / MANIFEST).is_file():
        assert default_models() == ROOT / "models"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built in a copy: a build leaves files beside its sources, and takes up those of earlier builds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for folder in ("crossmodal", "models"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip("wheel", str(source), "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(target))
    (made,) = target.glob("crossmodal-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with nothing but the installed wheel."""
    target = tmp_path_factory.mktemp("installed")
    pip("install", str(wheel), "--no-deps", "--no-index", "--target", str(target))
    return target


def pip(*words):
    command = [sys.executable, "-m", "pip", *words, "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def python(installed, cwd, *words, **environment):
    """Python with the installed wheel before the environment's packages, away from the checkout."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", MODELS_VARIABLE)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(installed), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.models
def test_the_wheel_holds_every_file_of_the_package_and_of_the_models(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    models = {f"crossmodal_models/{name}" for name in files(ROOT / "models")}
    assert held == models | {f"crossmodal/{name}" for name in files(PACKAGE)}


@pytest.mark.models
def test_the_installed_command_predicts_without_the_checkout(installed, tmp_path):
    done = python(installed, tmp_path, "-c", "import crossmodal; print(crossmodal.__file__)")
    assert Path(done.stdout.strip()) == installed / "crossmodal" / "__init__.py", done.stderr
    done = python(installed, tmp_path, "-m", "crossmodal", "predict", str(EXAMPLE), "--json")
    assert done.returncode == OK, done.stderr
    record = json.loads(done.stdout)
    assert record["input"] == str(EXAMPLE)
    assert set(record["modalities"]) == {"speech", "text"}


@pytest.mark.models
def test_the_command_is_installed_under_its_name(installed, tmp_path):
    command = next((installed / "bin").glob("crossmodal*"))
    done = python(installed, tmp_path, str(command), "--version")
    assert (done.returncode, done.stdout.strip()) == (OK, crossmodal.__version__)


@pytest.mark.models
def test_a_folder_without_models_is_named_with_its_variable_and_no_trace(installed, tmp_path):
    command = ["-m", "crossmodal", "predict", "--text", "I'm thrilled.", "--json"]
    done = python(installed, tmp_path, *command, **{MODELS_VARIABLE: "/nowhere"})
    assert done.returncode == MODEL_FAULT
    assert done.stdout == ""
    assert "/nowhere" in done.stderr
    assert MODELS_VARIABLE in done.stderr
    assert "Traceback" not in done.stderr
