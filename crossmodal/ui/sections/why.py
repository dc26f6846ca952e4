"""Why this answer: what moved the number on the page, by modality, by word and by moment, with the prosody beside it.

The embeddings are computed when the section is first opened on an input; from then on the settings change arithmetic
alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from crossmodal.audio.prosody import MEASURES, Prosody, load_reference, rank, reference_values, register
from crossmodal.engine import Engine
from crossmodal.explain.counterfactuals import half_windows, nearest_flip, occlusion_scores, to_half_windows
from crossmodal.explain.shapley import Attribution, attribution
from crossmodal.i18n.translator import Translator
from crossmodal.modalities import SPEECH, TEXT
from crossmodal.model.folder import ModelFolder, default_models
from crossmodal.timing import StageCallback
from crossmodal.types import MAIN_TASK, Array, Evidence, FusionSettings
from crossmodal.ui import address, html
from crossmodal.ui.charts import svg
from crossmodal.ui.components import playhead
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import percent, percent_tenths, points, signed_tenths
from crossmodal.ui.samples import DisplayClip, Sample
from crossmodal.ui.sections import inputs, why_cache
from crossmodal.ui.sections.why_cache import OcclusionScores, WordScores

LEAST_POINTS = 0.02
"""Pulls are drawn against the strongest of them, or against this where all are weaker."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fused answer to explain: the sample, the evidence in use, the settings, and what moved the shown probability.

    ``progress`` is called with the stage that is being waited for.
    """

    context: PageContext
    engine: Engine
    sample: Sample
    used: Evidence
    settings: FusionSettings
    attribution: Attribution
    progress: StageCallback

    @property
    def label(self) -> str:
        """The name of the shown class."""
        return self.context.say.label(MAIN_TASK, self.attribution.label)

    @property
    def colour(self) -> str:
        """The colour of the shown class."""
        return self.context.colour(self.attribution.label)

    def pulls(self, modality: str, z: Array) -> Array:
        """How much the shown probability falls with each variant z (M, D) of a modality, (M,)."""
        return occlusion_scores(self.used, self.settings, self.engine.calibration, modality, z, self.attribution.label)


def why(context: PageContext, engine: Engine, sample: Sample, used: Evidence, settings: FusionSettings) -> None:
    """The section below the bench: a switch, and while it is on the explanation; ``used`` is the evidence in use."""
    with st.container(key="why_section"):
        switch = address.key("why")
        is_open = st.toggle(context.say("why"), switch.default, key=switch.bound(), bind="query-params")
        if not is_open or not used.predictions:
            return
        status = st.empty()
        progress = inputs.announcer(context.say, status)
        with error_boundary(context.say, "why"):
            moved = attribution(used, settings, engine.calibration)
            case = Case(context, engine, sample, used, settings, moved, progress)
            left, right = st.columns([1, 1.35], gap="large")
            with left:
                _by_modality(case)
            with right:
                _by_word(case)
            if sample.clip is not None and SPEECH in sample.evidence.predictions:
                _by_moment(case, sample.clip)
        status.empty()


def strengths(values: Sequence[float]) -> list[float]:
    """Pulls as shares of the strongest one, or of LEAST_POINTS."""
    largest = max([LEAST_POINTS, *map(abs, values)])
    return [round(value / largest, 3) for value in values]


# --- by modality -----------------------------------------------------------------------------------------------------


def _by_modality(case: Case) -> None:
    say, scores = case.context.say, case.attribution
    st.html(html.section(say("why.modality"), f"{case.label} {percent(scores.chance)} %"))
    rows = [(say("why.prior"), 0.0, scores.baseline, percent_tenths(scores.baseline))]
    level = scores.baseline
    for name, value in scores.modalities.items():
        rows.append((say.modality(name), level, level + value, signed_tenths(value)))
        level += value
    rows.append((case.label, 0.0, scores.chance, percent_tenths(scores.chance)))
    st.html(html.waterfall(rows, case.colour))
    st.html(html.note(say("why.modality.note", label=case.label)))


# --- by word ---------------------------------------------------------------------------------------------------------


def _by_word(case: Case) -> None:
    say = case.context.say
    st.html(html.section(say("why.words"), say("why.points", label=case.label)))
    if TEXT not in case.used.predictions:
        st.html(html.note(say("why.words.none")))
        return
    left_out = why_cache.words(case.engine, case.sample.said, case.progress)
    _words(case, left_out)
    st.html(html.paragraphs([_flip(case, left_out)]))


def _words(case: Case, left_out: WordScores) -> None:
    """The text itself, every word shaded by what it adds; the same as a table for screen readers."""
    say = case.context.say
    if not len(left_out.z):
        st.html(html.note(say("why.words.one")))
        return
    values = case.pulls(TEXT, left_out.z).tolist()
    rows = zip(left_out.parts, strengths(values), map(points, values), strict=True)
    drawn = [(part.text, strength, said) for part, strength, said in rows]
    st.html(html.pulled_words(say("why.words.table", label=case.label), drawn, case.colour))
    st.html(html.note(say("why.words.groups" if left_out.grouped else "why.words.note", label=case.label)))


def _flip(case: Case, left_out: WordScores) -> str:
    """The smallest change found that turns the answer, as a sentence: a word left out before one replaced by another.

    Of several of a kind it is the one whose z is nearest that of the whole text.
    """
    say, used, settings, calibration = case.context.say, case.used, case.settings, case.engine.calibration
    removal = nearest_flip(used, settings, calibration, TEXT, left_out.z)
    if removal:
        word = left_out.parts[removal.row].core
        label, chance = say.label(MAIN_TASK, removal.label), percent(removal.probability)
        return say("why.flip.gone", word=word, label=label, chance=chance)
    z = used.predictions[TEXT].embedding
    candidates = why_cache.tried(case.engine, case.sample.said, left_out, z, case.progress)
    replacement = nearest_flip(used, settings, calibration, TEXT, candidates.z)
    if replacement is None:
        return say("why.flip.none", left=len(left_out.z), tried=len(candidates.tried))
    swap = candidates.tried[replacement.row]
    label, chance = say.label(MAIN_TASK, replacement.label), percent(replacement.probability)
    return say("why.flip.put", word=left_out.parts[swap.position].core, put=swap.word, label=label, chance=chance)


# --- by moment -------------------------------------------------------------------------------------------------------


def _by_moment(case: Case, clip: DisplayClip) -> None:
    say = case.context.say
    st.html(html.section(say("why.time"), say("why.points", label=case.label)))
    scores = why_cache.moments(case.engine, case.sample, clip, case.progress)
    if SPEECH in case.used.predictions:
        _moments(case, clip, scores)
    else:
        st.html(html.note(say("why.time.none")))
    _prosody(case, scores.prosody)


def _moments(case: Case, clip: DisplayClip, scores: OcclusionScores) -> None:
    say = case.context.say
    values = to_half_windows(case.pulls(SPEECH, scores.z)).tolist()
    spans, drawn = half_windows(scores.intervals), strengths(values)
    if playhead.usable():
        cells = [[a, b, points(value), by] for (a, b), value, by in zip(spans, values, drawn, strict=True)]
        playhead.show(_playhead_data(case, clip, scores.offset) | {"moments": cells})
    else:
        st.html(html.pulled_moments(drawn, case.colour))
    start, end = scores.intervals[0]
    note = say("why.time.note", label=case.label, seconds=round(end - start, 2))
    st.html(html.note(f"{_strongest(case, spans, values)} {note}"))


def _playhead_data(case: Case, clip: DisplayClip, offset: float) -> dict[str, object]:
    """The data of the component, except the moments."""
    say = case.context.say
    return {
        "key": f"{case.sample.key} {case.context.say.language}",
        "label": case.label,
        "colour": case.colour,
        "envelope": svg.coarser(clip.envelope),
        "segments": clip.segments,
        "seconds": clip.seconds,
        "offset": offset,
        "words": [[word.text, word.start, word.end] for word in svg.spaced(case.sample.timed_words, clip.seconds)],
        "said": {key: say.wording(f"why.time.{key}") for key in ("play", "pause", "place", "here", "here_word")},
    }


def _strongest(case: Case, spans: Sequence[tuple[float, float]], values: Sequence[float]) -> str:
    """The moment with the highest score for the shown class and that with the lowest, if above and below zero."""
    said = []
    for key, pick in (("why.time.most", max), ("why.time.least", min)):
        index = values.index(pick(values))
        if (values[index] > 0) == (pick is max) and points(values[index]) != "0":
            start, end = spans[index]
            said.append(
                case.context.say(
                    key, start=f"{start:.2f}", end=f"{end:.2f}", points=points(values[index]), label=case.label
                )
            )
    return " ".join(said)


# --- prosody ---------------------------------------------------------------------------------------------------------


def _prosody(case: Case, prosody: Prosody) -> None:
    say = case.context.say
    reference = load_reference(ModelFolder(default_models()).prosody)  # of people, so it stands for any models
    st.html(html.section(say("why.prosody")))
    if reference is None:
        st.html(html.note(say("why.prosody.none")))
        return
    measured = prosody.values()
    strips = []
    for name in (name for name in MEASURES if name in measured):
        against = reference_values(reference, name, prosody)
        strips.append(_range(case, name, measured[name], against))
    st.html(html.range_strips(strips))
    lines = [say("why.prosody.note", clips=f"{reference['clips']:,}", speakers=reference["speakers"])]
    if prosody.pitch_hz is not None:
        lines.append(say(f"why.prosody.{register(reference, prosody.pitch_hz)}"))
    st.html(html.note(" ".join(lines)))


def _range(case: Case, name: str, value: float, against: Mapping[str, Mapping[str, float]]) -> str:
    """One measure of the clip on the range of the reference clips; pitch on a scale of semitones."""
    say, of_speakers = case.context.say, against["percentiles"]
    emotion_value = against["emotions"].get(case.attribution.label)
    scaled = math.log2 if name == "pitch_hz" else float
    ends = [scaled(number) for number in (of_speakers["5"], of_speakers["95"], value)]
    low, high = min(ends), max(ends)
    room = 0.02 * (high - low) or 1.0

    def position(number: float) -> float:
        return (scaled(number) - low + room) / (high - low + 2 * room)

    percentiles = {
        "low": of_speakers["5"],
        "inner_low": of_speakers["25"],
        "middle": of_speakers["50"],
        "inner_high": of_speakers["75"],
        "high": of_speakers["95"],
    }
    marks = [] if emotion_value is None else [(position(emotion_value), case.label)]
    drawn = {key: position(number) for key, number in percentiles.items()} | {"own": position(value)}
    return html.range_strip(
        say(f"why.prosody.{name}"), _measured(say, name, value, rank(of_speakers, value)), drawn, marks
    )


def _measured(say: Translator, name: str, value: float, below: float) -> str:
    """A value with its unit, and its rank among the reference clips."""
    shown = f"{100 * value:.0f}" if name == "pauses" else f"{value:.0f}" if name == "pitch_hz" else f"{value:.1f}"
    key = "why.rank.low" if below == 0.0 else "why.rank.high" if below == 1.0 else "why.rank"
    return say(f"why.prosody.{name}.value", value=shown) + " \u00b7 " + say(key, share=f"{100 * below:.0f}")
