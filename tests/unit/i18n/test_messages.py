"""One catalogue, every language whole, every error said."""

import ast
import string

import pytest
from helpers.paths import ROOT

from crossmodal.fusion import fusion_rules
from crossmodal.i18n.translator import CATALOGUE, LANGUAGES, Translator
from crossmodal.modalities import MODALITIES
from crossmodal.types import TASKS

RAISERS = {"CrossmodalError", "InputError", "ModelError", "BusyError", "RefusalError"}


def placeholders(wording):
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


def codes():
    """Every error code that stands anywhere in the package."""
    for path in (ROOT / "crossmodal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in RAISERS and node.args:
                found = node.args[0]
            elif isinstance(node, ast.Dict):
                named = {k.value: v for k, v in zip(node.keys, node.values, strict=True) if isinstance(k, ast.Constant)}
                found = named.get("code")
            else:
                continue
            if isinstance(found, ast.Constant):
                yield found.value


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_wording_exists_in_every_language_with_the_same_placeholders(key):
    wordings = CATALOGUE[key]
    assert len(wordings) == len(LANGUAGES)
    assert all(wording.strip() for wording in wordings)
    assert len({frozenset(placeholders(wording)) for wording in wordings}) == 1


@pytest.mark.parametrize(
    "path", sorted((ROOT / "crossmodal" / "i18n" / "messages").glob("*.py")), ids=lambda path: path.stem
)
def test_no_key_is_written_twice(path):
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
            assert len(keys) == len(set(keys))


def test_the_codes_are_found():
    assert {"empty", "too_long", "unreadable", "queue_full", "model_altered", "nothing_to_fuse"} <= set(codes())


@pytest.mark.parametrize("code", sorted(set(codes())))
def test_every_code_has_a_message(code):
    assert f"error.{code}" in CATALOGUE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_that_the_page_shows_is_translated(language):
    say = Translator(language)
    for task, labels in TASKS.items():
        assert all(f"{task}.{label}" in CATALOGUE for label in labels)
    assert all(f"rule.{name}" in CATALOGUE and f"rule.{name}.note" in CATALOGUE for name in fusion_rules())
    assert say.modality("video") == "video"


def stages():
    """Every stage that the package times or announces; the part of a name in braces stands for each modality."""
    for path in (ROOT / "crossmodal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            timed = ast.unparse(node.func).endswith(".stage")
            if timed or ast.unparse(node.func) == "progress":
                yield from ((timed, name) for name in names_of(node.args[0]))


def names_of(argument):
    """The strings that an argument can be."""
    if isinstance(argument, ast.IfExp):
        return [*names_of(argument.body), *names_of(argument.orelse)]
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value]
    if isinstance(argument, ast.JoinedStr):
        values = argument.values
        return ["".join(v.value if isinstance(v, ast.Constant) else name for v in values) for name in MODALITIES]
    return []


def test_every_stage_is_named():
    found = set(stages())
    assert {(True, "decode"), (True, "encode_speech"), (False, "queue")} <= found
    assert {f"stage.{name}" for _, name in found} <= set(CATALOGUE)
    assert {f"cost.{name}" for timed, name in found if timed} <= set(CATALOGUE)


@pytest.mark.parametrize(
    "path", [ROOT / "app.py", *sorted((ROOT / "crossmodal" / "ui").rglob("*.py"))], ids=lambda path: path.name
)
def test_prose_stands_in_the_catalogue_alone(path):
    assert path.read_text(encoding="utf-8").isascii()
