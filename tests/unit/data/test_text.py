"""The text readers on small tables in the published layouts."""

import pytest

from crossmodal.data.text import (
    EKMAN,
    EMOTIONS,
    SENTIMENTS,
    implied_sentiment,
    read_goemotions,
    read_meld,
    read_text_data,
    text_key,
)
from crossmodal.errors import CrossmodalError

MELD_HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"


def names(row, labels):
    return {name for name, value in zip(labels, row, strict=True) if value}


@pytest.fixture
def goemotions(tmp_path):
    folder = tmp_path / "goemotions"
    folder.mkdir()
    (folder / "labels.txt").write_text("\n".join(EMOTIONS))
    for split, text in (
        ("train", "I am glad to be here"),
        ("dev", "Fine by me"),
        ("test", "so it GOES, my old friend"),
    ):
        (folder / f"{split}.tsv").write_text(f"{text}\t3,6\tabc\nSo it goes my old friend!\t6\tdef\n")
    return folder


@pytest.fixture
def meld(tmp_path):
    folder = tmp_path / "meld"
    folder.mkdir()
    for split in ("train", "dev", "test"):
        row = f'1,"What, in {split}?",Ross,surprise,negative,0,0,1,1,a,b\n'
        (folder / f"{split}_sent_emo.csv").write_text(MELD_HEAD + row)
    return folder


def test_ekman_layout(goemotions):
    first, second = read_goemotions(goemotions, "train")
    assert names(first.emotions, EMOTIONS) == {"joy", "surprise"}
    assert names(first.sentiment, SENTIMENTS) == {"positive"}
    assert sum(second.sentiment) == 0  # surprise alone says nothing about the sentiment
    assert (first.corpus, first.split) == ("goemotions", "train")


def test_official_28_labels_are_mapped(tmp_path):
    fine = [name for group in EKMAN.values() for name in group]
    (tmp_path / "emotions.txt").write_text("\n".join(fine))
    (tmp_path / "train.tsv").write_text(f"Well\t{fine.index('remorse')},{fine.index('curiosity')}\tx\n")
    assert len(fine) == 28
    assert names(read_goemotions(tmp_path, "train")[0].emotions, EMOTIONS) == {"sadness", "surprise"}


def test_meld(meld):
    (row,) = read_meld(meld, "dev")
    assert row.text == "What, in dev?"
    assert names(row.emotions, EMOTIONS) == {"surprise"}
    assert names(row.sentiment, SENTIMENTS) == {"negative"}


@pytest.mark.parametrize("line", ["no tabs", "text\t9\tid", "text\tjoy\tid"])
def test_a_broken_row_is_named(goemotions, line):
    (goemotions / "dev.tsv").write_text(f"fine\t3\tid\n{line}\n")
    with pytest.raises(CrossmodalError) as caught:
        read_goemotions(goemotions, "dev")
    assert caught.value.as_dict() == {"code": "data_row", "file": "dev.tsv", "row": 2}


def test_missing_files_are_named(tmp_path):
    with pytest.raises(CrossmodalError, match=r"train_sent_emo\.csv"):
        read_meld(tmp_path, "train")
    with pytest.raises(CrossmodalError, match=r"labels\.txt"):
        read_goemotions(tmp_path, "train")


def test_sentences_of_dev_and_test_leave_train(goemotions, meld):
    data = read_text_data({"goemotions": goemotions, "meld": meld}, common_words=0)
    assert data.removed == {"goemotions": 1}
    assert [row.text for row in data.train] == ["I am glad to be here", "What, in train?"]
    assert len(data.part("test", "goemotions")) == 2


def test_short_everyday_lines_may_stay(goemotions):
    assert read_text_data({"goemotions": goemotions}, common_words=9).removed == {}


def test_text_key_hears_alike():
    assert text_key("Don’t  STOP!") == text_key("dont stop")
    assert text_key("🙂") != text_key("🙁")


def test_implied_sentiment_shares():
    assert implied_sentiment(["anger", "joy"]) == (0.5, 0.0, 0.5)
    assert implied_sentiment(["surprise", "joy"]) == (0.0, 0.0, 1.0)
