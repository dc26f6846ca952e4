"""Columns of a comparison: a link brings back what it was made of, and no link can break the page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.fusion import fusion_rules
from crossmodal.limits import MAX_VARIANT_NAME_CHARACTERS, MAX_VARIANTS
from crossmodal.sharing.comparison import (
    Variant,
    decode,
    default_variants,
    encode,
    every_rule,
    fresh_name,
)
from crossmodal.types import PRIORS, FusionSettings

MODALITIES = ("speech", "text", "face")
hundredths = st.integers(0, 100).map(lambda n: n / 100)
columns = st.builds(
    Variant,
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=MAX_VARIANT_NAME_CHARACTERS),
    st.builds(
        FusionSettings,
        st.dictionaries(st.sampled_from(MODALITIES), hundredths, max_size=3),
        st.sampled_from(list(fusion_rules())),
        st.sampled_from([0.25, 0.35, 1.0, 1.4, 4.0]),
        st.sampled_from(PRIORS),
    ),
    st.frozensets(st.sampled_from(MODALITIES), max_size=2),
)


@given(st.lists(columns, max_size=MAX_VARIANTS))
def test_a_link_brings_back_its_columns(made):
    assert decode(encode(made), MODALITIES) == (made, [])


@given(st.text(max_size=300))
def test_no_link_breaks_anything(text):
    found, _ = decode(text, MODALITIES)
    assert len(found) <= MAX_VARIANTS
    for column in found:
        assert column.settings.rule in fusion_rules()
        assert all(0 <= value <= 1 for value in column.settings.alpha.values())


@pytest.mark.parametrize(
    "part",
    [
        "t:0",
        "t:nan",
        "t:1e9",
        "prior:mine",
        "without:smell",
        "speech:2",
        "speech:-1",
        "smell:.5",
        "speech:x",
        "nonsense",
    ],
)
def test_what_means_nothing_is_named_and_the_rest_stands(part):
    found, ignored = decode(f"A;log_pool;{part};without:face", MODALITIES)
    assert found == [Variant("A", FusionSettings(rule="log_pool"), frozenset({"face"}))]
    assert ignored == [part]


def test_columns_beyond_the_last_are_named():
    found, ignored = decode("|".join("ABCDE"), MODALITIES)
    assert [column.name for column in found] == list("ABCD")
    assert ignored == ["E"]


def test_new_columns_get_a_free_letter():
    assert fresh_name(["A", "C"]) == "B"
    assert [column.name for column in default_variants()] == ["A", "B"]


def test_every_rule_asks_every_rule_under_every_prior_and_each_modality_alone():
    found = every_rule(FusionSettings({"speech": 0.2}), MODALITIES)
    assert len(found) == len(MODALITIES) + len(fusion_rules()) * len(PRIORS)
    assert len({column.name for column in found}) == len(found)
    assert found[0].without == {"text", "face"}
    assert {column.settings.alpha["speech"] for column in found} == {0.2}
