"""The model card: the prose of ``card_template.md`` with the numbers of ``metrics.json`` put in.

A field of the template is the path of a number in ``Results``, such as ``${text.meld.ece}``, or the name of a table or
phrase that ``_computed`` makes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, TypeVar

from crossmodal.errors import ModelError
from crossmodal.evaluation.results import (
    CONDITIONS,
    Confusion,
    HumanVotes,
    LearnedAgainstPools,
    PairResults,
    ProsodyReference,
    Results,
    RuleResult,
    Scores,
    SpaceResults,
    SpeechFolds,
    Text,
    read_results,
)
from crossmodal.metrics import Estimate
from crossmodal.model.folder import METRICS, ModelFolder
from crossmodal.types import EMOTIONS

TEMPLATE = Path(__file__).with_name("card_template.md")

_CONDITIONS = {
    "speech_missing": "voice missing",
    "text_missing": "words missing",
    "speech_noisy": "noisy voice",
    "text_damaged": "damaged words",
    "even_prior": "even prior",
}
_SEARCHES = {
    "speech>text": "voice to phrases",
    "text>speech": "phrase to voices",
    "speech>speech": "voice to voices of other actors",
    "text>text": "phrase to other phrases",
}
_VERDICT = (
    "The best learned rule is `{learned}` (UAR {first}), the best pool `{pool}` ({second}), each at its own best "
    "alpha: a difference of {change} ({low} to {high}, actors drawn anew). {conclusion}"
)
_CONCLUSIONS = {
    "learned": "Learning to fuse was worth it on these label-matched pairs.",
    "pool": "On these label-matched pairs the simple pool wins.",
    "equal": "The interval holds zero: on these label-matched pairs learning to fuse is not shown to beat the simple "
    "pool.",
}
_PEOPLE = (
    "People who rated CREMA-D's {clips} clips named the emotion that the actor intended, by majority, in {voice} of "
    "clips by voice alone, {face} by face alone and {both} by both. A model that does better on an acted corpus "
    "predicts what the actor was told to do, which is not what listeners hear."
)
_NO_PEOPLE = "The table of votes was not at hand when this card was written."

T = TypeVar("T")


# --- numbers and tables ---------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A number between 0 and 1 as the card writes it: .812.

    Unlike ``crossmodal.ui.numbers.share`` it also writes differences below 0, as -.012, and 1 as 1.00.
    """
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"


def interval(estimate: Estimate) -> str:
    """A metric with its 95 % interval: .812 (.790-.833), with a hyphen, as the card is plain text."""
    return f"{number(estimate.value)} ({number(estimate.low)}-{number(estimate.high)})"


def written(value: object) -> str:
    """A value as the card writes it, by its type: a count, a number, a metric with its interval, or a phrase."""
    if isinstance(value, Estimate):
        return interval(value)
    return number(value) if isinstance(value, float) else str(value)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; cells are put in as they are."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def listed(values: Mapping[str, float]) -> str:
    """Names with their numbers: anger .862, joy 1.00."""
    return ", ".join(f"{name} {number(value)}" for name, value in values.items())


# --- the tables -----------------------------------------------------------------------------------------------------


def _by_emotion(folds: SpeechFolds, text: Text) -> str:
    columns = (folds.recall, folds.precision, folds.f1, text.goemotions.f1, text.meld.f1)
    rows = [(name, *(number(column[name]) for column in columns)) for name in EMOTIONS]
    return table(("emotion", "voice recall", "voice precision", "voice F1", "GoEmotions F1", "MELD F1"), rows)


def _confusion(counts: Confusion) -> str:
    return table(("", *EMOTIONS), [(f"**{name}**", *row) for name, row in zip(EMOTIONS, counts, strict=True)])


def _plain_reading(results: Results) -> str:
    rows = []
    for name, item in _needed(results.plain).items():
        others = {label: fraction for label, fraction in item.called.items() if fraction and label != "neutral"}
        rows.append((name, item.clips, item.speakers, item.refused, interval(item.neutral), listed(others)))
    return table(("plain reading", "clips", "speakers", "refused", "called neutral", "called otherwise"), rows)


def _unseen_speech(results: Results) -> str:
    rows = [
        (name, item.clips, item.refused, interval(item.uar), number(item.ece))
        for name, item in _needed(results.unseen_speech).items()
    ]
    return table(("corpus, speakers not trained on", "clips", "refused", "UAR", "ECE"), rows)


def _three(scores: Scores) -> tuple[str, str, str]:
    return number(scores.uar), number(scores.macro_f1), number(scores.ece)


def _pairs(pairs: PairResults) -> str:
    rows: list[tuple[object, ...]] = [
        ("voice alone", "1", *_three(pairs.speech_alone), "", "", ""),
        ("words alone", "0", *_three(pairs.text_alone), "", "", ""),
    ]
    for name, rule in pairs.rules.items():
        rows.append((f"`{name}`", rule.best_alpha, *_three(rule.best), *_three(rule.equal)))
    head = ("rule", "best alpha of the voice", "UAR", "macro-F1", "ECE", "UAR at equal weights", "macro-F1", "ECE")
    return table(head, rows)


def _conditions(pairs: PairResults) -> str:
    """UAR, macro-F1 and ECE of every rule where something is missing or damaged, and what a rule costs."""
    rows = [
        (
            f"`{name}`",
            *(" ".join(_three(scores)) for scores in rule.conditions()),
            rule.parameters,
            rule.microseconds_per_pair,
        )
        for name, rule in pairs.rules.items()
    ]
    heads = [_CONDITIONS[name] for name in CONDITIONS]
    return table(("rule: UAR, macro-F1, ECE", *heads, "parameters", "\u00b5s per pair"), rows)


def verdict(rules: Mapping[str, RuleResult], compared: LearnedAgainstPools | None) -> str:
    """Whether learning to fuse was worth it on the pairs; empty where nothing is learned."""
    if compared is None:
        return ""
    return _VERDICT.format(
        learned=compared.learned,
        pool=compared.pool,
        first=number(rules[compared.learned].best.uar),
        second=number(rules[compared.pool].best.uar),
        change=number(compared.difference.value),
        low=number(compared.difference.low),
        high=number(compared.difference.high),
        conclusion=_CONCLUSIONS[compared.winner],
    )


def _retrieval(space: SpaceResults) -> str:
    rows = [
        (
            title,
            interval(search.map),
            number(search.chance),
            number(search.centred),
            *(number(search.by_emotion[name]) for name in EMOTIONS),
        )
        for way, title in _SEARCHES.items()
        for search in [space.retrieval[way]]
    ]
    return table(("search", "mAP", "chance", "without each modality's mean", *EMOTIONS), rows)


def _prosody(prosody: ProsodyReference) -> str:
    shown = ("5", "25", "50", "75", "95")
    rows = [
        (name, *(f"{measure.percentiles[rank]:.3g}" for rank in shown)) for name, measure in prosody.measures.items()
    ]
    return table((f"{prosody.clips} clips, percentile", *shown), rows)


def _word_errors(results: Results) -> str:
    rows = [(name, item.clips, item.words, interval(item.wer)) for name, item in _needed(results.wer).items()]
    return table(("word error rate, tiny.en", "clips", "words", "WER"), rows)


def _people(votes: HumanVotes) -> str:
    if votes.clips is None:
        return _NO_PEOPLE
    shares = {name: interval(_needed(getattr(votes, name))) for name in ("voice", "face", "both")}
    return _PEOPLE.format(clips=votes.clips, **shares)


# --- the card -------------------------------------------------------------------------------------------------------


def _needed(section: T | None) -> T:
    """A section that the card states. Raises ValueError where the results lack it."""
    if section is None:
        raise ValueError(f"{METRICS} lacks a section that the model card states")
    return section


def _computed(results: Results) -> Iterator[tuple[str, str]]:
    """Field of the template -> table or phrase."""
    folds, text, pairs = _needed(results.ravdess_folds), _needed(results.text), _needed(results.label_matched_pairs)
    space, transfer = _needed(results.space), _needed(results.transfer)
    yield "files", ", ".join(f"`{name}` {size / 1e6:.1f} MB" for name, size in _needed(results.size).items())
    yield "temperatures", str(_needed(results.temperatures))
    yield "uar_by_fold", ", ".join(map(number, folds.uar_by_fold.values()))
    yield "by_emotion", _by_emotion(folds, text)
    yield "speech_confusion", _confusion(folds.confusion)
    yield "meld_confusion", _confusion(text.meld.confusion)
    yield "plain_reading", _plain_reading(results)
    yield "unseen_speech", _unseen_speech(results)
    yield "pairs", _pairs(pairs)
    yield "verdict", verdict(pairs.rules, pairs.learned_against_pools)
    yield "noise_db", f"{pairs.noise_db:g}"
    yield "conditions", _conditions(pairs)
    yield "gamma", str(transfer.gamma)
    yield "transfer_on_dev", ", ".join(f"{gamma}: {number(score)}" for gamma, score in transfer.dev.items())
    yield "read_as_intended", listed(space.read_as_intended.by_emotion)
    yield "retrieval", _retrieval(space)
    yield "prosody_percentiles", _prosody(_needed(results.prosody))
    yield "word_errors", _word_errors(results)
    yield "people", _people(_needed(results.human))
    yield "removed", ", ".join(f"{count} of {name}" for name, count in text.removed_from_train.items()) or "none"


class _CardTemplate(Template):
    """Fields in braces: letters, dots, and ``>`` for directions such as ``speech>text``."""

    braceidpattern = r"[a-z0-9_.>]+"


@dataclass(frozen=True, slots=True)
class _Fields(Mapping[str, str]):
    """Every field of the template as text."""

    results: Results
    computed: Mapping[str, str]

    def __getitem__(self, field: str) -> str:
        if field in self.computed:
            return self.computed[field]
        value: Any = self.results
        for step in field.split("."):
            value = _needed(value[step] if isinstance(value, Mapping) else getattr(value, step))
        return written(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.computed)

    def __len__(self) -> int:
        return len(self.computed)


def render(results: Results) -> str:
    """The whole card. Raises ValueError where the results lack a section, AttributeError for an unknown field."""
    template = _CardTemplate(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(_Fields(results, dict(_computed(results))))


def write_card(models: Path) -> None:
    """Render the card of a models folder from its ``metrics.json``. Raises ModelError where there is none."""
    results = read_results(models)
    if results is None:
        raise ModelError("model_missing", file=METRICS, expected="figures of an earlier evaluate")
    ModelFolder(models).card.write_text(render(results), encoding="utf-8")
