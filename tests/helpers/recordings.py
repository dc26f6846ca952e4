"""Long recordings: their utterances, their lines, and a short one with hostile words."""

from crossmodal.examples import load_examples
from crossmodal.timeline import reader
from crossmodal.timeline.types import Recording, UtteranceLine
from crossmodal.timeline.vad import StreamingVad, UtteranceSegmenter


def recording_of(engine, data, **options) -> Recording:
    found = Recording(model_hash=engine.model_hash)
    for step in reader.read(data, engine.run, **options):
        found = found.with_chunk(step)
    return found


def spans(talk, size):
    """Utterances of a recording that comes in blocks of that many samples."""
    ear, cutter = StreamingVad(), UtteranceSegmenter()
    found = [span for start in range(0, len(talk), size) for span in cutter(ear(talk[start : start + size]))]
    return found + cutter.finish()


def example_recording(engine) -> Recording:
    """A timeline of the shipped examples' evidence: one line without words, one that is edited, hostile words."""
    hostile = ['He said "no" --> & <b>left</b>', "=SUM(A1)", "", "\u4f60\u597d, \u00fc"]
    lines, at = [], 0.4
    for place, example in enumerate(list(load_examples().values())[:4]):
        predictions = dict(example.evidence.predictions)
        if not hostile[place]:
            del predictions["text"]
        evidence = type(example.evidence)(predictions, engine.model_hash, example.evidence.transcript)
        lines.append(
            UtteranceLine(at, at + 2.5, evidence, hostile[place], example.text if place == 1 else hostile[place])
        )
        at += 3
    return Recording(tuple(lines), (), at + 1, engine.model_hash)
