"""What moved the answer: shares that add up, variants that agree with fusing one by one, windows that cover a clip."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from helpers.samples import make_calibration, make_evidence

from crossmodal.explain.counterfactuals import (
    WINDOW_SECONDS,
    half_windows,
    nearest_flip,
    occlusion_scores,
    to_half_windows,
    windows,
)
from crossmodal.explain.leave_one_out import (
    content_words,
    discriminative_words,
    split_spans,
    substitutions,
    without_each,
)
from crossmodal.explain.shapley import attribution
from crossmodal.fusion import fusion_rules
from crossmodal.fusion.fuse import fuse, fuse_counterfactuals
from crossmodal.types import EMOTIONS, PRIORS, SAMPLE_RATE, FusionSettings, Waveform

NAMES = ("speech", "text", "face")
RULES = pytest.mark.parametrize("rule", fusion_rules())
PRIOR = pytest.mark.parametrize("prior", PRIORS)


def cases(rule, prior, count=12):
    """Evidence of two and of three modalities under weights and temperatures of all sorts."""
    random = np.random.default_rng(5)
    for seed in range(count):
        names = NAMES[: 2 + seed % 2]
        calibration = make_calibration(names, seed)
        alpha = dict(zip(names, random.random(len(names)).round(3).tolist(), strict=True))
        yield (
            make_evidence(calibration, seed),
            FusionSettings(alpha, rule, (0.5, 1.0, 2.0)[seed % 3], prior),
            calibration,
        )


def unit(random, count, width):
    z = random.normal(size=(count, width))
    return z / np.linalg.norm(z, axis=1, keepdims=True)


# --- by modality -----------------------------------------------------------------------------------------------------


@RULES
@PRIOR
def test_shares_add_up_to_the_number_on_the_page(rule, prior):
    for evidence, settings, calibration in cases(rule, prior):
        found = attribution(evidence, settings, calibration)
        result = fuse(evidence, settings, calibration)
        assert found.label == result.label
        assert found.chance == pytest.approx(result.probabilities["emotion"].max(), abs=1e-12)
        assert found.baseline + sum(found.modalities.values()) == pytest.approx(found.chance, abs=1e-12)
        expected = calibration.prior["emotion"][EMOTIONS.index(found.label)] if prior == "model" else 1 / len(EMOTIONS)
        assert found.baseline == pytest.approx(expected)


@RULES
@PRIOR
def test_a_single_weight_takes_it_all(rule, prior):
    for evidence, settings, calibration in cases(rule, prior):
        for only in evidence.predictions:
            one_hot = replace(settings, alpha={name: float(name == only) for name in evidence.predictions})
            found = attribution(evidence, one_hot, calibration)
            for name, value in found.modalities.items():
                expected = found.chance - found.baseline if name == only else 0.0
                assert value == pytest.approx(expected, abs=1e-9)


def test_linear_shares_are_the_weighted_differences_to_the_prior():
    calibration = make_calibration(NAMES)
    evidence = make_evidence(calibration)
    found = attribution(evidence, FusionSettings({"speech": 0.5, "text": 0.3, "face": 0.2}), calibration)
    place = EMOTIONS.index(found.label)
    for name, weight in (("speech", 0.5), ("text", 0.3), ("face", 0.2)):
        own = evidence.predictions[name].probabilities["emotion"][place]
        assert found.modalities[name] == pytest.approx(weight * (own - found.baseline))


def test_twins_share_alike():
    calibration = make_calibration(("speech", "text"))
    alike = {name: {"emotion": 1.0, "sentiment": 1.0} for name in calibration.temperature}
    calibration = replace(calibration, temperature=alike)
    evidence = make_evidence(calibration)
    predictions = {
        name: calibration.predict(name, evidence.predictions["speech"].embedding) for name in evidence.predictions
    }
    found = attribution(replace(evidence, predictions=predictions), FusionSettings({}, "product"), calibration)
    assert found.modalities["speech"] == pytest.approx(found.modalities["text"])


# --- variants --------------------------------------------------------------------------------------------------------


@RULES
@PRIOR
def test_variants_at_once_are_those_fused_one_by_one(rule, prior):
    random = np.random.default_rng(1)
    for evidence, settings, calibration in cases(rule, prior, 4):
        z = unit(random, 5, 8)
        together = fuse_counterfactuals(evidence, settings, calibration, "text", z)
        for row, one in zip(together, z, strict=True):
            changed = replace(evidence, predictions={**evidence.predictions, "text": calibration.predict("text", one)})
            np.testing.assert_allclose(row, fuse(changed, settings, calibration).probabilities["emotion"], atol=1e-12)


@RULES
def test_leaving_out_nothing_pulls_nothing(rule):
    for evidence, settings, calibration in cases(rule, "model", 4):
        own = np.repeat(evidence.predictions["speech"].embedding[None], 3, axis=0)
        np.testing.assert_allclose(
            occlusion_scores(evidence, settings, calibration, "speech", own, "joy"), 0.0, atol=1e-15
        )
        assert nearest_flip(evidence, settings, calibration, "speech", own) is None


def test_what_weighs_nothing_pulls_nothing():
    calibration = make_calibration(("speech", "text"))
    evidence, z = make_evidence(calibration), unit(np.random.default_rng(2), 6, 8)
    silent = FusionSettings({"speech": 1.0, "text": 0.0})
    np.testing.assert_allclose(occlusion_scores(evidence, silent, calibration, "text", z, "joy"), 0.0, atol=1e-15)
    off = replace(evidence, predictions={"speech": evidence.predictions["speech"]})
    assert not occlusion_scores(off, silent, calibration, "text", z, "joy").any()
    assert nearest_flip(off, silent, calibration, "text", z) is None


def test_the_nearest_flip_is_the_nearest():
    calibration = make_calibration(("speech", "text"))
    evidence, z = make_evidence(calibration), unit(np.random.default_rng(3), 60, 8)
    settings = FusionSettings({"speech": 0.3, "text": 0.7})
    found = nearest_flip(evidence, settings, calibration, "text", z)
    label, own = fuse(evidence, settings, calibration).label, evidence.predictions["text"].embedding

    def turned(row):
        changed = {**evidence.predictions, "text": calibration.predict("text", row)}
        return fuse(replace(evidence, predictions=changed), settings, calibration)

    assert found.label == turned(z[found.row]).label != label
    assert found.probability == pytest.approx(turned(z[found.row]).probabilities["emotion"].max())
    nearer = [row for row in z if row @ own > z[found.row] @ own]
    assert all(turned(row).label == label for row in nearer)


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.3, 0.31, 0.5, 0.96, 2.2845, 30.0])
def test_windows_cover_the_clip_half_by_half(seconds):
    found = windows(seconds)
    assert found[0][0] == 0.0
    assert found[-1][1] == pytest.approx(seconds, abs=1e-5)
    length = min(WINDOW_SECONDS, seconds / 3)
    assert all(length / 2 < end - start < length + 1e-5 for start, end in found)
    cells = half_windows(found)
    assert len(cells) == len(found) + 1 == len(to_half_windows(np.ones(len(found))))
    assert cells[0][0] == 0.0
    assert cells[-1][1] == pytest.approx(seconds, abs=1e-5)
    assert all(left[1] == right[0] and left[0] < left[1] for left, right in pairwise(cells))
    np.testing.assert_allclose(to_half_windows(np.ones(len(found))), 1.0)


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_word_goes_and_what_follows_it_stays():
    parts = split_spans('"Stop it!" I said - now \U0001f600.')
    assert [part.core for part in parts] == ["Stop", "it", "I", "said", "-", "now", "\U0001f600."]
    assert without_each(parts)[1] == '"Stop!" I said - now \U0001f600.'
    assert without_each(parts)[4] == '"Stop it!" I said now \U0001f600.'
    assert without_each(split_spans("Great!")) == []


def test_a_long_text_is_cut_into_neighbours():
    parts = split_spans(" ".join(f"w{number}" for number in range(100)), max_spans=40)
    assert len(parts) == 34
    assert parts[0].text == "w0 w1 w2"
    assert " ".join(part.text for part in parts).split() == [f"w{number}" for number in range(100)]


def test_another_word_keeps_the_capital_and_the_mark():
    found = substitutions(split_spans("Great, thanks!"), [0, 1], ["awful", "thanks"])
    assert [swap.text for swap in found] == ["Awful, thanks!", "Thanks, thanks!", "Great, awful!"]


def test_the_vocabulary_is_alike_many_words_of_each_class():
    assert content_words(["I'm so HAPPY today", "happy, or sad-ish? don't"]) == ["happy", "today"]
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    assert discriminative_words(["a", "b", "c", "d"], probabilities, size=4) == ("a", "d", "c")


# --- the real encoders -----------------------------------------------------------------------------------------------


@pytest.mark.models
def test_leaving_out_nothing_of_a_real_voice_changes_nothing(pipeline):
    from crossmodal.audio import preprocess
    from crossmodal.examples import load_examples

    for example in list(load_examples().values())[:4]:
        waveform = preprocess(example.audio.read_bytes())
        own = pipeline.towers["speech"](waveform)
        found = pipeline.embed_masked(waveform, [(0.0, 0.0), (0.3, 0.6), (5.0, 9.0)])
        np.testing.assert_allclose(found[[0, 2]], np.stack([own, own]), atol=1e-6)
        assert found[1] @ own < 1 - 1e-4
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0)


@pytest.mark.models
def test_left_out_frames_play_no_part(pipeline):
    """The same as pooling by hand what is left, each reading by its own modules."""
    import torch

    from crossmodal.audio import preprocess
    from crossmodal.examples import load_examples

    waveform = preprocess(load_examples()["joy"].audio.read_bytes())
    tower = pipeline.towers["speech"]
    with torch.inference_mode():
        states = tower.encoder(tower._log_mel(waveform.samples)[None])
        kept = torch.ones(states.shape[2], dtype=bool)
        kept[25:50] = False  # half a second from 0.5 s on
        expected = tower.statistics(states[:, :, kept]) + tower.share * tower.projection(
            tower.adapted(states)[:, :, kept]
        )
    found = pipeline.embed_masked(waveform, [(0.5, 1.0)])[0]
    np.testing.assert_allclose(found, (expected / expected.norm())[0].double().numpy(), atol=1e-6)


@pytest.mark.models
def test_an_interval_must_leave_something(pipeline, voice):
    with pytest.raises(ValueError, match="no frame"):
        pipeline.embed_masked(Waveform(voice), [(0.0, 60.0)])
    short = Waveform(voice[: int(0.3 * SAMPLE_RATE)])
    assert len(pipeline.embed_masked(short, windows(short.seconds))) == 5


@pytest.mark.models
def test_the_word_that_says_it_pulls_most(pipeline):
    text = "The meeting was wonderful and the room was big."
    parts = split_spans(text)
    evidence = pipeline.embed(text=text)
    left = pipeline.embed_texts(without_each(parts))
    alone = pipeline.embed(text=without_each(parts)[3]).predictions["text"].embedding
    np.testing.assert_allclose(left[3], alone, atol=1e-5)
    found = occlusion_scores(evidence, FusionSettings(), pipeline.calibration, "text", left, "joy")
    assert parts[int(found.argmax())].core == "wonderful"
    assert found.max() > 0.1
