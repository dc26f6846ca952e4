"""A third modality on its whole way: embed, every pool, drawings, mixer, link and export."""

import csv
import html
import io
import json

import numpy as np
import pytest
from helpers.javascript import in_browser
from helpers.toy import NAMES, SEVEN, TOY, WORDS

from crossmodal.errors import InputError
from crossmodal.explain.flips import flips
from crossmodal.explain.shapley import attribution
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse, fuse_many
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.sharing import comparison
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.export import ExportInput, build_export, to_csv, to_json
from crossmodal.sharing.serialization import evidence_record
from crossmodal.sharing.validation import validate_evidence
from crossmodal.types import EMOTIONS, TASKS, FusionSettings
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.bars import Bar
from crossmodal.ui.components.mixer.inputs import mixer_inputs

STEPS = 20
"""Steps along an edge of the triangle of mixes."""


# --- embedding -------------------------------------------------------------------------------------------------------


def test_it_is_embedded_beside_the_others(toy_engine, toy_evidence):
    assert toy_engine.modalities == toy_engine.pipeline().modalities == tuple(toy_evidence.predictions) == NAMES
    prediction = toy_evidence.predictions[TOY]
    assert np.linalg.norm(prediction.embedding) == pytest.approx(1.0)
    assert {task: len(p) for task, p in prediction.probabilities.items()} == {t: len(c) for t, c in TASKS.items()}
    assert "encode_toy" in toy_evidence.cost


def test_it_is_embedded_alone(toy_engine):
    evidence = toy_engine.pipeline().embed(toy=SEVEN)
    assert tuple(evidence.predictions) == (TOY,)


def test_its_preprocessing_refuses(toy_engine):
    with pytest.raises(InputError):
        toy_engine.pipeline().embed(toy=SEVEN[:6])


def test_what_is_no_modality_is_no_argument(toy_engine):
    with pytest.raises(TypeError, match="smell"):
        toy_engine.pipeline().embed(smell=SEVEN)


def test_what_needs_text_or_time_says_that_the_toy_has_neither(toy_engine):
    pipeline = toy_engine.pipeline()
    pipeline.towers = dict.fromkeys(NAMES, pipeline.towers[TOY])
    with pytest.raises(TypeError, match="ToyTower"):
        pipeline.embed_texts([WORDS])
    with pytest.raises(TypeError, match="ToyTower"):
        pipeline.embed_masked(None, [(0.0, 0.1)])


# --- fusing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", fusion_rules())
def test_every_pool_fuses_three(toy_engine, toy_evidence, rule):
    alpha = {SPEECH: 0.2, TEXT: 0.3, TOY: 0.5}
    result = toy_engine.fuse(toy_evidence, FusionSettings(alpha, rule))
    assert tuple(result.alpha_used) == NAMES
    assert sum(result.alpha_used.values()) == pytest.approx(1.0)
    for task in TASKS:
        assert result.probabilities[task].sum() == pytest.approx(1.0)
    alone = toy_engine.fuse(toy_evidence, FusionSettings({SPEECH: 0, TEXT: 0, TOY: 1}, rule))
    np.testing.assert_allclose(alone.probabilities["emotion"], toy_evidence.predictions[TOY].probabilities["emotion"])


def test_its_shapley_value_adds_up_with_the_others(toy_engine, toy_evidence):
    settings = FusionSettings({SPEECH: 0.2, TEXT: 0.3, TOY: 0.5})
    found = attribution(toy_evidence, settings, toy_engine.calibration)
    assert tuple(found.modalities) == NAMES
    assert found.baseline + sum(found.modalities.values()) == pytest.approx(found.chance)


def triangle():
    """Mixes of three over the whole triangle, (M, 3)."""
    steps = [(i, j, STEPS - i - j) for i in range(STEPS + 1) for j in range(STEPS + 1 - i)]
    return np.array(steps) / STEPS


@pytest.mark.parametrize("rule", fusion_rules())
def test_the_pad_flips_where_the_server_does(toy_engine, toy_evidence, tmp_path, rule):
    settings, mixes = FusionSettings(rule=rule), triangle()
    given = mixer_inputs(toy_evidence, toy_engine.calibration)
    asked = {"problem": given, "rule": rule, "temperature": 1.0, "prior": settings.prior}
    answers = in_browser([("fuse", asked | {"alpha": mix.tolist()}) for mix in mixes], tmp_path)
    fused = np.array([answer["tasks"][0] for answer in answers])
    expected = fuse_many(toy_evidence, settings, toy_engine.calibration, mixes)
    np.testing.assert_allclose(fused, expected, atol=1e-6)
    winners = fused.argmax(-1)
    assert len(set(winners.tolist())) > 1  # the pad has regions, and borders between them
    for mix, winner in zip(mixes, winners, strict=True):
        result = fuse(
            toy_evidence, FusionSettings(dict(zip(NAMES, mix.tolist(), strict=True)), rule), toy_engine.calibration
        )
        assert result.label == EMOTIONS[winner] or result.margin < 1e-6


def test_the_flip_bar_is_of_two_and_not_of_three(toy_engine, toy_evidence):
    settings = FusionSettings()
    assert flips(toy_evidence, settings, toy_engine.calibration) is None
    two = Variant("two", settings, frozenset({SPEECH})).evidence(toy_evidence)
    assert flips(two, settings, toy_engine.calibration).modalities == (TEXT, TOY)


# --- what the page draws ---------------------------------------------------------------------------------------------


def test_the_mixer_is_given_all_three(toy_engine, toy_evidence):
    given = json.loads(json.dumps(mixer_inputs(toy_evidence, toy_engine.calibration)))
    assert np.shape(given["gram"]) == (3, 3)
    assert [len(task["probabilities"]) for task in given["tasks"]] == [3, 3]
    assert given["tasks"][0]["temperatures"] == [1.0, 1.0, 1.5]


def test_its_bars_are_drawn(toy_evidence):
    p = toy_evidence.predictions[TOY].probabilities["emotion"]
    bars = [Bar(label, float(value), "#717376") for label, value in zip(EMOTIONS, p, strict=True)]
    drawn = html.unescape(svg.bars_svg(bars, svg.on_page("light"), title=TOY))
    assert TOY in drawn
    assert all(label in drawn for label in EMOTIONS)


# --- link and export -------------------------------------------------------------------------------------------------


def test_a_comparison_in_a_link_names_it():
    column = Variant("A", FusionSettings({SPEECH: 0.3, TOY: 0.7}), frozenset({TEXT}))
    written = comparison.encode([column, Variant("B", FusionSettings(), frozenset({TOY}))])
    assert "toy:0.7" in written
    columns, ignored = comparison.decode(written, NAMES)
    assert columns[0] == column
    assert columns[1].without == {TOY}
    assert not ignored
    assert TOY in [column.name for column in comparison.every_rule(FusionSettings(), NAMES)]


def test_it_is_exported(toy_engine, toy_evidence):
    column = Variant("A", FusionSettings({SPEECH: 0.2, TEXT: 0.3, TOY: 0.5}, "log_pool"))
    view = build_export(ExportInput(toy_evidence, WORDS, spoken=True), [column], toy_engine.fuse)
    record = json.loads(to_json(view))
    assert record["columns"][0]["settings"]["alpha"][TOY] == 0.5
    assert record["columns"][0]["result"]["alpha_used"] == {SPEECH: 0.2, TEXT: 0.3, TOY: 0.5}
    assert set(record["columns"][0]["result"]["modalities"]) == set(NAMES)
    rows = list(csv.DictReader(io.StringIO(to_csv(view))))
    emotions = [row["label"] for row in rows if row["reading"] == TOY and row["task"] == "emotion"]
    assert tuple(emotions) == EMOTIONS
    assert [row["weight"] for row in rows if row["reading"] == TOY and row["weight"]] == ["0.5"]


def test_its_record_can_be_fused_again(toy_engine, toy_evidence):
    again = validate_evidence(json.loads(json.dumps(evidence_record(toy_evidence, exact=True))))
    settings = FusionSettings({SPEECH: 0.2, TEXT: 0.3, TOY: 0.5})
    first, second = toy_engine.fuse(toy_evidence, settings), toy_engine.fuse(again, settings)
    assert first.alpha_used == second.alpha_used
    np.testing.assert_array_equal(first.probabilities["emotion"], second.probabilities["emotion"])
