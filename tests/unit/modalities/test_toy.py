"""A third modality, registered in one fixture, on its whole way: embed, every pool, drawings, mixer, link and export.

The toy is a vector of seven numbers. Its preprocessing, its tower and its registration stand here and nowhere else.
"""

import csv
import html
import io
import json

import numpy as np
import pytest
from helpers.fakes import WIDTH, Recogniser, Tower, write_models
from helpers.javascript import in_browser
from helpers.journeys import address, run, shown
from helpers.samples import wav_bytes
from streamlit.testing.v1 import AppTest

from crossmodal.engine import Engine
from crossmodal.errors import InputError, ModelError
from crossmodal.explain.flips import flips
from crossmodal.explain.shapley import attribution
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse, fuse_many
from crossmodal.modalities import ADAPTED, MODALITIES, SPEECH, TEXT, Modality, load_tower, load_towers
from crossmodal.model.folder import ModelFolder, weights_file
from crossmodal.model.towers import BatchTower, MaskableTower
from crossmodal.pipeline import Pipeline
from crossmodal.sharing import comparison
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.export import ExportInput, build_export, to_csv, to_json
from crossmodal.sharing.serialization import evidence_record
from crossmodal.sharing.validation import validate_evidence
from crossmodal.types import EMOTIONS, TASKS, FusionSettings
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.bars import Bar
from crossmodal.ui.components import mixer
from crossmodal.ui.components.mixer.inputs import mixer_inputs

TOY = "toy"
SEVEN = [0.3, -1.2, 0.5, 2.0, 0.1, -0.4, 0.9]
NAMES = (SPEECH, TEXT, TOY)
WORDS = "I never wanted this."
STEPS = 20
"""Steps along an edge of the triangle of mixes."""


def seven_numbers(values):
    """x: seven finite numbers as an array."""
    x = np.asarray(values, np.float64)
    if x.shape != (7,) or not np.isfinite(x).all():
        raise InputError("unreadable")
    return x


class ToyTower:
    """z of unit length, linear in the seven numbers."""

    def __init__(self, tensors):
        self.weight = tensors["weight"].astype(np.float64)

    def __call__(self, x):
        z = self.weight @ x
        return z / np.linalg.norm(z)

    def sequence(self, x):
        z = self(x)
        return z, z[None]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A models folder of three modalities, the third of which is registered here."""
    monkeypatch.setitem(MODALITIES, TOY, Modality(TOY, seven_numbers, {ADAPTED: ToyTower}))
    made = ModelFolder(write_models(tmp_path / "models"))
    manifest = made.read_manifest()
    weight = np.random.default_rng(3).normal(size=(WIDTH, 7)).astype(np.float32)
    manifest["files"][weights_file(TOY)] = made.save_weights(weights_file(TOY), {"weight": weight})
    manifest["temperatures"][TOY] = dict.fromkeys(TASKS, 1.5)
    made.write_manifest(manifest)
    return made


@pytest.fixture
def engine(folder):
    """The real engine over that folder, with towers that answer at once for speech and text."""
    made = Engine(folder.path)
    towers = {SPEECH: Tower(), TEXT: Tower(), TOY: load_tower(TOY, folder.path, folder.read_manifest())}
    made._pipeline = Pipeline(towers, made.calibration, Recogniser(), made.model_hash)
    return made


@pytest.fixture
def evidence(engine, voice):
    return engine.pipeline().embed(speech=wav_bytes(voice), text=WORDS, toy=SEVEN)


# --- loading and embedding -----------------------------------------------------------------------------------------


def test_the_shipped_modalities_come_first_and_in_order():
    assert tuple(MODALITIES) == (SPEECH, TEXT)
    assert [modality.name for modality in MODALITIES.values()] == [SPEECH, TEXT]


def test_a_tower_is_loaded_by_its_modality(folder):
    manifest = folder.read_manifest()
    manifest["temperatures"] = {TOY: manifest["temperatures"][TOY]}
    (tower,) = load_towers(folder.path, manifest).values()
    assert isinstance(tower, ToyTower)
    assert not isinstance(tower, BatchTower)
    assert not isinstance(tower, MaskableTower)


@pytest.mark.parametrize(
    ("change", "tensor"), [({"towers": {TOY: "pooled"}}, "pooled"), ({"towers": {TOY: "psychic"}}, "psychic")]
)
def test_a_kind_of_tower_that_a_modality_lacks_is_refused(folder, change, tensor):
    with pytest.raises(ModelError) as caught:
        load_tower(TOY, folder.path, folder.read_manifest() | change)
    assert (caught.value.code, caught.value.values["tensor"]) == ("model_shape", tensor)


def test_a_tensor_that_is_missing_is_named(folder):
    manifest = folder.read_manifest()
    manifest["files"][weights_file(TOY)] = folder.save_weights(weights_file(TOY), {"other": np.zeros(3, np.float32)})
    with pytest.raises(ModelError) as caught:
        load_tower(TOY, folder.path, manifest)
    assert caught.value.values == {"file": "toy.safetensors", "tensor": "weight"}


def test_it_is_embedded_beside_the_others(engine, evidence):
    assert engine.modalities == engine.pipeline().modalities == tuple(evidence.predictions) == NAMES
    prediction = evidence.predictions[TOY]
    assert np.linalg.norm(prediction.embedding) == pytest.approx(1.0)
    assert {task: len(p) for task, p in prediction.probabilities.items()} == {t: len(c) for t, c in TASKS.items()}
    assert "encode_toy" in evidence.cost


def test_it_is_embedded_alone(engine):
    evidence = engine.pipeline().embed(toy=SEVEN)
    assert tuple(evidence.predictions) == (TOY,)


def test_its_preprocessing_refuses(engine):
    with pytest.raises(InputError):
        engine.pipeline().embed(toy=SEVEN[:6])


def test_what_is_no_modality_is_no_argument(engine):
    with pytest.raises(TypeError, match="smell"):
        engine.pipeline().embed(smell=SEVEN)


def test_what_needs_text_or_time_says_that_the_toy_has_neither(engine):
    pipeline = engine.pipeline()
    pipeline.towers = dict.fromkeys(NAMES, pipeline.towers[TOY])
    with pytest.raises(TypeError, match="ToyTower"):
        pipeline.embed_texts([WORDS])
    with pytest.raises(TypeError, match="ToyTower"):
        pipeline.embed_masked(None, [(0.0, 0.1)])


# --- fusing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", fusion_rules())
def test_every_pool_fuses_three(engine, evidence, rule):
    alpha = {SPEECH: 0.2, TEXT: 0.3, TOY: 0.5}
    result = engine.fuse(evidence, FusionSettings(alpha, rule))
    assert tuple(result.alpha_used) == NAMES
    assert sum(result.alpha_used.values()) == pytest.approx(1.0)
    for task in TASKS:
        assert result.probabilities[task].sum() == pytest.approx(1.0)
    alone = engine.fuse(evidence, FusionSettings({SPEECH: 0, TEXT: 0, TOY: 1}, rule))
    np.testing.assert_allclose(alone.probabilities["emotion"], evidence.predictions[TOY].probabilities["emotion"])


def test_its_shapley_value_adds_up_with_the_others(engine, evidence):
    settings = FusionSettings({SPEECH: 0.2, TEXT: 0.3, TOY: 0.5})
    found = attribution(evidence, settings, engine.calibration)
    assert tuple(found.modalities) == NAMES
    assert found.baseline + sum(found.modalities.values()) == pytest.approx(found.chance)


def triangle():
    """Mixes of three over the whole triangle, (M, 3)."""
    steps = [(i, j, STEPS - i - j) for i in range(STEPS + 1) for j in range(STEPS + 1 - i)]
    return np.array(steps) / STEPS


@pytest.mark.parametrize("rule", fusion_rules())
def test_the_pad_flips_where_the_server_does(engine, evidence, tmp_path, rule):
    settings, mixes = FusionSettings(rule=rule), triangle()
    given = mixer_inputs(evidence, engine.calibration)
    asked = {"problem": given, "rule": rule, "temperature": 1.0, "prior": settings.prior}
    answers = in_browser([("fuse", asked | {"alpha": mix.tolist()}) for mix in mixes], tmp_path)
    fused = np.array([answer["tasks"][0] for answer in answers])
    expected = fuse_many(evidence, settings, engine.calibration, mixes)
    np.testing.assert_allclose(fused, expected, atol=1e-6)
    winners = fused.argmax(-1)
    assert len(set(winners.tolist())) > 1  # the pad has regions, and borders between them
    for mix, winner in zip(mixes, winners, strict=True):
        result = fuse(evidence, FusionSettings(dict(zip(NAMES, mix.tolist(), strict=True)), rule), engine.calibration)
        assert result.label == EMOTIONS[winner] or result.margin < 1e-6


def test_the_flip_bar_is_of_two_and_not_of_three(engine, evidence):
    settings = FusionSettings()
    assert flips(evidence, settings, engine.calibration) is None
    two = Variant("two", settings, frozenset({SPEECH})).evidence(evidence)
    assert flips(two, settings, engine.calibration).modalities == (TEXT, TOY)


# --- the page ------------------------------------------------------------------------------------------------------


def bench_of(engine, evidence):
    """The bench with plain sliders, as a script of its own."""
    from crossmodal.ui import frame
    from crossmodal.ui.pages import bench
    from crossmodal.ui.samples import Sample

    context = frame.frame()
    bench.bench(context, engine, Sample("toy", evidence, "I never wanted this."))


@pytest.fixture
def page(engine, evidence, monkeypatch):
    monkeypatch.setattr(mixer, "usable", lambda: False)

    def build(**query):
        made = AppTest.from_function(bench_of, default_timeout=60, kwargs={"engine": engine, "evidence": evidence})
        for key, value in query.items():
            made.query_params[key] = value
        return run(made)

    return build


def test_it_has_a_panel_a_weight_and_a_switch(page):
    made = page()
    assert "toy" in shown(made)
    assert made.slider(key="a_toy").value == 0.5
    assert made.toggle(key="m_toy").value is True
    assert "toy .33" in shown(made)


def test_its_weight_and_switch_are_taken_from_the_address_and_followed(page):
    made = page(a_toy="0.9", a_text="0")
    assert made.slider(key="a_toy").value == 0.9
    assert "toy .64" in shown(made)
    made.toggle(key="m_speech").set_value(False)
    assert "toy 1" in shown(run(made))
    off = page(m_toy="false")
    assert off.toggle(key="m_toy").value is False
    assert "toy ." not in shown(off)


def mixer_of(modalities, given):
    """The settings of the mixer as a browser sends them, and as the address then gives them."""
    import streamlit as st

    from crossmodal.ui import mixer_state

    if given:
        mixer_state.take(given, modalities)
    now = mixer_state.current(modalities)
    st.write(f"{now.alpha['toy']} {','.join(now.off)}")


def test_a_release_in_the_browser_puts_it_into_the_address():
    given = {"alpha": {SPEECH: 0.1, TEXT: 0.2, TOY: 0.7}, "off": [TOY]}
    made = run(AppTest.from_function(mixer_of, default_timeout=60, kwargs={"modalities": NAMES, "given": given}))
    assert made.markdown[0].value == "0.7 toy"
    assert {key: address(made)[key] for key in ("a_toy", "m_toy")} == {"a_toy": "0.7", "m_toy": "false"}
    again = AppTest.from_function(mixer_of, default_timeout=60, kwargs={"modalities": NAMES, "given": None})
    again.query_params["a_toy"], again.query_params["m_toy"] = "0.7", "false"
    assert run(again).markdown[0].value == "0.7 toy"


def test_the_mixer_is_given_all_three(engine, evidence):
    given = json.loads(json.dumps(mixer_inputs(evidence, engine.calibration)))
    assert np.shape(given["gram"]) == (3, 3)
    assert [len(task["probabilities"]) for task in given["tasks"]] == [3, 3]
    assert given["tasks"][0]["temperatures"] == [1.0, 1.0, 1.5]


def test_its_bars_are_drawn(evidence):
    p = evidence.predictions[TOY].probabilities["emotion"]
    bars = [Bar(label, float(value), "#717376") for label, value in zip(EMOTIONS, p, strict=True)]
    drawn = html.unescape(svg.bars_svg(bars, svg.on_page("light"), title=TOY))
    assert TOY in drawn
    assert all(label in drawn for label in EMOTIONS)


# --- link and export -----------------------------------------------------------------------------------------------


def test_a_comparison_in_a_link_names_it():
    column = Variant("A", FusionSettings({SPEECH: 0.3, TOY: 0.7}), frozenset({TEXT}))
    written = comparison.encode([column, Variant("B", FusionSettings(), frozenset({TOY}))])
    assert "toy:0.7" in written
    columns, ignored = comparison.decode(written, NAMES)
    assert columns[0] == column
    assert columns[1].without == {TOY}
    assert not ignored
    assert TOY in [column.name for column in comparison.every_rule(FusionSettings(), NAMES)]


def test_it_is_exported(engine, evidence):
    column = Variant("A", FusionSettings({SPEECH: 0.2, TEXT: 0.3, TOY: 0.5}, "log_pool"))
    view = build_export(ExportInput(evidence, WORDS, spoken=True), [column], engine.fuse)
    record = json.loads(to_json(view))
    assert record["columns"][0]["settings"]["alpha"][TOY] == 0.5
    assert record["columns"][0]["result"]["alpha_used"] == {SPEECH: 0.2, TEXT: 0.3, TOY: 0.5}
    assert set(record["columns"][0]["result"]["modalities"]) == set(NAMES)
    rows = list(csv.DictReader(io.StringIO(to_csv(view))))
    emotions = [row["label"] for row in rows if row["reading"] == TOY and row["task"] == "emotion"]
    assert tuple(emotions) == EMOTIONS
    assert [row["weight"] for row in rows if row["reading"] == TOY and row["weight"]] == ["0.5"]


def test_its_record_can_be_fused_again(engine, evidence):
    again = validate_evidence(json.loads(json.dumps(evidence_record(evidence, exact=True))))
    settings = FusionSettings({SPEECH: 0.2, TEXT: 0.3, TOY: 0.5})
    first, second = engine.fuse(evidence, settings), engine.fuse(again, settings)
    assert first.alpha_used == second.alpha_used
    np.testing.assert_array_equal(first.probabilities["emotion"], second.probabilities["emotion"])
