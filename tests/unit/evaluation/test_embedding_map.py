"""Search in the shared space, and the map that is made of it."""

import numpy as np
import pytest

from crossmodal.evaluation.embedding_map import framed, retrieval, thinned, tsne
from crossmodal.numerics import unit_length
from crossmodal.types import EMOTIONS


def labelled(seed, spread):
    random = np.random.default_rng(seed)
    labels = np.arange(140) % len(EMOTIONS)
    z = unit_length(np.eye(12)[labels] + spread * random.normal(size=(140, 12)))
    return z, labels


def test_search_is_perfect_among_perfect_points_and_chance_among_random_ones():
    actors = np.arange(140) // 14
    for spread, expected in ((0.0, 1.0), (1e6, None)):
        voices, labels = labelled(0, spread)
        words, others = labelled(1, spread)
        found = retrieval(voices, labels, actors, words, others)
        assert set(found) == {"speech>text", "text>speech", "speech>speech", "text>text"}
        for figure in found.values():
            wanted = expected or figure["chance"]
            assert figure["map"]["value"] == pytest.approx(wanted, abs=0.03)
            assert figure["map"]["low"] <= figure["map"]["value"] + 1e-9
            assert set(figure["by_emotion"]) == set(EMOTIONS)


def test_within_the_voices_no_clip_of_the_same_actor_helps():
    actors = np.arange(140) // 14
    voices, labels = labelled(0, 1e6)
    voices = unit_length(voices + 9 * np.eye(12)[actors % 12] + 5 * np.eye(12)[(labels + actors) % 12])
    words, others = labelled(1, 1e6)
    figure = retrieval(voices, labels, actors, words, others)["speech>speech"]
    assert figure["map"]["value"] < 0.35


def test_every_actor_and_emotion_gives_as_many_clips():
    rows = [
        {"speaker": f"r_{actor:02d}", "emotion": emotion}
        for actor in range(3)
        for emotion in EMOTIONS
        for _ in range(16 if emotion == "neutral" else 8)
    ]
    kept = thinned(rows)
    assert len(kept) == len(set(kept)) == 3 * len(EMOTIONS) * 4
    assert {(rows[row]["speaker"], rows[row]["emotion"]) for row in kept} == {
        (row["speaker"], row["emotion"]) for row in rows
    }


def test_tsne_is_the_same_every_time_and_framed():
    z = labelled(0, 0.3)[0]
    first, second = framed(tsne(z)), framed(tsne(z))
    np.testing.assert_array_equal(first, second)
    assert np.abs(first).max() == pytest.approx(1.0)
