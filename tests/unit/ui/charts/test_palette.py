"""Colours with enough contrast, apart for every kind of sight."""

import numpy as np
import pytest

from crossmodal.types import EMOTIONS
from crossmodal.ui.charts import palette

# Machado, Oliveira & Fernandes 2009, severity 1, for linear RGB
SIGHT = {
    "common": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def linear(colour):
    values = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    lights = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) + 0.05 for colour in (one, other))
    return lights[1] / lights[0]


def oklab(rgb):
    to_lms = [[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074], [0.0883, 0.28172, 0.62998]]
    to_lab = [[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059], [0.0259, 0.78277, -0.80868]]
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ np.clip(rgb, 0, 1))


@pytest.mark.parametrize("theme", palette.EMOTION_COLOURS)
def test_every_emotion_has_its_colour_with_enough_contrast(theme):
    colours = palette.EMOTION_COLOURS[theme]
    assert set(colours) == set(EMOTIONS)
    for colour in colours.values():
        assert contrast(colour, palette.BACKGROUND[theme]) >= 4.5


@pytest.mark.parametrize("theme", palette.INK)
def test_text_has_enough_contrast(theme):
    assert contrast(palette.INK[theme], palette.BACKGROUND[theme]) >= 4.5


@pytest.mark.parametrize("theme", palette.EMOTION_COLOURS)
@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_emotions_stay_apart(theme, sight):
    seen = [oklab(np.array(SIGHT[sight]) @ linear(c)) for c in palette.EMOTION_COLOURS[theme].values()]
    least = min(np.linalg.norm(a - b) for i, a in enumerate(seen) for b in seen[:i])
    assert least >= 0.075
