"""Cases of fusing for the mixer, with more modalities and classes than the project ships."""

import numpy as np

from crossmodal.fusion import FusionInputs, correct_prior, fusion_rules, normalize_alpha, scale_temperature
from crossmodal.numerics import softmax
from crossmodal.types import PRIORS

NAMES = ("speech", "text", "face", "pulse")


def weights(random, count):
    """Weights as a person sets them: any, some zero, all zero."""
    return [
        random.random(count).round(2),
        random.random(count) * random.integers(0, 2, count),
        np.zeros(count),
        np.full(count, 0.5),
    ]


def twelve_cases():
    """Twelve classes and hard readings (certain, flat, zeros), straight through the rules."""
    for count in range(1, 5):
        random = np.random.default_rng(100 + count)
        width, classes = 9, 12
        weight, bias = random.normal(size=(classes, width)) * 3, random.normal(size=classes)
        z = random.normal(size=(count, width))
        z /= np.linalg.norm(z, axis=1, keepdims=True)
        temperatures = random.uniform(0.5, 2, count)
        p = random.dirichlet(np.full(classes, 0.2), count)
        p[0] = np.eye(classes)[3] if count > 2 else np.full(classes, 1 / classes)
        prior = random.dirichlet(np.full(classes, 2.0))
        task = {
            "probabilities": p.tolist(),
            "logits": (z @ weight.T + bias).tolist(),
            "bias": bias.tolist(),
            "temperatures": temperatures.tolist(),
            "prior": prior.tolist(),
        }
        given = {"tasks": [task], "gram": (z @ z.T).tolist()}

        def head(point, alpha, *, w=weight, b=bias, t=temperatures):
            return softmax((point @ w.T + b) / np.exp(alpha @ np.log(t))[..., None])

        for name, rule in fusion_rules().items():
            for alpha in weights(random, count):
                used = rule.weights(normalize_alpha(dict(zip(NAMES, alpha, strict=False)), NAMES[:count]), p)
                pooled = rule.pool(FusionInputs(p, used, prior, z, head))
                for kind in PRIORS:
                    expected = scale_temperature(correct_prior(pooled, prior) if kind == "even" else pooled, 0.5)
                    asked = {"problem": given, "alpha": alpha.tolist(), "rule": name, "temperature": 0.5}
                    yield asked | {"prior": kind}, [expected.tolist()], used.tolist()
