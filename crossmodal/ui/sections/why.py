"""Why this answer: what moved the number on the page, by modality, by word and by moment, with the prosody beside it.

The slow parts are read when the section is first opened on an input; from then on everything follows the settings by
arithmetic alone.
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
from crossmodal.model.folder import ModelFolder
from crossmodal.timing import StageCallback
from crossmodal.types import MAIN_TASK, Array, Evidence, FusionSettings, Word
from crossmodal.ui import address, html
from crossmodal.ui.charts import svg
from crossmodal.ui.components.playhead import component
from crossmodal.ui.frame import PageContext, error_boundary
from crossmodal.ui.numbers import percent, percent_tenths, points, signed_tenths
from crossmodal.ui.samples import DisplayClip, Sample
from crossmodal.ui.sections import inputs, why_cache
from crossmodal.ui.sections.why_cache import OcclusionScores, WordScores
from crossmodal.ui.service import models_folder

LEAST_POINTS = 0.02
"""Pulls are drawn against the strongest of them, or against this where all are weaker."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fused answer to explain: the input, the readings in use, the settings, and what moved the shown chance.

    ``progress`` is told what is waited for.
    """

    context: PageContext
    engine: Engine
    sample: Sample
    used: Evidence
    settings: FusionSettings
    found: Attribution
    progress: StageCallback

    @property
    def label(self) -> str:
        """The shown class, as it is called."""
        return self.context.say.label(MAIN_TASK, self.found.label)

    @property
    def colour(self) -> str:
        """The colour of the shown class."""
        return self.context.colour(self.found.label)

    def pulls(self, modality: str, z: Array) -> Array:
        """How much the shown chance falls with each variant z (M, D) of a modality, (M,)."""
        return occlusion_scores(self.used, self.settings, self.engine.calibration, modality, z, self.found.label)


def why(context: PageContext, engine: Engine, sample: Sample, used: Evidence, settings: FusionSettings) -> None:
    """The section below the bench: a switch, and while it is on the reasons; ``used`` are the readings in use."""
    with st.container(key="why_section"):
        switch = address.key("why")
        shown = st.toggle(context.say("why"), switch.default, key=switch.bound(), bind="query-params")
        if not shown or not used.predictions:
            return
        place = st.empty()  # all waiting is told here
        progress = inputs.announcer(context.say, place)
        with error_boundary(context.say, "why"):
            found = attribution(used, settings, engine.calibration)
            case = Case(context, engine, sample, used, settings, found, progress)
            left, right = st.columns([1, 1.35], gap="large")
            with left:
                _by_modality(case)
            with right:
                _by_word(case)
            if sample.clip is not None and SPEECH in sample.evidence.predictions:
                _by_moment(case, sample.clip)
        place.empty()


def strengths(values: Sequence[float]) -> list[float]:
    """Pulls as shares of the strongest one, or of LEAST_POINTS."""
    largest = max([LEAST_POINTS, *map(abs, values)])
    return [round(value / largest, 3) for value in values]


# --- by modality -----------------------------------------------------------------------------------------------------


def _by_modality(case: Case) -> None:
    say, found = case.context.say, case.found
    st.html(html.section(say("why.modality"), f"{case.label} {percent(found.chance)} %"))
    rows = [(say("why.prior"), 0.0, found.baseline, percent_tenths(found.baseline))]
    at = found.baseline
    for name, value in found.modalities.items():
        rows.append((say.modality(name), at, at + value, signed_tenths(value)))
        at += value
    rows.append((case.label, 0.0, found.chance, percent_tenths(found.chance)))
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
    """The text itself, every word shaded by what it adds; the same as a table for those who hear the page."""
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
    """The smallest change found that turns the answer, as a sentence: a word left out before one put for another.

    Of several of a kind it is the one that leaves z nearest its own.
    """
    say, used, settings, calibration = case.context.say, case.used, case.settings, case.engine.calibration
    gone = nearest_flip(used, settings, calibration, TEXT, left_out.z)
    if gone:
        word = left_out.parts[gone.row].core
        label, chance = say.label(MAIN_TASK, gone.label), percent(gone.probability)
        return say("why.flip.gone", word=word, label=label, chance=chance)
    own = used.predictions[TEXT].embedding
    swapped = why_cache.tried(case.engine, case.sample.said, left_out, own, case.progress)
    put = nearest_flip(used, settings, calibration, TEXT, swapped.z)
    if put is None:
        return say("why.flip.none", left=len(left_out.z), tried=len(swapped.tried))
    swap = swapped.tried[put.row]
    label, chance = say.label(MAIN_TASK, put.label), percent(put.probability)
    return say("why.flip.put", word=left_out.parts[swap.position].core, put=swap.word, label=label, chance=chance)


# --- by moment -------------------------------------------------------------------------------------------------------


def _by_moment(case: Case, clip: DisplayClip) -> None:
    say = case.context.say
    st.html(html.section(say("why.time"), say("why.points", label=case.label)))
    heard = why_cache.moments(case.engine, case.sample, clip, case.progress)
    if SPEECH in case.used.predictions:
        _moments(case, clip, heard)
    else:
        st.html(html.note(say("why.time.none")))
    _prosody(case, heard.prosody)


def _moments(case: Case, clip: DisplayClip, heard: OcclusionScores) -> None:
    say = case.context.say
    values = to_half_windows(case.pulls(SPEECH, heard.z)).tolist()
    spans, drawn = half_windows(heard.intervals), strengths(values)
    if component.usable():
        cells = [[a, b, points(value), by] for (a, b), value, by in zip(spans, values, drawn, strict=True)]
        component.show(_listened(case, clip, heard.offset) | {"moments": cells})
    else:
        st.html(html.pulled_moments(drawn, case.colour))
    start, end = heard.intervals[0]
    note = say("why.time.note", label=case.label, seconds=round(end - start, 2))
    st.html(html.note(f"{_strongest(case, spans, values)} {note}"))


def _listened(case: Case, clip: DisplayClip, offset: float) -> dict[str, object]:
    """What the component needs beside the moments."""
    say = case.context.say
    return {
        "key": f"{case.sample.key} {case.context.say.language}",
        "label": case.label,
        "colour": case.colour,
        "envelope": svg.coarser(clip.envelope),
        "segments": clip.segments,
        "seconds": clip.seconds,
        "offset": offset,
        "words": [[word.text, word.start, word.end] for word in svg.spaced(_timed(case.sample), clip.seconds)],
        "said": {key: say.wording(f"why.time.{key}") for key in ("play", "pause", "place", "here", "here_word")},
    }


def _timed(sample: Sample) -> Sequence[Word]:
    """The words with their times, while they are those that were heard."""
    transcript = sample.evidence.transcript
    return transcript.words if transcript and transcript.text == sample.words and not sample.edited else ()


def _strongest(case: Case, spans: Sequence[tuple[float, float]], values: Sequence[float]) -> str:
    """The moment that speaks most for the shown class, and the one most against it, if any does."""
    said = []
    for key, pick in (("why.time.most", max), ("why.time.least", min)):
        place = values.index(pick(values))
        if (values[place] > 0) == (pick is max) and points(values[place]) != "0":
            start, end = spans[place]
            said.append(
                case.context.say(
                    key, start=f"{start:.2f}", end=f"{end:.2f}", points=points(values[place]), label=case.label
                )
            )
    return " ".join(said)


# --- prosody ---------------------------------------------------------------------------------------------------------


def _prosody(case: Case, prosody: Prosody) -> None:
    say = case.context.say
    reference = load_reference(ModelFolder(models_folder()).prosody)  # of people, so it stands for any models
    st.html(html.section(say("why.prosody")))
    if reference is None:
        st.html(html.note(say("why.prosody.none")))
        return
    own = prosody.values()
    strips = []
    for name in (name for name in MEASURES if name in own):
        against = reference_values(reference, name, prosody)
        strips.append(_range(case, name, own[name], against))
    st.html(html.range_strips(strips))
    lines = [say("why.prosody.note", clips=f"{reference['clips']:,}", speakers=reference["speakers"])]
    if prosody.pitch_hz is not None:
        lines.append(say(f"why.prosody.{register(reference, prosody.pitch_hz)}"))
    st.html(html.note(" ".join(lines)))


def _range(case: Case, name: str, value: float, against: Mapping[str, Mapping[str, float]]) -> str:
    """One measure of the clip on the range of the reference clips; pitch on a scale of semitones."""
    say, at = case.context.say, against["percentiles"]
    own = against["emotions"].get(case.found.label)
    scaled = math.log2 if name == "pitch_hz" else float
    ends = [scaled(number) for number in (at["5"], at["95"], value)]
    low, high = min(ends), max(ends)
    room = 0.02 * (high - low) or 1.0

    def share(number: float) -> float:
        return (scaled(number) - low + room) / (high - low + 2 * room)

    places = {"low": at["5"], "inner_low": at["25"], "middle": at["50"], "inner_high": at["75"], "high": at["95"]}
    marks = [] if own is None else [(share(own), case.label)]
    drawn = {key: share(number) for key, number in places.items()} | {"own": share(value)}
    return html.range_strip(say(f"why.prosody.{name}"), _measured(say, name, value, rank(at, value)), drawn, marks)


def _measured(say: Translator, name: str, value: float, below: float) -> str:
    """A value with its unit, and how it stands among the reference clips."""
    shown = f"{100 * value:.0f}" if name == "pauses" else f"{value:.0f}" if name == "pitch_hz" else f"{value:.1f}"
    key = "why.rank.low" if below == 0.0 else "why.rank.high" if below == 1.0 else "why.rank"
    return say(f"why.prosody.{name}.value", value=shown) + " \u00b7 " + say(key, share=f"{100 * below:.0f}")
