"""The bench with a third modality: its panel, its weight, its switch, its place in the address."""

import pytest
from helpers.journeys import address, run, shown
from helpers.toy import NAMES, TOY
from streamlit.testing.v1 import AppTest

from crossmodal.modalities import SPEECH, TEXT
from crossmodal.ui.components import mixer


def bench_of(engine, evidence):
    """The bench with plain sliders, as a script of its own."""
    from crossmodal.ui import frame
    from crossmodal.ui.pages import bench
    from crossmodal.ui.samples import Sample

    context = frame.frame()
    bench.bench(context, engine, Sample("toy", evidence, "I never wanted this."))


@pytest.fixture
def page(toy_engine, toy_evidence, monkeypatch):
    monkeypatch.setattr(mixer, "usable", lambda: False)

    def build(**query):
        made = AppTest.from_function(
            bench_of, default_timeout=60, kwargs={"engine": toy_engine, "evidence": toy_evidence}
        )
        for key, value in query.items():
            made.query_params[key] = value
        return run(made)

    return build


def test_it_has_a_panel_a_weight_and_a_switch(page):
    made = page()
    assert "toy" in shown(made)
    assert made.slider(key="a_toy").value == 0.5
    assert made.toggle(key="m_toy").value is True
    assert "toy .33" in shown(made)


def test_its_weight_and_switch_are_taken_from_the_address_and_followed(page):
    made = page(a_toy="0.9", a_text="0")
    assert made.slider(key="a_toy").value == 0.9
    assert "toy .64" in shown(made)
    made.toggle(key="m_speech").set_value(False)
    assert "toy 1" in shown(run(made))
    off = page(m_toy="false")
    assert off.toggle(key="m_toy").value is False
    assert "toy ." not in shown(off)


def mixer_of(modalities, given):
    """The settings of the mixer as a browser sends them, and as the address then gives them."""
    import streamlit as st

    from crossmodal.ui import mixer_state

    if given:
        mixer_state.take(given, modalities)
    now = mixer_state.current(modalities)
    st.write(f"{now.alpha['toy']} {','.join(now.off)}")


def test_a_release_in_the_browser_puts_it_into_the_address():
    given = {"alpha": {SPEECH: 0.1, TEXT: 0.2, TOY: 0.7}, "off": [TOY]}
    made = run(AppTest.from_function(mixer_of, default_timeout=60, kwargs={"modalities": NAMES, "given": given}))
    assert made.markdown[0].value == "0.7 toy"
    assert {key: address(made)[key] for key in ("a_toy", "m_toy")} == {"a_toy": "0.7", "m_toy": "false"}
    again = AppTest.from_function(mixer_of, default_timeout=60, kwargs={"modalities": NAMES, "given": None})
    again.query_params["a_toy"], again.query_params["m_toy"] = "0.7", "false"
    assert run(again).markdown[0].value == "0.7 toy"
