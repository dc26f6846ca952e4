"""What can be taken away says the same numbers, harms nobody who opens it, and can be run again."""

import contextlib
import csv
import io
import json
import shlex
from dataclasses import replace

import pytest
from helpers.exports import COLUMNS, EVIDENCE, fuse, view
from helpers.paths import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from crossmodal import __main__
from crossmodal.commands.records import OK
from crossmodal.examples import load_examples
from crossmodal.sharing import export
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.export import ExportInput
from crossmodal.sharing.serialization import evidence_from_record
from crossmodal.types import EMOTIONS, TASKS, FusionSettings


def test_a_column_without_anything_to_fuse_is_left_out():
    nothing = Variant("none", FusionSettings(), frozenset(EVIDENCE.predictions))
    made = view([*COLUMNS, nothing])
    assert [column.name for column in made.variants] == [column.name for column in COLUMNS]
    assert view([nothing]).variants == ()


# --- JSON and CSV ----------------------------------------------------------------------------------------------------


def test_json_says_every_number_and_can_be_fused_again():
    made = view()
    record = json.loads(export.to_json(made))
    assert [item["name"] for item in record["columns"]] == [column.name for column in COLUMNS]
    again = evidence_from_record(record["evidence"])
    for item, result in zip(record["columns"], made.results, strict=True):
        shown = item["result"]["fused"]
        assert shown["label"] == result.label
        for task, labels in TASKS.items():
            assert [shown[task][label] for label in labels] == pytest.approx(result.probabilities[task], abs=1e-6)
        setting = {key: value for key, value in item["settings"].items() if key != "without"}
        fused = fuse(
            Variant("", FusionSettings(), frozenset(item["settings"]["without"])).evidence(again),
            FusionSettings(**setting),
        )
        assert fused.probabilities["emotion"] == pytest.approx(result.probabilities["emotion"], abs=1e-5)


def test_csv_says_every_number():
    made = view()
    rows = list(csv.DictReader(io.StringIO(export.to_csv(made))))
    for column, result in zip(COLUMNS, made.results, strict=True):
        own = [row for row in rows if row["column"] == export.harmless(column.name)]
        fused = {row["label"]: float(row["p"]) for row in own if row["reading"] == "fused" and row["task"] == "emotion"}
        assert [fused[label] for label in EMOTIONS] == pytest.approx(result.probabilities["emotion"], abs=1e-6)
        weights = {row["reading"]: float(row["weight"]) for row in own if row["weight"]}
        assert weights == pytest.approx(dict(result.alpha_used), abs=1e-6)


@given(name=st.text(max_size=30), words=st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_cell_of_a_csv_is_a_formula(name, words):
    made = view([replace(COLUMNS[0], name=name)], words=words)
    for row in csv.reader(io.StringIO(export.to_csv(made))):
        for cell in row:
            assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


# --- reproduce as code -----------------------------------------------------------------------------------------------


@given(words=st.text(min_size=1, max_size=40), example=st.sampled_from([None, "thrilled"]))
@settings(max_examples=100, deadline=None)
def test_any_words_survive_the_shell_and_python(words, example):
    made = view(words=words, example=example, spoken=True)
    for column in made.variants:
        parsed = shlex.split(export.command(made, column))
        assert parsed[:3] == ["python", "-m", "crossmodal"]
        arguments = __main__.build_parser().parse_args(parsed[3:])
        assert arguments.text == (None if "text" in column.without else words)
        assert arguments.rule == column.settings.rule
        assert arguments.temperature == column.settings.temperature
        assert arguments.prior == column.settings.prior
    compile(export.program(made), "shown", "exec")


def test_words_alone_name_no_clip():
    typed = replace(EVIDENCE, predictions={"text": EVIDENCE.predictions["text"]})
    made = export.build_export(ExportInput(typed, "So sad."), [Variant("A", FusionSettings())], fuse)
    assert export.PLACEHOLDER not in export.command(made, made.variants[0])
    assert "Path" not in export.program(made)


def shown_by_command(line, capsys):
    assert __main__.main(shlex.split(line)[3:]) == OK
    return json.loads(capsys.readouterr().out)


def shown_by_program(source):
    """Every fused result that the lines print, with what they had computed."""
    found, said = [], io.StringIO()
    wrapped = source.replace("print(", "found.append(result); print(")
    with contextlib.redirect_stdout(said):
        exec(compile(wrapped, "shown", "exec"), {"found": found})
    assert len(said.getvalue().splitlines()) >= len(found) > 0
    return found


RUN = [
    Variant("A", FusionSettings({"speech": 0.62, "text": 0.38}, "log_pool", 0.7, "even")),
    Variant("voice", FusionSettings({"speech": 0.3, "text": 0.9}, "linear"), frozenset({"text"})),
    Variant("words", FusionSettings({"speech": 0.3, "text": 0.9}, "shared_space"), frozenset({"speech"})),
]


@pytest.mark.models
@pytest.mark.parametrize("key", ["thrilled", None])
def test_the_code_prints_the_numbers_that_are_shown(pipeline, key, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("crossmodal.pipeline.Pipeline.load", lambda *_: pipeline)
    if key:
        example = load_examples()[key]
        sample = ExportInput(example.evidence, example.text, key, True)
    else:
        text = "I can't believe you came all this way; it's \"wonderful\"!"
        sample = ExportInput(pipeline.embed(text=text), text)
    made = export.build_export(sample, RUN, pipeline.fuse)
    assert len(made.variants) == (3 if key else 2)
    for column, result, again in zip(made.variants, made.results, shown_by_program(export.program(made)), strict=True):
        printed = shown_by_command(export.command(made, column), capsys)
        assert printed["fused"]["label"] == again.label == result.label
        expected = result.probabilities["emotion"]
        assert list(printed["fused"]["emotion"].values()) == pytest.approx(expected, abs=1e-4)
        assert again.probabilities["emotion"] == pytest.approx(expected, abs=1e-4)
        assert printed["alpha_used"] == pytest.approx(dict(result.alpha_used), abs=1e-4)


def test_code_names_the_folder_of_other_models():
    made = view(models="crossmodal-own-model")
    assert "--models crossmodal-own-model" in export.command(made, made.variants[0])
    assert "Pipeline.load('crossmodal-own-model')" in export.program(made)
    assert "Pipeline.load()" in export.program(view())
