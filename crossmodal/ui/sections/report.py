"""The whole view as one HTML file to take away. Pure functions.

The file loads nothing and runs no script; it follows the reader's light or dark setting. Every value
passes ``html.escape``.
"""

from __future__ import annotations

import html

from crossmodal import __version__
from crossmodal.i18n.translator import Translator
from crossmodal.sharing import export
from crossmodal.sharing.comparison import Variant
from crossmodal.sharing.export import Export
from crossmodal.types import EMOTION, PRIORS, SENTIMENT, TASKS, Array, FusionResult
from crossmodal.ui.charts import svg
from crossmodal.ui.charts.bars import emotion_bars
from crossmodal.ui.charts.palette import BACKGROUND, EMOTION_COLOURS, INK
from crossmodal.ui.charts.svg import FONT, Drawing, Paint
from crossmodal.ui.numbers import percent
from crossmodal.ui.sections.result_card import fact_lines

_e = html.escape

PAINT = Paint("currentColor", "", {name: f"var(--{name})" for name in EMOTION_COLOURS["light"]})
"""The report paints with its own variables, which follow the reader's light or dark setting."""

_STYLE = """
:root { color-scheme: light dark; %s }
@media (prefers-color-scheme: dark) { :root { %s } }
@media print { :root { %s } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 %s; }
h1, h2, .label { font-family: 'Source Serif 4', 'Noto Serif SC', Georgia, serif; font-weight: 600; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.2rem 0 0.6rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
blockquote { margin: 0.8rem 0; font: 1.35rem/1.4 'Source Serif 4', 'Noto Serif SC', Georgia, serif;
  overflow-wrap: anywhere; }
.grid { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%%), 1fr)); }
.card { border-top: 2px solid currentColor; padding-top: 0.5rem; min-width: 0; }
.label { font-size: 1.9rem; line-height: 1.25; margin: 0.2rem 0 0; }
.label i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 50%%; margin-right: 0.35em; }
.small { font-size: 0.85rem; margin: 0.15rem 0; opacity: 0.8; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } .card > svg { display: block; width: 100%%; height: auto; margin-top: 0.5rem; }
.plot { padding: 1rem 0 0.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; min-width: 100%%; }
th, td { text-align: right; padding: 0.3rem 0 0.3rem 1.2rem; border-bottom: 1px solid rgb(128 128 128 / 0.3); }
th { font-weight: 600; } th:first-child { text-align: left; padding-left: 0; } td.top { font-weight: 700; }
pre { background: rgb(128 128 128 / 0.12); padding: 0.8rem 1rem; white-space: pre-wrap; overflow-wrap: anywhere;
  font-size: 0.82rem; }
footer { margin-top: 2.5rem; border-top: 1px solid rgb(128 128 128 / 0.4); padding-top: 0.6rem; }
"""


def settings_line(say: Translator, column: Variant) -> str:
    """What a column sets, in one line."""
    settings = column.settings
    parts = [say.rule(settings.rule), f"T = {settings.temperature:g}"]
    parts += [say.known(f"report.prior.{settings.prior}", settings.prior)] * (settings.prior != PRIORS[0])
    parts += [say("report.without", modality=say.modality(name)) for name in sorted(column.without)]
    return " \u00b7 ".join(parts)


# --- the report ------------------------------------------------------------------------------------------------------


def to_html(
    view: Export, say: Translator, *, link: str = "", wave: Drawing | None = None, curve: Drawing | None = None
) -> str:
    """The view as one HTML file: the input, every prediction, every column, all numbers, and the code behind them.

    ``wave`` and ``curve`` are drawn in ``PAINT``.
    """
    body = [
        f"<h1>{_e(say('title'))}</h1><p class='small'>{_e(say('tagline'))}</p>",
        _input(view, say),
        _plot(wave, say("share.chart.wave.title")),
        f"<h2>{_e(say('report.alone'))}</h2><div class='grid'>{_alone(view, say)}</div>",
        f"<h2>{_e(say('report.together'))}</h2><div class='grid'>{_together(view, say)}</div>",
        f"<h2>{_e(say('sweep'))}</h2>" if curve else "",
        _plot(curve, say("share.chart.curve.title")),
        f"<h2>{_e(say('report.numbers'))}</h2><div class='scroll'>{_table(view, say)}</div>",
        f"<h2>{_e(say('share.code'))}</h2><p class='small'>{_e(say(code_note(view)))}</p>{_code(view)}",
        _foot(view, say, link),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html><html lang="{_e(say.language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_e(policy, quote=False)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_e(say('report.title'))}</title><style>{_style()}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    )


def _plot(drawn: Drawing | None, said: str) -> str:
    return f"<div class='plot'>{drawn.inline(said)}</div>" if drawn else ""


def code_note(view: Export) -> str:
    """The message key of the sentence that says how exactly the code reproduces the numbers."""
    from_a_clip = view.sample.spoken and not view.sample.example
    return "share.code.clip" if from_a_clip else "share.code.exact"


def _style() -> str:
    def values(theme: str) -> str:
        colours = "".join(f"--{name}: {colour}; " for name, colour in EMOTION_COLOURS[theme].items())
        return f"{colours}--ink: {INK[theme]}; --paper: {BACKGROUND[theme]};"

    return _STYLE % (values("light"), values("dark"), values("light"), FONT)


def _drawn(say: Translator, values: Array, title: str) -> str:
    return svg.bars_svg(emotion_bars(say, values, PAINT.of), PAINT, title=title)


def _input(view: Export, say: Translator) -> str:
    transcript = view.evidence.transcript
    lines = [f"<blockquote>{_e(view.sample.words)}</blockquote>"] if view.sample.words else []
    if transcript and transcript.text and transcript.text != view.sample.words:
        lines.append(f"<p class='small'>{_e(say('report.heard', words=transcript.text))}</p>")
    if view.sample.example:
        lines.append(f"<p class='small'>{_e(say('example.synthetic'))}</p>")
    return "".join(lines)


def _alone(view: Export, say: Translator) -> str:
    return "".join(
        f"<section class='card'><h3>{_e(say.modality(name))}</h3>"
        f"{_drawn(say, prediction.probabilities[EMOTION], say.modality(name))}"
        f"{_sentiment(say, prediction.probabilities[SENTIMENT])}</section>"
        for name, prediction in view.evidence.predictions.items()
    )


def _together(view: Export, say: Translator) -> str:
    return "".join(_column(say, *pair) for pair in zip(view.variants, view.results, strict=True))


def _column(say: Translator, column: Variant, result: FusionResult) -> str:
    values = result.probabilities[EMOTION]
    label = say.label(EMOTION, result.label)
    margin, weights = fact_lines(say, result)
    return (
        f"<section class='card'><h3>{_e(column.name)}</h3><p class='label'>"
        f'<i style="background:var(--{_e(result.label)})"></i>{_e(label)} {_e(percent(float(values.max())))} %</p>'
        f"<p class='small'>{_e(margin)}</p><p class='small'>{_e(weights)}</p>"
        f"<p class='small'>{_e(settings_line(say, column))}</p>{_drawn(say, values, column.name)}"
        f"{_sentiment(say, result.probabilities[SENTIMENT])}</section>"
    )


def _sentiment(say: Translator, values: Array) -> str:
    named = zip(TASKS[SENTIMENT], values, strict=True)
    said = " \u00b7 ".join(f"{say.label(SENTIMENT, label)} {percent(float(p))}" for label, p in named)
    return f"<p class='small'>{_e(say('sentiment'))}: {_e(said)}</p>"


def _table(view: Export, say: Translator) -> str:
    """All probabilities of the emotions at four digits: modalities first, then columns."""
    values = {
        say.modality(name): prediction.probabilities[EMOTION] for name, prediction in view.evidence.predictions.items()
    }
    listed = [
        *values.items(),
        *zip((c.name for c in view.variants), (r.probabilities[EMOTION] for r in view.results), strict=True),
    ]
    head = "".join(f'<th scope="col">{_e(name)}</th>' for name, _ in listed)
    rows = []
    for index, label in enumerate(TASKS[EMOTION]):
        cells = "".join(
            f"<td{' class=top' if index == int(p.argmax()) else ''}>{float(p[index]):.4f}</td>" for _, p in listed
        )
        rows.append(f'<tr><th scope="row">{_e(say.label(EMOTION, label))}</th>{cells}</tr>')
    return f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _code(view: Export) -> str:
    commands = "\n".join(export.command(view, column) for column in view.variants)
    return f"<pre>{_e(commands)}</pre><pre>{_e(export.program(view))}</pre>"


def _foot(view: Export, say: Translator, link: str) -> str:
    lines = [say("note.scores"), say("note.models", model_hash=view.evidence.model_hash), f"crossmodal {__version__}"]
    lines += [say("report.link", link=link)] if link else []
    return "<footer>" + "".join(f"<p class='small'>{_e(line)}</p>" for line in lines) + "</footer>"
