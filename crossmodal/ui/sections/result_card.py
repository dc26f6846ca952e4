"""A result as every page draws it: label, margin, weights, bars and sentiment, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from crossmodal.i18n.translator import Translator
from crossmodal.types import EMOTION, SENTIMENT, TASKS, Array, FusionResult
from crossmodal.ui import html
from crossmodal.ui.charts.bars import emotion_bars, in_words
from crossmodal.ui.frame import PageContext
from crossmodal.ui.numbers import number, percent


def weights_in_use(say: Translator, result: FusionResult) -> str:
    """The weights that the rule used, in words."""
    return " \u00b7 ".join(f"{say.modality(name)} {number(weight)}" for name, weight in result.alpha_used.items())


def facts(say: Translator, result: FusionResult) -> dict[str, str]:
    """The facts of a result as text, under the names that the messages of the catalogue use."""
    return {
        "label": say.label(EMOTION, result.label),
        "probability": percent(float(result.probabilities[EMOTION].max())),
        "margin": percent(result.margin),
        "runner_up": say.label(EMOTION, result.runner_up),
        "weights": weights_in_use(say, result),
    }


def fact_lines(say: Translator, result: FusionResult) -> list[str]:
    """The margin and the weights, a line each."""
    said = facts(say, result)
    return [say("margin", **said), say("weights", **said)]


def bars(
    context: PageContext, name: str, values: Array, *, large: bool = False, marks: Sequence[float] | None = None
) -> str:
    """Probabilities of the emotions (C,) as bars; ``marks`` (C,) are those of another result, drawn as strokes."""
    drawn = emotion_bars(context.say, values, context.colour)
    return html.bars(drawn, in_words(context.say, name, drawn), large=large, marks=marks)


def sentiment(say: Translator, values: Array) -> str:
    """Probabilities of the sentiments (3,) as one bar in parts."""
    named = [(say.label(SENTIMENT, label), float(p)) for label, p in zip(TASKS[SENTIMENT], values, strict=True)]
    return html.strip(say("sentiment"), named)


def large_card(context: PageContext, result: FusionResult) -> str:
    """The fused result of the bench: in large, with the sentiment, and one sentence for screen readers."""
    say, name = context.say, context.say("fused")
    drawn = bars(context, name, result.probabilities[EMOTION], large=True)
    return html.verdict(
        name,
        facts(say, result),
        context.colour(result.label),
        fact_lines(say, result),
        say("result.spoken", **facts(say, result)),
        drawn + sentiment(say, result.probabilities[SENTIMENT]),
    )


def small_card(
    context: PageContext,
    name: str,
    result: FusionResult,
    *,
    more: Sequence[str] = (),
    marks: Sequence[float] | None = None,
) -> str:
    """A result in small; ``more`` are lines below margin and weights."""
    said = facts(context.say, result)
    drawn = bars(context, name, result.probabilities[EMOTION], marks=marks)
    lines = [*fact_lines(context.say, result), *more]
    return html.outcome(said["label"], said["probability"], context.colour(result.label), lines, drawn)
