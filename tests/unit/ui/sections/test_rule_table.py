"""The table of rules in words."""

import pytest

from crossmodal.evaluation import card
from crossmodal.evaluation.results import LearnedAgainstPools, RuleResult, Scores
from crossmodal.i18n.translator import Translator
from crossmodal.metrics import Estimate
from crossmodal.ui.sections import rule_table


@pytest.mark.parametrize(
    ("low", "high", "kind"), [(0.01, 0.03, "learned"), (-0.03, -0.01, "pool"), (-0.01, 0.02, "equal")]
)
def test_the_sentence_says_what_the_interval_says(low, high, kind):
    rules = dict.fromkeys(("gmu", "product"), RuleResult(0.5, *[Scores(0.8, 0.8, 0.1)] * 7, 0, 1.0))
    compared = LearnedAgainstPools("gmu", "product", Estimate(0.01, low, high))
    say = Translator("en")
    assert say(f"rules.verdict.{kind}") in rule_table.verdict(say, rules, compared)
    told = card.verdict(rules, compared)
    assert ("simple pool wins" in told, "worth it" in told) == (kind == "pool", kind == "learned")
