"""A timeline as CSV, JSON, WebVTT and TextGrid, read back by other programs."""

import csv
import io
import json

import numpy as np
import praatio.textgrid
import pytest
import textgrid
import webvtt

from crossmodal.timeline.exports import TimelineExport, to_csv, to_json, to_textgrid, to_vtt
from crossmodal.timeline.tracks import fuse_tracks
from crossmodal.types import EMOTIONS, FusionSettings


@pytest.fixture
def sheet(engine, recording) -> TimelineExport:
    settings = FusionSettings({"speech": 0.5, "text": 0.5})
    return TimelineExport(recording, settings, fuse_tracks(recording.lines, settings, engine.calibration))


def top(row):
    return "" if np.isnan(row).any() else EMOTIONS[int(row.argmax())]


def test_csv_round_trip(sheet):
    rows = list(csv.DictReader(io.StringIO(to_csv(sheet))))
    assert len(rows) == len(sheet.recording.lines)
    for place, (row, line) in enumerate(zip(rows, sheet.recording.lines, strict=True)):
        assert (float(row["start"]), float(row["end"])) == pytest.approx((line.start, line.end))
        assert row["transcript"].lstrip("'") == line.words
        assert row["fused_label"] == top(sheet.tracks.fused[place])
        assert row["edited"] == ("yes" if place == 1 else "no")
        fused = [float(row[f"fused_{label}"]) for label in EMOTIONS]
        np.testing.assert_allclose(fused, sheet.tracks.fused[place], atol=1e-6)
    assert rows[1]["transcript"].startswith("'=")
    assert rows[2]["text_label"] == rows[2]["disagreement"] == ""


def test_json_round_trip(sheet):
    record = json.loads(to_json(sheet))
    assert record["settings"]["alpha"] == {"speech": 0.5, "text": 0.5}
    assert [line["transcript"] for line in record["lines"]] == [line.words for line in sheet.recording.lines]
    assert record["lines"][2]["disagreement"] is None
    assert set(record["lines"][2]["modalities"]) == {"speech"}
    assert record["lines"][0]["fused"]["label"] == top(sheet.tracks.fused[0])


def test_webvtt_is_read_by_another_program(sheet):
    found = webvtt.from_buffer(io.StringIO(to_vtt(sheet)))
    assert len(found.captions) == len(sheet.recording.lines)
    for caption, line, fused in zip(found.captions, sheet.recording.lines, sheet.tracks.fused, strict=True):
        assert caption.start_in_seconds + caption.start_time.milliseconds / 1000 == pytest.approx(line.start, abs=1e-3)
        assert f"fused: {top(fused)}]" in caption.raw_text
    assert "&lt;b&gt;left" in found.captions[0].raw_text
    assert found.captions[3].raw_text.startswith(sheet.recording.lines[3].words)


def test_textgrid_is_read_by_two_other_programs(sheet, tmp_path):
    path = tmp_path / "talk.TextGrid"
    path.write_text(to_textgrid(sheet), encoding="utf-8")
    names = ["transcript", "speech", "text", "fused"]
    first = praatio.textgrid.openTextgrid(str(path), includeEmptyIntervals=True)
    assert list(first.tierNames) == names
    words = [(i.start, i.end, i.label) for i in first.getTier("transcript").entries if i.label]
    assert words == [(line.start, line.end, line.words) for line in sheet.recording.lines if line.words]
    second = textgrid.TextGrid.fromFile(str(path))
    assert [tier.name for tier in second] == names
    fused = [interval.mark for interval in second[3] if interval.mark]
    assert fused == [top(row) for row in sheet.tracks.fused]
    assert second.maxTime == pytest.approx(sheet.recording.seconds)
