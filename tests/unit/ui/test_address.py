"""The keys of the address: one table that reading, writing, the note of what was ignored and README.md come from."""

import ast
import re
from types import SimpleNamespace

import pytest
from helpers.journeys import shown, start
from helpers.paths import ROOT
from hypothesis import given
from hypothesis import strategies as st

from crossmodal.examples import load_examples
from crossmodal.fusion import registry
from crossmodal.limits import MAX_TEXT_CHARACTERS, MAX_VARIANTS
from crossmodal.ui import address

SOURCES = sorted((ROOT / "crossmodal" / "ui").rglob("*.py"))
SPELLINGS = [entry.spelling.replace(address.MODALITY, "speech") for entry in address.TABLE]
WORDS = st.text(max_size=MAX_TEXT_CHARACTERS)
THOUSANDTHS = st.integers(0, 1000).map(lambda number: number / 1000)
VALUES = {
    "ex": st.sampled_from(sorted(load_examples())),
    "ex2": st.sampled_from([*load_examples(), "typed", "own-01234567"]),
    "txt": WORDS,
    "txt2": WORDS,
    "w": WORDS,
    "rule": st.sampled_from(sorted(registry())),
    "why": st.booleans(),
    "m_speech": st.booleans(),
    "a_speech": THOUSANDTHS,
    "md": st.integers(0, 900).map(lambda number: number / 1000),
    **dict.fromkeys(("l1", "l2", "g12", "g11", "g22"), st.integers(0, 2000).map(lambda number: number / 1000)),
    "ep": st.integers(1, 60),
    "seed": st.integers(0, 9999),
    "ref": st.integers(1, MAX_VARIANTS),
    **dict.fromkeys(("c", "clip", "forget", "h"), st.text(min_size=1)),
}
"""What each key may hold; a choice holds one of its options."""
TAKES_ANY_TEXT = {"txt", "txt2", "w", "c", "clip", "forget", "h"}
REFUSED = "no such value"


@pytest.fixture
def page(monkeypatch):
    """A session and an address without a page."""
    made = SimpleNamespace(session_state={}, query_params={})
    monkeypatch.setattr(address, "st", made)
    return made


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_setting_reads_as_it_was_written(spelling):
    key = address.key(spelling)

    @given(st.sampled_from(key.options) if key.options else VALUES[spelling])
    def holds(value):
        written = key.format(value)
        assert isinstance(written, str)
        assert key.parse(written) == value
        assert key.parse(value) == value  # a session holds the setting itself

    holds()


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_default_is_a_setting_of_its_key(spelling):
    key = address.key(spelling)
    assert key.default is None or key.parse(key.default) == key.default or (spelling, key.default) == ("c", "")


@pytest.mark.parametrize("spelling", [spelling for spelling in SPELLINGS if spelling not in TAKES_ANY_TEXT])
def test_what_means_nothing_is_dropped_and_noted(page, spelling):
    key = address.key(spelling)
    page.query_params |= {spelling: REFUSED, "txt": "kept"}
    assert key.read() == key.default
    assert page.query_params == {"txt": "kept"}
    assert address.ignored() == [(spelling, REFUSED)]


@pytest.mark.parametrize("spelling", [spelling for spelling in SPELLINGS if spelling not in TAKES_ANY_TEXT])
@given(asked=st.one_of(st.text(), st.floats().map(str), st.integers().map(str), st.booleans().map(str)))
def test_whatever_an_address_says_is_read_or_noted(spelling, asked):
    key = address.key(spelling)
    with pytest.MonkeyPatch.context() as patched:
        made = SimpleNamespace(session_state={}, query_params={spelling: asked})
        patched.setattr(address, "st", made)
        value = key.read()
        if key.parse(asked) is None:
            assert (value, made.query_params, address.ignored()) == (key.default, {}, [(spelling, asked[:40])])
        else:
            assert (value, made.query_params, address.ignored()) == (key.parse(asked), {spelling: asked}, [])


@pytest.mark.parametrize("spelling", [spelling for spelling in SPELLINGS if spelling not in TAKES_ANY_TEXT])
def test_what_streamlit_drops_is_noted(page, spelling):
    page.query_params[spelling] = REFUSED
    assert address.key(spelling).bound() == spelling
    assert address.ignored() == [(spelling, REFUSED)]


@pytest.mark.usefixtures("engine")
def test_a_page_of_plain_sliders_names_what_it_cannot_use():
    made = start(mixer="native", t="9", a_speech="0.3")
    assert "t = 9." in shown(made)
    assert "t" not in made.query_params
    assert (made.session_state["t"], made.session_state["a_speech"]) == (1.0, 0.3)


def test_what_the_session_holds_already_is_not_noted_again(page):
    page.query_params["t"], page.session_state["t"] = REFUSED, 0.5
    assert address.key("t").bound() == "t"
    assert address.key("t").read() == 0.5
    assert address.ignored() == []


def test_a_default_leaves_the_address_unless_it_stays(page):
    key = address.key("a_speech")
    key.put(0.25)
    assert (page.query_params, page.session_state) == ({"a_speech": "0.25"}, {"a_speech": 0.25})
    key.put(0.5)
    assert (page.query_params, page.session_state) == ({}, {"a_speech": 0.5})
    language = address.key("lang").among(("en", "zh"), "zh")
    language.put("zh")
    assert page.query_params == {"lang": "zh"}


def test_a_schema_stands_beside_settings_alone(page):
    address.stamp_schema()
    assert page.query_params == {}
    page.query_params |= {"why": "true", "v": "0"}
    address.stamp_schema()
    assert page.query_params == {"why": "true", "v": address.SCHEMA}


def test_a_key_is_in_the_table_once_and_none_beside_it():
    assert len(set(SPELLINGS)) == len(SPELLINGS)
    assert address.key("a_pulse").default == address.key("a_speech").default
    for spelling in ("", "x", "x_speech", "speech"):
        with pytest.raises(KeyError):
            address.key(spelling)


def test_the_readme_lists_the_table():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (paragraph,) = [part for part in readme.split("\n\n") if part.startswith("Everything stands in the address")]
    listed = [
        word.lstrip("?").partition("=")[0] for code in re.findall("`([^`]+)`", paragraph) for word in code.split()
    ]
    assert listed == [entry.spelling for entry in address.TABLE]


# --- nothing beside it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_address_is_read_and_written_by_the_table_alone(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path != ROOT / "crossmodal" / "ui" / "address.py":
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "query_params"]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        given_by_name = {word.arg: ast.unparse(word.value) for word in call.keywords}
        if "query-params" in given_by_name.get("bind", ""):
            assert given_by_name["key"].endswith(".bound()")
