"""Out-of-fold probabilities of the voice, calibrated without the clips that are judged."""

import numpy as np
import pytest

from crossmodal.evaluation import speech
from crossmodal.types import EMOTIONS


def scored(count=140, folds=2, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % len(EMOTIONS)
    logits = {"emotion": random.normal(size=(count, 7)), "sentiment": random.normal(size=(count, 3))}
    logits["emotion"][np.arange(count), labels] += 2.0
    rows = [
        {"emotion": EMOTIONS[label], "speaker": f"s{index % 10}", "model": f"fold{index % folds}"}
        for index, label in enumerate(labels)
    ]
    return logits, rows


def test_a_fold_is_calibrated_on_the_others_alone():
    logits, rows = scored()
    own = np.array([row["model"] == "fold0" for row in rows])
    plain = speech.cross_calibrated(logits, rows)
    louder = {task: np.where(own[:, None], 5 * values, values) for task, values in logits.items()}
    changed = speech.cross_calibrated(louder, rows)
    # the temperature of fold 0 comes from fold 1, which did not change: its own probabilities get sharper
    assert changed["emotion"][own].max(1).mean() > plain["emotion"][own].max(1).mean()
    np.testing.assert_array_equal(changed["emotion"][~own].argmax(1), plain["emotion"][~own].argmax(1))
    assert changed["emotion"][~own].max(1).mean() != pytest.approx(plain["emotion"][~own].max(1).mean())
