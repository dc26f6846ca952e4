"""The whole way from an utterance to a fused emotion, cut in two.

``Pipeline.embed`` runs the encoders, once per input. ``Pipeline.fuse`` is arithmetic on a few numbers and runs at every
move of a slider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from crossmodal import audio
from crossmodal.audio.transcription import shared_transcriber
from crossmodal.errors import InputError
from crossmodal.fusion.calibration import Calibration, load_calibration
from crossmodal.fusion.fuse import fuse
from crossmodal.modalities import MODALITIES, SPEECH, TEXT, Modality, load_towers
from crossmodal.model.folder import MODELS, ModelFolder, model_hash
from crossmodal.model.towers import BatchTower, Tower, as_batch_tower, as_maskable_tower
from crossmodal.text import preprocess as preprocess_text
from crossmodal.text import usable_words
from crossmodal.timing import StageCallback, StageTimer
from crossmodal.types import (
    Array,
    Evidence,
    FusionResult,
    FusionSettings,
    Transcript,
    Utterance,
    Waveform,
)


class Recogniser(Protocol):
    """Anything that writes down what is said."""

    def __call__(self, waveform: Waveform) -> Transcript:
        """The words in a waveform."""
        ...

    def many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        """The words in each of several waveforms that fit into one window together."""
        ...


class Pipeline:
    """Encoders, shared space, head and fusion behind two calls.

    >>> pipeline = Pipeline.load()
    >>> evidence = pipeline.embed(speech=Path("clip.wav").read_bytes())
    >>> pipeline.fuse(evidence, alpha={"speech": 0.6, "text": 0.4}).label
    """

    def __init__(
        self,
        towers: Mapping[str, Tower],
        calibration: Calibration,
        transcriber: Recogniser,
        model_hash: str,
    ) -> None:
        self.towers = towers
        self.calibration = calibration
        self.transcriber = transcriber
        self.model_hash = model_hash

    @classmethod
    def load(cls, folder: Path | str = MODELS) -> Pipeline:
        """Verify and load every model. Raises ModelError, naming what is missing or altered."""
        folder = Path(folder)
        manifest = ModelFolder(folder).read_manifest()
        towers = load_towers(folder, manifest)
        calibration = load_calibration(folder, manifest)
        return cls(towers, calibration, shared_transcriber(), model_hash(manifest))

    @property
    def modalities(self) -> tuple[str, ...]:
        """Every modality that this pipeline reads, in the order of its charts and sliders."""
        return tuple(self.towers)

    def prepare(
        self,
        *,
        speech: bytes | None = None,
        text: str | None = None,
        transcribe: bool = True,
        timer: StageTimer | None = None,
        **others: Any,
    ) -> Utterance:
        """Preprocess what was given, as ``embed`` does."""
        timer = timer or StageTimer()
        inputs: dict[str, Any] = {}
        transcript = None
        if speech is not None:
            with timer.stage("decode"):
                waveform = inputs[SPEECH] = audio.preprocess(speech)
            if transcribe and text is None:
                with timer.stage("transcript"):
                    transcript = self.transcriber(waveform)
                text = usable_words(transcript.text)
        if text is not None:
            inputs[TEXT] = preprocess_text(text)
        inputs |= {name: _modality(name).preprocess(value) for name, value in others.items()}
        if not inputs:
            raise InputError("nothing_given")
        return Utterance(inputs, transcript)

    def embed(
        self,
        *,
        speech: bytes | None = None,
        text: str | None = None,
        transcribe: bool = True,
        progress: StageCallback | None = None,
        **others: Any,
    ) -> Evidence:
        """The predictions of ``embed_utterance`` alone, which takes the same arguments."""
        return self.embed_utterance(speech=speech, text=text, transcribe=transcribe, progress=progress, **others)[1]

    def embed_utterance(
        self,
        *,
        speech: bytes | None = None,
        text: str | None = None,
        transcribe: bool = True,
        progress: StageCallback | None = None,
        **others: Any,
    ) -> tuple[Utterance, Evidence]:
        """An utterance, given as the bytes of an audio file, as words, or both: preprocessed, and its predictions.

        Without ``text`` the words come from the recogniser, unless ``transcribe`` is off; a clip in which no words are
        recognised gives a prediction of the voice alone. Any further modality of ``MODALITIES`` is given by its name.
        ``progress`` is told each stage. Raises InputError.
        """
        timer = StageTimer(progress)
        utterance = self.prepare(speech=speech, text=text, transcribe=transcribe, timer=timer, **others)
        return utterance, self.predict(utterance, timer=timer)

    def predict(self, utterance: Utterance, *, timer: StageTimer | None = None) -> Evidence:
        """Encode, project and classify a preprocessed utterance."""
        timer = timer or StageTimer()
        predictions = {}
        for name, tower in self.towers.items():
            if name in utterance.inputs:
                with timer.stage(f"encode_{name}"):
                    predictions[name] = self.calibration.predict(name, *tower.sequence(utterance.inputs[name]))
        return Evidence(predictions, self.model_hash, utterance.transcript, timer.cost)

    def repredict(self, evidence: Evidence, **inputs: Any) -> Evidence:
        """The evidence with some modalities read anew, the others kept: what editing a transcript needs."""
        timer = StageTimer()
        fresh = self.predict(Utterance(inputs), timer=timer).predictions
        merged = {**evidence.predictions, **fresh}
        ordered = {name: merged[name] for name in self.towers if name in merged}
        return replace(evidence, predictions=ordered, cost={**evidence.cost, **timer.cost})

    def embed_masked(self, waveform: Waveform, intervals: Sequence[tuple[float, float]]) -> Array:
        """The z (M, D) of the voice with each interval of time left out; see ``MaskableTower.masked``."""
        return as_maskable_tower(self.towers[SPEECH]).masked(waveform, intervals)

    def embed_texts(self, texts: Sequence[str]) -> Array:
        """The z (N, D) of many texts at once, each of them preprocessed."""
        return self.text_tower.embed(texts)

    @property
    def text_tower(self) -> BatchTower:
        """The tower of the text, which embeds many texts at once."""
        return as_batch_tower(self.towers[TEXT])

    def fuse(self, evidence: Evidence, settings: FusionSettings | None = None, **changes: Any) -> FusionResult:
        """Fuse at ``settings``, any field of which may be given by name: ``fuse(evidence, rule="log_pool")``.

        Raises InputError, see ``crossmodal.fusion.fuse.fuse``.
        """
        return fuse(evidence, replace(settings or FusionSettings(), **changes), self.calibration)


def _modality(name: str) -> Modality:
    """The modality of that name. Raises TypeError, as for any argument that a function does not take."""
    if name not in MODALITIES:
        raise TypeError(f"{name!r} is no modality; there are {', '.join(MODALITIES)}")
    return MODALITIES[name]
