"""The learned rules: what every one of them must keep to, how they are trained, and what the shipped ones are worth."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.fakes import FakeEngine, write_models
from helpers.javascript import in_browser
from helpers.samples import DIM, make_calibration, make_evidence, random_state

from crossmodal.data.embeddings import LabelledEmbeddings
from crossmodal.data.speech import CorpusClip
from crossmodal.errors import InputError, ModelError
from crossmodal.evaluation import card
from crossmodal.evaluation.pairs import damaged, draw, match, pair, pair_metrics, with_grids
from crossmodal.evaluation.results import LearnedAgainstPools, RuleResult, Scores
from crossmodal.explain.flips import flips, gate_share
from crossmodal.explain.pairs import GRID, load_pairs, save_pairs
from crossmodal.explain.sweep import fuse_pairs, sweep
from crossmodal.fusion import fusion_rules, registry
from crossmodal.fusion.calibration import load_calibration
from crossmodal.fusion.fuse import fuse, fuse_tasks, fusion_inputs
from crossmodal.i18n.translator import Translator
from crossmodal.metrics import Estimate
from crossmodal.model.folder import MODELS, ModelFolder, model_hash, rule_file
from crossmodal.model.projection import windows
from crossmodal.sharing.comparison import decode, every_rule
from crossmodal.sharing.serialization import evidence_from_record, evidence_record
from crossmodal.sharing.validation import validate_evidence
from crossmodal.training import fusion_rules as fusion
from crossmodal.training import speech_windows
from crossmodal.training.clip_cache import CachedClip
from crossmodal.types import EMOTIONS, MAIN_TASK, PRIORS, TASKS, Evidence, FusionSettings
from crossmodal.ui.components.mixer.inputs import TABLE, mixer_inputs, table
from crossmodal.ui.sections import rule_table

NAMES = ("speech", "text")
LEARNED = list(fusion.learned_rules())


@pytest.fixture
def calibration():
    made = make_calibration(NAMES, 3)
    return replace(made, learned={name: random_state(rule) for name, rule in fusion.learned_rules().items()})


@pytest.fixture
def evidence(calibration):
    """Two readings with parts, of different numbers."""
    random = np.random.default_rng(7)
    predictions = {}
    for name, count in zip(NAMES, (3, 5), strict=True):
        z = random.normal(size=DIM)
        parts = random.normal(size=(count, DIM)).round(4)
        predictions[name] = calibration.predict(name, z / np.linalg.norm(z), parts)
    return Evidence(predictions, "fake")


def only(evidence, *names):
    return replace(evidence, predictions={name: evidence.predictions[name] for name in names})


def same(first, second, tolerance=1e-9):
    for task in TASKS:
        np.testing.assert_allclose(first.probabilities[task], second.probabilities[task], atol=tolerance, rtol=0)


# --- offered or not ------------------------------------------------------------------------------------------------


def test_the_registry_finds_pools_and_learned_rules():
    assert {"concat_mlp", "gmu", "low_rank_tensor", "cross_attention"} == set(LEARNED)
    assert set(fusion_rules()) == set(registry()) - set(LEARNED)
    assert list(fusion_rules(LEARNED)) == list(registry())


@pytest.mark.parametrize("rule", LEARNED)
def test_models_without_weights_do_not_offer_a_learned_rule(tmp_path, rule):
    engine = FakeEngine(tmp_path / "models")
    assert rule not in engine.rules
    with pytest.raises(InputError) as caught:
        engine.fuse(make_evidence(make_calibration(NAMES)), FusionSettings(rule=rule))
    assert caught.value.code == "rule_untrained"
    found, ignored = decode(f"A;{rule}", NAMES, engine.rules)
    assert (found[0].settings.rule, ignored) == ("linear", [rule])
    assert len(every_rule(FusionSettings(), NAMES, engine.rules)) == len(NAMES) + len(fusion_rules()) * len(PRIORS)


@pytest.mark.parametrize("rule", LEARNED)
def test_other_modalities_than_those_of_training_are_refused(calibration, rule):
    more = replace(make_calibration((*NAMES, "face"), 3), learned=calibration.learned)
    assert rule in calibration.rules()
    assert rule not in more.rules()
    with pytest.raises(InputError) as caught:
        fuse(make_evidence(more), FusionSettings(rule=rule), more)
    assert (caught.value.code, caught.value.values["modality"]) == ("rule_modalities", "face")


def test_weights_named_by_the_manifest_are_verified_and_offered(tmp_path):
    folder = write_models(tmp_path)
    state = fusion.fresh(registry()["gmu"], DIM, fusion.FusionConfig())
    before = model_hash(ModelFolder(folder).read_manifest())
    assert fusion.add_rules(folder, {"gmu": state}, {}) != before
    manifest = ModelFolder(folder).read_manifest()
    assert "gmu" in load_calibration(folder, manifest).rules()
    (folder / rule_file("gmu")).write_bytes(b"other")
    with pytest.raises(ModelError):
        load_calibration(folder, manifest)


# --- what every rule keeps to ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", LEARNED)
def test_no_weight_is_a_missing_modality(calibration, evidence, rule):
    for name, other in (NAMES, NAMES[::-1]):
        silenced = FusionSettings({name: 0.7, other: 0.0}, rule)
        alone = fuse(only(evidence, name), silenced, calibration)
        same(fuse(evidence, silenced, calibration), alone)
        same(alone, fuse(only(evidence, name), FusionSettings({}, rule), calibration))


@pytest.mark.parametrize("rule", LEARNED)
def test_order_and_scale_do_not_matter_and_probabilities_sum_to_one(calibration, evidence, rule):
    settings = FusionSettings({"speech": 0.3, "text": 0.9}, rule)
    found = fuse(evidence, settings, calibration)
    same(found, fuse(only(evidence, *reversed(NAMES)), settings, calibration))
    same(found, fuse(evidence, FusionSettings({"speech": 0.1, "text": 0.3}, rule), calibration))
    for task in TASKS:
        assert found.probabilities[task].sum() == pytest.approx(1.0, abs=1e-12)
        assert (found.probabilities[task] > 0).all()


@pytest.mark.parametrize("rule", LEARNED)
def test_an_even_prior_gives_the_network_s_own_reading(calibration, evidence, rule):
    level = fuse(evidence, FusionSettings({}, rule, prior="even"), calibration)
    flat = {task: np.full(len(names), 1 / len(names)) for task, names in TASKS.items()}
    same(level, fuse(evidence, FusionSettings({}, rule), replace(calibration, prior=flat)))


@pytest.mark.parametrize("rule", LEARNED)
def test_a_batch_is_the_loop(calibration, evidence, rule):
    share = np.linspace(0, 1, 11)
    batch = fuse_tasks(evidence, FusionSettings({}, rule), calibration, np.stack([share, 1 - share], axis=-1))
    for place, a in enumerate(share):
        single = fuse(evidence, FusionSettings({"speech": a, "text": 1 - a}, rule), calibration)
        for task in TASKS:
            np.testing.assert_allclose(batch[task][place], single.probabilities[task], atol=1e-12)


@pytest.mark.parametrize("rule", LEARNED)
def test_padding_changes_nothing(calibration, evidence, rule):
    predictions = list(evidence.predictions.values())
    p = np.stack([reading.probabilities[MAIN_TASK] for reading in predictions])
    z = np.stack([reading.embedding for reading in predictions])
    found = [
        registry()[rule].pool(
            fusion_inputs(
                calibration,
                rule,
                MAIN_TASK,
                NAMES,
                p,
                np.array([0.4, 0.6]),
                z,
                [np.concatenate([r.parts, np.zeros((rows, DIM))]) for r in predictions],
            )
        )
        for rows in (0, 4)
    ]
    np.testing.assert_allclose(*found, atol=1e-12)


@pytest.mark.parametrize("rule", LEARNED)
def test_numpy_and_torch_run_the_same_network(calibration, evidence, rule):
    network, state = registry()[rule], calibration.learned[rule]
    share = np.array([[1.0, 0.4], [1.0, 0.0], [0.2, 1.0]])
    rows = {name: (np.stack([r.embedding] * 3), np.stack([r.parts] * 3)) for name, r in evidence.predictions.items()}
    batch = fusion.batch_of(rows, share, np.array([0, 1, 2]))
    tensors = {name: torch.from_numpy(value) for name, value in state.items()}
    wide = type(batch.inputs)(
        *(
            {k: v.double() for k, v in part.items()}
            for part in (batch.inputs.gain, batch.inputs.z, batch.inputs.sequences)
        )
    )
    plain = type(batch.inputs)(
        *({k: v.numpy() for k, v in part.items()} for part in (wide.gain, wide.z, wide.sequences))
    )
    for task in TASKS:
        found = network.scores(torch, tensors, wide, task).numpy()
        np.testing.assert_allclose(found, network.scores(np, state, plain, task), atol=1e-10)


def test_only_the_sequential_rule_looks_at_parts_and_goes_without(calibration, evidence):
    whole = replace(evidence, predictions={n: replace(r, parts=None) for n, r in evidence.predictions.items()})
    for rule in LEARNED:
        settings = FusionSettings({}, rule)
        with_parts, without = (fuse(e, settings, calibration).probabilities[MAIN_TASK] for e in (evidence, whole))
        assert np.allclose(with_parts, without) == (not registry()[rule].sequential)


@pytest.mark.parametrize("rule", LEARNED)
def test_hostile_numbers_leave_a_distribution(calibration, evidence, rule):
    huge = {n: replace(r, embedding=r.embedding * 1e3, parts=r.parts * 1e3) for n, r in evidence.predictions.items()}
    found = fuse(replace(evidence, predictions=huge), FusionSettings({}, rule), calibration)
    assert found.probabilities[MAIN_TASK].sum() == pytest.approx(1.0)


def test_the_gate_s_mark_is_a_share_and_needs_two(calibration, evidence):
    gate = gate_share(evidence, calibration)
    assert 0.0 < gate < 1.0
    assert gate_share(only(evidence, *reversed(NAMES)), calibration) == pytest.approx(1 - gate)
    assert gate_share(only(evidence, "text"), calibration) is None
    assert gate_share(evidence, make_calibration(NAMES)) is None


# --- records ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exact", [False, True])
def test_parts_survive_a_record_and_old_records_have_none(evidence, exact):
    record = json.loads(json.dumps(evidence_record(evidence, exact=exact)))
    for read in (evidence_from_record, validate_evidence):
        for name, reading in read(record).predictions.items():
            np.testing.assert_array_equal(reading.parts, evidence.predictions[name].parts)
    del record["readings"]["text"]["parts"]
    assert validate_evidence(record).predictions["text"].parts is None


@pytest.mark.parametrize("parts", [[], [[0.0] * DIM] * 17, [[0.0] * (DIM + 1)], [[float("nan")] * DIM], "x", [["1"]]])
def test_impossible_parts_are_refused(evidence, parts):
    record = evidence_record(evidence)
    record["readings"]["text"]["parts"] = parts
    with pytest.raises((ValueError, TypeError)):
        validate_evidence(record)


# --- in the browser --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", LEARNED)
def test_the_browser_reads_between_the_rows_of_the_table(tmp_path, calibration, evidence, rule):
    settings = FusionSettings({}, rule)
    sent = table(evidence, settings, calibration)
    assert [np.shape(rows) for rows in sent["tasks"]] == [(TABLE, len(names)) for names in TASKS.values()]
    given = mixer_inputs(evidence, calibration)
    given["tasks"] = [task | {"table": rows} for task, rows in zip(given["tasks"], sent["tasks"], strict=True)]
    cases, wanted = [], []
    for a, prior, temperature in ((0.0, "model", 1.0), (0.31, "even", 1.0), (0.315, "model", 0.5), (1.0, "even", 2.0)):
        asked = {"rule": rule, "temperature": temperature, "prior": prior, "alpha": [a, 1 - a], "problem": given}
        cases.append(("fuse", asked))
        wanted.append(
            fuse(evidence, FusionSettings({"speech": a, "text": 1 - a}, rule, temperature, prior), calibration)
        )
    *answers, turns = in_browser([*cases, ("flips", cases[0][1])], tmp_path)
    for answer, result in zip(answers, wanted, strict=True):
        for found, task in zip(answer["tasks"], TASKS, strict=True):
            np.testing.assert_allclose(found, result.probabilities[task], atol=2e-3)
    exact = flips(evidence, settings, calibration)
    assert not exact.exact
    assert [EMOTIONS[c] for _, _, c in turns] == [s.label for s in exact.segments]
    np.testing.assert_allclose([start for start, _, _ in turns], [s.start for s in exact.segments], atol=5e-3)


def test_a_table_of_one_modality_has_one_row_and_of_none_no_task(calibration, evidence):
    settings = FusionSettings({}, "gmu")
    assert [len(rows) for rows in table(only(evidence, "text"), settings, calibration)["tasks"]] == [1, 1]
    assert table(only(evidence), settings, calibration) == {"tasks": []}


# --- training and measuring ------------------------------------------------------------------------------------------


def clusters(seed, noise, count=280):
    """Readings around one direction per emotion, of a modality whose noise is that strong."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    parts = np.eye(len(EMOTIONS), DIM)[labels][:, None] + noise * random.normal(size=(count, 3, DIM))
    z = parts.mean(1)
    z /= np.linalg.norm(z, axis=1, keepdims=True)
    return LabelledEmbeddings(z, labels, np.array([f"origin {row % 10}" for row in range(count)]), parts)


QUICK = fusion.FusionConfig(steps=120, batch=64, pairs=210, rate=1e-2, patience=20, scale=0.5)


@pytest.fixture(scope="module")
def trained():
    cut = {name: fusion.inner_split(clusters(place, 0.7), 0) for place, name in enumerate(NAMES)}
    sides, held = ({name: parts[place] for name, parts in cut.items()} for place in (0, 1))
    return {name: fusion.train_rule(rule, sides, held, QUICK) for name, rule in fusion.learned_rules().items()}


@pytest.mark.parametrize("rule", LEARNED)
def test_a_rule_learns_from_a_few_pairs(trained, rule):
    state, figures = trained[rule]
    assert figures["loss"] < 0.9 * np.log(len(EMOTIONS))
    made = make_calibration(NAMES)
    made = replace(made, learned={rule: {name: value.detach().double().numpy() for name, value in state.items()}})
    matched = match(*(scored(clusters(20 + i, 0.7), made, name) for i, name in enumerate(NAMES)), count=350)
    alone = sweep(matched, FusionSettings({}, rule), made, np.array([0.0, 0.5, 1.0]))
    assert alone.uar.min() > 2 / len(EMOTIONS)
    assert alone.uar[1] > max(alone.uar[0], alone.uar[2])


def scored(side, calibration, name):
    return replace(side, probabilities=calibration.predict(name, side.embeddings).probabilities[MAIN_TASK])


def test_the_same_seed_gives_the_same_weights():
    sides = {name: clusters(place, 0.7) for place, name in enumerate(NAMES)}
    few = replace(QUICK, steps=20)
    first, second = (fusion.train_rule(registry()["gmu"], sides, sides, few)[0] for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_splits_share_no_origin_and_weights_cover_the_whole_range():
    train, held = fusion.inner_split(clusters(0, 0.5), 1)
    assert not set(train.origins) & set(held.origins)
    assert fusion.first_half(["b", "a", "c", "d", "a"]).tolist() == [True, True, False, False, True]
    shares = fusion.PairBatches(dict.fromkeys(NAMES, train), QUICK, 0).weights(2_000)
    assert (shares.max(1) == 1).all()
    assert ((shares == 0).sum(1) <= 1).all()
    assert 0.2 < (shares == 0).any(1).mean() < 0.4


def test_every_rule_is_measured_in_every_condition(trained, tmp_path):
    made = make_calibration(NAMES)
    states = {rule: {n: v.detach().double().numpy() for n, v in found.items()} for rule, (found, _) in trained.items()}
    made = replace(made, learned=states)
    sides = [scored(clusters(30 + i, 0.7), made, name) for i, name in enumerate(NAMES)]
    worse = scored(clusters(31, 2.0), made, "text")
    rows = draw(*sides, count=140)
    pairs = pair(*sides, rows)
    found = pair_metrics(pairs, pairs, made, {"text_damaged": pair(sides[0], worse, rows)}) | {"noise_db": 5.0}
    assert list(found["rules"]) == list(registry())
    assert found["rules"]["linear"]["parameters"] == 0 < found["rules"]["gmu"]["parameters"]
    assert found["rules"]["gmu"]["text_damaged"]["uar"] < found["rules"]["gmu"]["equal"]["uar"]
    gained = found["learned_against_pools"]["difference"]
    assert gained["low"] <= gained["value"] <= gained["high"]
    # the grid stands for the sequences, and comes back from its file
    (tmp_path / "scores").mkdir()
    save_pairs(with_grids(pairs, made), tmp_path, {"model_hash": "abc"})
    kept = load_pairs(tmp_path, "abc")
    settings = FusionSettings(rule="cross_attention")
    np.testing.assert_allclose(
        fuse_pairs(kept, settings, made, GRID), fuse_pairs(pairs, settings, made, GRID), atol=6e-3
    )
    between = fuse_pairs(kept, settings, made, np.array([0.025]))
    np.testing.assert_allclose(between, fuse_pairs(kept, settings, made, GRID[:2]).mean(0)[None])


@pytest.mark.parametrize(
    ("low", "high", "kind"), [(0.01, 0.03, "learned"), (-0.03, -0.01, "pool"), (-0.01, 0.02, "equal")]
)
def test_the_sentence_says_what_the_interval_says(low, high, kind):
    rules = dict.fromkeys(("gmu", "product"), RuleResult(0.5, *[Scores(0.8, 0.8, 0.1)] * 7, 0, 1.0))
    compared = LearnedAgainstPools("gmu", "product", Estimate(0.01, low, high))
    say = Translator("en")
    assert say(f"rules.verdict.{kind}") in rule_table.verdict(say, rules, compared)
    told = card.verdict(rules, compared)
    assert ("simple pool wins" in told, "worth it" in told) == (kind == "pool", kind == "learned")


def test_damage_to_words_is_the_same_every_time():
    assert damaged("I really DON'T know why, you left me here!") == "i really don't know you left me here"
    assert damaged("?!") == "?!"


def test_windows_lie_evenly_and_leave_nothing_but_single_frames_out():
    for frames, count in ((10, 1), (49, 1), (50, 2), (103, 4), (1_500, 16)):
        found = windows(torch.arange(frames).float().reshape(1, 1, frames, 1))
        assert found.shape[:3] == (count, 1, frames // count)
        assert found[0, 0, 0] == 0
        assert found[-1, 0, -1] == frames - 1
        assert (found[1:, 0, 0, 0] - found[:-1, 0, -1, 0]).max() <= 2 if count > 1 else True


def test_noise_is_as_strong_as_said_and_hangs_on_the_clip_alone():
    random = np.random.default_rng(0)
    speech = torch.zeros(16_000, dtype=torch.bool)
    speech[4_000:12_000] = True
    samples = torch.from_numpy(random.normal(size=16_000).astype(np.float32)) * speech * 0.1
    clip = CorpusClip(Path("one.wav"), "ravdess", "one", "actor", "joy", "", "")
    item = CachedClip(clip, samples, speech)
    mixed = speech_windows.noisy(item)
    assert torch.equal(mixed, speech_windows.noisy(item))
    noise = float(mixed[~speech].square().mean())
    assert 10 * np.log10(float(mixed[speech].square().mean()) / noise - 1) == pytest.approx(
        speech_windows.SNR_DB, abs=0.3
    )


def test_voices_come_back_as_they_were_written(tmp_path):
    random = np.random.default_rng(0)
    found = {
        kind: {
            key: speech_windows.WindowedEmbeddings(unit(random, 1), [unit(random, size)])
            for key, size in (("b", 2), ("a", 3))
        }
        for kind in speech_windows.KINDS
    }
    speech_windows.write(found, tmp_path / "parts")
    back = speech_windows.load(tmp_path / "parts", "noisy")
    assert [len(part) for part in back.parts] == [3, 2]
    np.testing.assert_allclose(back.z[0], found["noisy"]["a"].z[0], atol=1e-3)
    np.testing.assert_allclose(back.parts[1], found["noisy"]["b"].parts[0], atol=1e-3)


def unit(random, rows):
    z = random.normal(size=(rows, DIM))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


# --- what ships ------------------------------------------------------------------------------------------------------


@pytest.mark.models
def test_shipped_rules_beat_chance_and_either_modality_alone(pipeline):
    pairs = load_pairs(MODELS, pipeline.model_hash)
    assert pairs is not None
    assert set(pipeline.calibration.rules()) == set(registry())
    for rule in LEARNED:
        found = sweep(pairs, FusionSettings(rule=rule), pipeline.calibration, np.array([0.0, 0.5, 1.0]))
        assert found.uar.min() > 3 / len(EMOTIONS)
        assert found.uar[1] > max(found.uar[0], found.uar[2]) + 0.05


@pytest.mark.models
def test_parts_of_the_shipped_towers_add_up_to_the_whole(pipeline, voice):
    from crossmodal.audio.conditioning import condition

    tower = pipeline.towers["text"]
    z, parts = tower.sequence("I never wanted this to happen to us")
    np.testing.assert_allclose(z, tower("I never wanted this to happen to us"), atol=1e-6)
    assert parts.shape[1:] == z.shape
    assert (parts @ z).mean() > 0.5
    assert len(tower.sequence("word " * 60)[1]) == 16
    z, parts = pipeline.towers["speech"].sequence(condition(voice))
    assert 1 <= len(parts) <= 16
    np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1.0, atol=1e-3)
    assert (parts @ z).mean() > 0.3
