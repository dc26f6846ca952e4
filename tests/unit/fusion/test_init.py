"""The registry of fusion rules."""

from crossmodal.fusion import fusion_rules, registry
from crossmodal.training import fusion_rules as fusion

LEARNED = list(fusion.learned_rules())


def test_the_registry_finds_pools_and_learned_rules():
    assert {"concat_mlp", "gmu", "low_rank_tensor", "cross_attention"} == set(LEARNED)
    assert set(fusion_rules()) == set(registry()) - set(LEARNED)
    assert list(fusion_rules(LEARNED)) == list(registry())
