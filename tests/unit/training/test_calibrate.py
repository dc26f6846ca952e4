"""Targets of calibration."""

from crossmodal.training.calibrate import one_hot_targets


def test_surprise_implies_no_sentiment():
    rows = [{"emotion": "surprise"}, {"emotion": "joy"}, {"emotion": None}]
    assert one_hot_targets(rows, "sentiment").tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert one_hot_targets(rows, "emotion").sum(1).tolist() == [1, 1, 1]
