"""Learned rules in a real Chromium: a table moves the bars, the server's result stays, and one table ranks all."""

import pytest
from helpers.browser import BROWSER, drag

from crossmodal.fusion import registry
from crossmodal.i18n.translator import Translator

pytestmark = [*BROWSER, pytest.mark.models]
EN = Translator("en")


def test_a_learned_rule_moves_under_a_drag_and_ends_at_the_server_s_numbers(visit):
    visitor = visit("?rule=gmu")
    visitor.numbers()
    visitor.count_requests()
    seen = []
    for _ in drag(visitor, "Share of Voice", [0.5, 0.6, 0.7, 0.8, 0.9, 0.6, 0.3]):
        seen.append(tuple(visitor.widths()))
        assert visitor.requests() == 0
    assert len(set(seen)) >= 6
    visitor.page.wait_for_function("new URLSearchParams(location.search).has('a_speech')")
    after = visitor.numbers()
    query = visitor.page.url.removeprefix(visitor.server)
    assert visit(f"{query}&mixer=native").numbers() == after
    visitor.page.get_by_role("button", name=EN("mark.gate")).click()
    visitor.page.get_by_label(EN("rule"), exact=True).select_option("cross_attention")
    visitor.page.wait_for_function("location.search.includes('rule=cross_attention')")
    visitor.page.get_by_text(EN("flips.searched")).wait_for()


def test_the_table_holds_every_rule_and_scrolls_by_itself_on_a_phone(visit):
    visitor = visit("compare?cmp=rules", viewport={"width": 390, "height": 844})
    found = visitor.page.locator(".cx-table tbody th")
    found.first.wait_for()
    assert found.all_inner_texts() == [EN.rule(rule) for rule in registry()]
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
