"""The phrasebook is balanced, whole and our own."""

import csv
import re
from collections import Counter

import pytest

from crossmodal.data.phrasebook import load_phrasebook
from crossmodal.types import EMOTIONS

PHRASES = load_phrasebook()


def bare(text):
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def test_every_emotion_has_as_many_lines():
    counts = Counter(phrase.emotion for phrase in PHRASES)
    assert set(counts) == set(EMOTIONS)
    assert len(set(counts.values())) == 1
    assert 196 <= len(PHRASES) <= 210


def test_no_line_and_no_id_stands_twice():
    assert len({phrase.id for phrase in PHRASES}) == len(PHRASES)
    assert len({bare(phrase.text) for phrase in PHRASES}) == len(PHRASES)
    assert len({phrase.gloss("zh") for phrase in PHRASES}) == len(PHRASES)


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.id)
def test_a_line_is_short_english_with_a_chinese_gloss(phrase):
    assert phrase.text.isascii()
    assert phrase.text == phrase.text.strip()
    assert 4 <= len(bare(phrase.text).split()) <= 12
    assert phrase.text[-1] in ".!?"
    assert re.search("[\u4e00-\u9fff]", phrase.gloss("zh"))
    assert phrase.gloss("zh")[-1] in "\u3002\uff01\uff1f"
    assert phrase.id.startswith(phrase.emotion)


def test_the_vocabulary_is_rich():
    words = {word for phrase in PHRASES for word in bare(phrase.text).split()}
    assert len(words) > 600


@pytest.mark.data
def test_no_line_is_taken_from_a_corpus(data_folder):
    texts = set()
    for path in (data_folder / "text" / "GoEmotions_ekman").glob("*.tsv"):
        texts |= {bare(line.split("\t")[0]) for line in path.open(encoding="utf-8")}
    for path in (data_folder / "text" / "MELD").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            texts |= {bare(row["Utterance"]) for row in csv.DictReader(file)}
    assert len(texts) > 10_000
    assert not texts & {bare(phrase.text) for phrase in PHRASES}
