"""Utterances: the same however a recording is cut into blocks."""

from itertools import pairwise

import numpy as np
import pytest
from helpers.recordings import spans
from helpers.samples import TALK

from crossmodal.timeline.vad import MAX_UTTERANCE_SECONDS, PAUSE, UtteranceSegmenter, windows
from crossmodal.types import SAMPLE_RATE


def test_borders_of_blocks_leave_no_trace(talk):
    whole = spans(talk, len(talk))
    assert len(whole) >= len(TALK)
    level = spans(talk, 5 * SAMPLE_RATE)
    assert len(level) == len(whole)
    np.testing.assert_allclose(level, whole, atol=windows(0.2))


@pytest.mark.parametrize("size", [1, 7, 100, 5_000])
def test_cutting_hangs_on_no_block(size):
    random = np.random.default_rng(3)
    talking = np.repeat(random.random(120) < 0.7, random.integers(5, 80, 120)).astype(np.float32)
    judged = np.clip(talking + 0.2 * random.standard_normal(len(talking)), 0, 1).astype(np.float32)

    def cut(step):
        cutter = UtteranceSegmenter()
        found = [span for i in range(0, len(judged), step) for span in cutter(judged[i : i + step])]
        return found + cutter.finish()

    found = cut(size)
    assert found == cut(len(judged))
    assert all(first[1] <= second[0] for first, second in pairwise(found))
    assert all(0 < end - start <= windows(MAX_UTTERANCE_SECONDS) for start, end in found)
    inside = np.zeros(len(judged), bool)
    for start, end in found:
        inside[start:end] = True
    assert inside[judged >= 0.4].all()


def test_somebody_who_never_pauses_is_cut_where_the_voice_is_weakest():
    judged = np.ones(windows(20), np.float32)
    judged[windows(9) : windows(9.3)] = 0.5
    first, second = (lambda cutter: cutter(judged) + cutter.finish())(UtteranceSegmenter())
    assert windows(9) <= first[1] <= windows(9.4)
    assert second == (first[1], len(judged))


def test_a_word_by_itself_waits_for_its_sentence():
    def said(*pieces):
        judged = np.concatenate([np.full(windows(seconds), p, np.float32) for seconds, p in pieces])
        cutter = UtteranceSegmenter()
        return len(cutter(judged) + cutter.finish())

    pause = PAUSE + 0.2
    assert said((0.5, 1), (pause, 0), (3, 1)) == 1
    assert said((2.0, 1), (pause, 0), (3, 1)) == 2
