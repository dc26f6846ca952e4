"""A text without one of its words, or with another in its place."""

import numpy as np

from crossmodal.explain.leave_one_out import (
    content_words,
    discriminative_words,
    split_spans,
    substitutions,
    without_each,
)


def test_a_word_goes_and_what_follows_it_stays():
    parts = split_spans('"Stop it!" I said - now \U0001f600.')
    assert [part.core for part in parts] == ["Stop", "it", "I", "said", "-", "now", "\U0001f600."]
    assert without_each(parts)[1] == '"Stop!" I said - now \U0001f600.'
    assert without_each(parts)[4] == '"Stop it!" I said now \U0001f600.'
    assert without_each(split_spans("Great!")) == []


def test_a_long_text_is_cut_into_neighbours():
    parts = split_spans(" ".join(f"w{number}" for number in range(100)), max_spans=40)
    assert len(parts) == 34
    assert parts[0].text == "w0 w1 w2"
    assert " ".join(part.text for part in parts).split() == [f"w{number}" for number in range(100)]


def test_another_word_keeps_the_capital_and_the_mark():
    found = substitutions(split_spans("Great, thanks!"), [0, 1], ["awful", "thanks"])
    assert [swap.text for swap in found] == ["Awful, thanks!", "Thanks, thanks!", "Great, awful!"]


def test_the_vocabulary_is_alike_many_words_of_each_class():
    assert content_words(["I'm so HAPPY today", "happy, or sad-ish? don't"]) == ["happy", "today"]
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
    assert discriminative_words(["a", "b", "c", "d"], probabilities, size=4) == ("a", "d", "c")
