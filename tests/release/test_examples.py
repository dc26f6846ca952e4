"""The shipped examples: complete, playable, and what the shipped models really read."""

import subprocess
import sys

import numpy as np
import pytest

from crossmodal import audio
from crossmodal.audio.decoder import shared_decoder
from crossmodal.audio.files import envelope, to_flac
from crossmodal.data.text import text_key
from crossmodal.errors import CrossmodalError
from crossmodal.examples import DEFAULT, load_examples
from crossmodal.examples.specs import read_specs
from crossmodal.i18n.messages import LANGUAGES
from crossmodal.types import EMOTIONS, SAMPLE_RATE, TASKS, FusionSettings, Transcript
from tools.voices.shaping import Recipe, analyse, resynthesise, shape, track_pitch
from tools.voices.styles import STYLES, strain, to_record
from tools.voices.synthesise import speak
from tools.voices.tune import choose

EXAMPLES = load_examples()
VOICE = {spec["key"]: spec["voice_intended"] for spec in read_specs()}
WORDS = {spec["key"]: spec["words_intended"] for spec in read_specs()}
each = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def buzz(hertz=120.0, seconds=1.0):
    """A voice-like pulse train with harmonics, loud in the middle."""
    at = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = sum(np.sin(2 * np.pi * hertz * n * at) / n for n in range(1, 12))
    return waves * np.hanning(len(at)) * 0.1


def test_there_are_enough_and_the_default_is_first():
    assert len(EXAMPLES) >= 10
    assert next(iter(EXAMPLES)) == DEFAULT
    assert sum(VOICE[key] != WORDS[key] for key in EXAMPLES) >= 3


def test_the_examples_cover_the_emotions():
    assert set(WORDS.values()) == set(EMOTIONS)
    agreed = {VOICE[key] for key in EXAMPLES if VOICE[key] == WORDS[key]}
    assert agreed >= {"anger", "fear", "neutral", "sadness", "surprise"}


@each
def test_voice_and_words_are_read_as_they_were_made(example):
    for modality, meant in (("speech", VOICE[example.key]), ("text", WORDS[example.key])):
        assert EMOTIONS[int(example.evidence.predictions[modality].probabilities["emotion"].argmax())] == meant


def test_importing_them_does_not_load_torch():
    code = "import sys; from crossmodal.examples import *; load_examples(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@each
def test_example_is_complete(example):
    assert set(example.title) == set(LANGUAGES)
    assert all(example.title.values())
    assert set(example.evidence.predictions) == {"speech", "text"}
    for reading in example.evidence.predictions.values():
        for task, names in TASKS.items():
            assert reading.probabilities[task].shape == (len(names),)
            assert reading.probabilities[task].sum() == pytest.approx(1, abs=1e-6)


@each
def test_clip_decodes_to_what_is_drawn(example):
    data = example.audio.read_bytes()
    assert len(data) < 100_000
    waveform = audio.preprocess(data)
    assert waveform.seconds == pytest.approx(example.seconds, abs=0.01)
    assert sum(end - start for start, end in waveform.segments) >= 0.8
    assert np.allclose(envelope(waveform.samples), example.envelope, atol=0.01)
    assert np.allclose(waveform.segments, example.segments, atol=0.01)
    assert waveform.offset < 0.2, "the clip that is played starts where the drawing starts"


def test_all_evidence_comes_from_one_model():
    assert len({example.evidence.model_hash for example in EXAMPLES.values()}) == 1


@pytest.mark.models
class TestAgainstTheModels:
    def test_model_hash(self, pipeline):
        assert {example.evidence.model_hash for example in EXAMPLES.values()} == {pipeline.model_hash}

    @each
    def test_evidence_equals_a_fresh_computation(self, pipeline, example):
        fresh = pipeline.embed(speech=example.audio.read_bytes(), text=example.text)
        for name, shown in example.evidence.predictions.items():
            for task, probabilities in shown.probabilities.items():
                assert np.allclose(probabilities, fresh.predictions[name].probabilities[task], atol=1e-4)

    def label(self, pipeline, example, **alpha):
        return pipeline.fuse(example.evidence, FusionSettings(alpha)).label

    def test_the_default_flips_from_sadness_to_joy(self, pipeline):
        example = EXAMPLES[DEFAULT]
        assert self.label(pipeline, example, speech=1.0, text=0.0) == "sadness"
        assert self.label(pipeline, example, speech=0.0, text=1.0) == "joy"

    def test_conflicts_flip(self, pipeline):
        voice = {key: self.label(pipeline, item, speech=1.0, text=0.0) for key, item in EXAMPLES.items()}
        words = {key: self.label(pipeline, item, speech=0.0, text=1.0) for key, item in EXAMPLES.items()}
        for key in EXAMPLES:
            assert (voice[key] != words[key]) == (VOICE[key] != WORDS[key])


def test_envelope_is_scaled_and_as_long_as_asked():
    assert envelope(np.array([0.0, -0.5, 0.25, 0.0]), 2) == (1.0, 0.5)
    assert len(envelope(buzz())) == 400
    assert envelope(np.zeros(1000), 10) == (0.0,) * 10
    assert envelope(np.zeros(0), 10) == (0.0,) * 10
    assert len(envelope(np.ones(3), 10)) == 3


def test_pitch_is_tracked_and_moved():
    pitch = track_pitch(buzz(120))
    assert np.median(pitch[pitch > 0]) == pytest.approx(120, rel=0.03)
    higher = track_pitch(resynthesise(analyse(buzz(120)), Recipe(pitch=6)))
    assert np.median(higher[higher > 0]) == pytest.approx(120 * 2**0.5, rel=0.04)


def test_stretch_lengthens_and_keeps_the_pitch():
    slow = resynthesise(analyse(buzz(150)), Recipe(stretch=((0.0, 1.5), (1.0, 1.5))))
    assert len(slow) == pytest.approx(1.5 * SAMPLE_RATE, rel=0.03)
    pitch = track_pitch(slow)
    assert np.median(pitch[pitch > 0]) == pytest.approx(150, rel=0.03)


def test_the_same_recipe_gives_the_same_clip():
    recipe = Recipe(jitter=0.02, breath=-15, room=-40, tremolo=0.3, colour=((200.0, 3.0), (4000.0, -3.0)))
    once, again = shape(analyse(buzz()), recipe), shape(analyse(buzz()), recipe)
    assert np.array_equal(once, again)
    assert np.abs(once).max() < 1
    assert to_flac(once) == to_flac(again)


def test_flac_keeps_the_samples():
    samples = shape(analyse(buzz()), Recipe())
    decoded = shared_decoder()(to_flac(samples))
    assert np.allclose(decoded, samples, atol=1e-4)


def test_a_missing_synthesiser_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CrossmodalError) as caught:
        speak("flite", "slt", "A sentence that was never spoken before.")
    assert caught.value.as_dict() == {"code": "synthesiser_missing", "program": "flite"}


@pytest.mark.parametrize("spec", read_specs(), ids=lambda spec: spec["key"])
def test_recipes_are_readable_and_within_their_style(spec):
    recipe = Recipe.from_record(spec["recipe"])
    assert [recipe.engine, recipe.voice] in spec["voices"]
    assert strain(recipe) < 2.5


def test_style_values_become_a_recipe():
    record = to_record({"pitch": 2.0, "contour@0": 1.0, "contour@1": -1.0})
    assert record == {"pitch": 2.0, "contour": [[0.0, 1.0], [1.0, -1.0]]}
    for style in STYLES.values():
        Recipe.from_record(to_record({name: low for name, (low, _) in style.items()}))


def test_tuning_moves_towards_what_the_reader_wants(monkeypatch):
    monkeypatch.setattr("tools.voices.tune.synthesise", lambda _, recipe: np.full(16_000, recipe.pitch))
    monkeypatch.setattr("tools.voices.tune.GENERATIONS", 3)
    spec = {"text": "So.", "voice_intended": "anger", "voices": [["flite", "slt"]]}
    best, heard = choose(
        spec, lambda samples: float(np.exp(-((samples[0] - 5) ** 2))), lambda samples: Transcript("So.", (), 1.0)
    )
    assert best.probability > 0.8
    assert text_key(heard.text) == "so"
