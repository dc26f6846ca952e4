"""The mixer's arithmetic in the browser is the server's, to the last digits that count."""

import shutil
import subprocess

import numpy as np
import pytest
from helpers.javascript import in_browser
from helpers.mixer_cases import NAMES, twelve_cases, weights
from helpers.samples import make_calibration, make_evidence

from crossmodal.explain.flips import flips
from crossmodal.fusion import find_rule, fusion_rules
from crossmodal.fusion.fuse import fuse
from crossmodal.types import EMOTIONS, PRIORS, TASKS, FusionSettings
from crossmodal.ui import numbers
from crossmodal.ui.components import mixer
from crossmodal.ui.components._assets import SHARED, bundle
from crossmodal.ui.components.mixer.inputs import mixer_inputs

# --- the table of cases --------------------------------------------------------------------------------------------


def shipped_cases():
    """Both tasks of the project through ``fuse`` itself: n = 1..4, every rule, prior and some temperatures."""
    for count in range(1, 5):
        calibration = make_calibration(NAMES[:count], seed=count)
        evidence = make_evidence(calibration, seed=10 + count)
        given = mixer_inputs(evidence, calibration)
        random = np.random.default_rng(count)
        for rule in fusion_rules():
            for prior in PRIORS:
                for temperature, alpha in zip((1.0, 0.25, 2.8, 4.0), weights(random, count), strict=True):
                    named = dict(zip(NAMES, alpha.tolist(), strict=False))
                    result = fuse(evidence, FusionSettings(named, rule, temperature, prior), calibration)
                    asked = {"problem": given, "alpha": alpha.tolist(), "rule": rule, "temperature": temperature}
                    expected = [result.probabilities[task].tolist() for task in TASKS]
                    yield asked | {"prior": prior}, expected, list(result.alpha_used.values())


@pytest.mark.parametrize("table", [shipped_cases, twelve_cases])
def test_browser_and_server_fuse_alike(tmp_path, table):
    cases = list(table())
    answers = in_browser([("fuse", asked) for asked, _, _ in cases], tmp_path)
    assert len(answers) > 100
    for (asked, expected, used), answer in zip(cases, answers, strict=True):
        np.testing.assert_allclose(answer["weights"], used, atol=1e-9)
        for found, wanted in zip(answer["tasks"], expected, strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-6, rtol=0, err_msg=asked["rule"])


@pytest.mark.parametrize("prior", PRIORS)
def test_browser_and_server_flip_at_the_same_mixes(tmp_path, prior):
    cases, expected = [], []
    for seed in range(4):
        calibration = make_calibration(NAMES[:2], seed=seed)
        evidence = make_evidence(calibration, seed=seed + 50)
        for rule in fusion_rules():
            found = flips(evidence, FusionSettings({}, rule, prior=prior), calibration)
            expected.append([(s.start, s.end, EMOTIONS.index(s.label)) for s in found.segments])
            cases.append(
                (
                    "flips",
                    {"problem": mixer_inputs(evidence, calibration), "rule": rule, "temperature": 1.0, "prior": prior},
                )
            )
    for wanted, answer in zip(expected, in_browser(cases, tmp_path), strict=True):
        wide = [segment for segment in wanted if segment[1] - segment[0] > 1 / 300]
        assert len(answer) >= len(wide)
        if len(answer) == len(wanted):
            np.testing.assert_allclose(answer, wanted, atol=1e-6)


def test_numbers_are_written_alike(tmp_path):
    random = np.random.default_rng(0)
    halves = [i / 8 for i in range(9)] + [0.005, 0.015, 0.0004, 0.0005, 0.0006, 0.995, 0.999, 1.0]
    values = halves + random.random(2000).tolist() + (random.random(200) / 50).tolist()
    written, percents = in_browser([("number", values), ("percent", values)], tmp_path)
    assert written == [numbers.number(value) for value in values]
    assert percents == [numbers.percent(value) for value in values]


def test_ties_fall_to_the_same_class(tmp_path):
    tied = [[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [1 / 3] * 3, [0.1, 0.8, 0.1], [0.0, 0.0, 1.0]]
    answers = in_browser([("verdict", p) for p in tied], tmp_path)
    for p, answer in zip(tied, answers, strict=True):
        order = np.array(p).argsort(kind="stable")[::-1]
        assert [answer["first"], answer["second"]] == order[:2].tolist()


def test_the_sources_are_one_module_without_a_name_twice(tmp_path):
    text = bundle(mixer.SOURCES)
    assert "import " not in "".join(line for line in text.splitlines() if line.startswith("import"))
    assert text.count("export default") == 1
    assert "http" not in text
    if node := shutil.which("node"):
        path = tmp_path / "bundle.mjs"
        path.write_text(text, encoding="utf-8")
        subprocess.run([node, "--check", path], check=True, timeout=60)


def test_every_rule_is_known_to_the_browser():
    source = bundle(tuple(SHARED / name for name in ("arithmetic.js", "dom.js", "flipbar.js")))
    line = next(line for line in source.splitlines() if line.startswith("const POOLS"))
    assert {part.split(":")[0].strip() for part in line.split("{")[1].split(",")} == set(fusion_rules())
    assert all(find_rule(name) for name in fusion_rules())
