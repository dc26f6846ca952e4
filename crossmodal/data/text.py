"""Readers of the text corpora in their published layouts, and the removal of held-out sentences from training data.

A sentence's labels are kept as they were given: several emotions may be true of one sentence (GoEmotions), and where a
corpus says nothing about a task its target is all zeros, which every loss masks.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crossmodal.errors import CrossmodalError
from crossmodal.types import EMOTIONS, SENTIMENTS

SPLITS = ("train", "dev", "test")

EKMAN = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "joy",
        "admiration",
        "amusement",
        "approval",
        "caring",
        "desire",
        "excitement",
        "gratitude",
        "love",
        "optimism",
        "pride",
        "relief",
    ),
    "neutral": ("neutral",),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("surprise", "confusion", "curiosity", "realization"),
}
"""The mapping of GoEmotions' 28 labels to Ekman's classes and neutral that its authors publish."""

SENTIMENT_OF = {
    "anger": "negative",
    "disgust": "negative",
    "fear": "negative",
    "joy": "positive",
    "neutral": "neutral",
    "sadness": "negative",
}
"""The sentiment that an emotion implies; surprise implies none."""

_EMOTION_OF = {fine: coarse for coarse, names in EKMAN.items() for fine in names}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One labelled sentence.

    ``emotions`` is multi-hot over EMOTIONS; ``sentiment`` are shares over SENTIMENTS that sum to 1, or all zeros where
    the sentiment is unknown. ``corpus`` is goemotions or meld, ``split`` one of SPLITS.
    """

    text: str
    emotions: tuple[float, ...]
    sentiment: tuple[float, ...]
    corpus: str
    split: str


def implied_sentiment(emotions: Sequence[str]) -> tuple[float, ...]:
    """Shares over SENTIMENTS that a set of emotions implies; all zeros for surprise alone."""
    counts = dict.fromkeys(SENTIMENTS, 0)
    for emotion in emotions:
        if emotion in SENTIMENT_OF:
            counts[SENTIMENT_OF[emotion]] += 1
    total = sum(counts.values())
    return tuple(count / total if total else 0.0 for count in counts.values())


def _one_hot(names: Sequence[str], true: Iterable[str]) -> tuple[float, ...]:
    wanted = set(true)
    return tuple(float(name in wanted) for name in names)


def _existing(folder: Path, *names: str) -> Path:
    """The first of ``names`` that lies in ``folder``. Raises CrossmodalError ``data_missing``."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise CrossmodalError("data_missing", file=names[0])


def _goemotions_labels(folder: Path) -> list[str]:
    """Label number -> Ekman class, from the list of names that lies beside the tables."""
    path = _existing(folder, "labels.txt", "emotions.txt")
    names = path.read_text(encoding="utf-8").split()
    unknown = [name for name in names if name not in _EMOTION_OF]
    if unknown:
        raise CrossmodalError("data_unknown_label", file=path.name, label=unknown[0])
    return [_EMOTION_OF[name] for name in names]


def read_goemotions(folder: Path, split: str) -> list[Sentence]:
    """One split of GoEmotions (Demszky et al. 2020): ``<split>.tsv`` with text, label numbers and comment id.

    ``labels.txt`` (7 Ekman classes) or ``emotions.txt`` (the official 28 labels) names the numbers.
    Raises CrossmodalError ``data_missing``, ``data_unknown_label`` or ``data_row``.
    """
    labels = _goemotions_labels(folder)
    path = _existing(folder, f"{split}.tsv")
    sentences = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            text, numbers, _ = line.split("\t")
            emotions = sorted({labels[int(item)] for item in numbers.split(",")})
        except (ValueError, IndexError) as error:
            raise CrossmodalError("data_row", file=path.name, row=number) from error
        targets = _one_hot(EMOTIONS, emotions)
        sentences.append(Sentence(text, targets, implied_sentiment(emotions), "goemotions", split))
    return sentences


def _meld_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def read_meld(folder: Path, split: str) -> list[Sentence]:
    """One split of MELD (Poria et al. 2019): ``<split>_sent_emo.csv``, each line of dialogue by itself.

    Raises CrossmodalError ``data_missing`` or ``data_row``.
    """
    path = _existing(folder, f"{split}_sent_emo.csv")
    sentences = []
    for number, row in enumerate(_meld_rows(path), start=2):
        try:
            text, emotion, sentiment = row["Utterance"], row["Emotion"], row["Sentiment"]
        except KeyError as error:
            raise CrossmodalError("data_row", file=path.name, row=number) from error
        if emotion not in EMOTIONS or sentiment not in SENTIMENTS:
            raise CrossmodalError("data_row", file=path.name, row=number)
        targets = _one_hot(EMOTIONS, [emotion])
        sentences.append(Sentence(text, targets, _one_hot(SENTIMENTS, [sentiment]), "meld", split))
    return sentences


READERS = {"goemotions": read_goemotions, "meld": read_meld}
"""Corpus -> its reader."""


@dataclass(frozen=True, slots=True)
class TextData:
    """All sentences by split. ``removed`` counts, by corpus, the training sentences that dev or test also holds."""

    train: tuple[Sentence, ...]
    dev: tuple[Sentence, ...]
    test: tuple[Sentence, ...]
    removed: dict[str, int]

    def part(self, split: str, corpus: str) -> list[Sentence]:
        """The sentences of one corpus in one split."""
        sentences: tuple[Sentence, ...] = getattr(self, split)
        return [sentence for sentence in sentences if sentence.corpus == corpus]


def text_key(text: str) -> str:
    """Key that is equal for sentences a recogniser would transcribe the same: lower case, letters and digits only.

    A text without any, such as an emoji, is its own key.
    """
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’]", "", text.lower())).strip() or text.strip()


COMMON_WORDS = 4
"""Up to this length, in words, a line such as "What?" or "Thank you so much" recurs in everyday speech."""


def without_held_out(
    train: Iterable[Sentence], held_out: Iterable[Sentence], common_words: int = COMMON_WORDS
) -> tuple[list[Sentence], dict[str, int]]:
    """Training sentences whose words do not occur in ``held_out``, and how many were removed of each corpus.

    Lines of up to ``common_words`` words stay: they recur in speech, the published splits have them on both sides, and
    a model that was not trained on "What?" would be useless. Longer ones could be memorised. With 0 no line of dev or
    test is trained on, however short.
    """
    held_out_keys = {text_key(sentence.text) for sentence in held_out}
    remaining: list[Sentence] = []
    removed: dict[str, int] = {}
    for sentence in train:
        key = text_key(sentence.text)
        if key in held_out_keys and len(key.split()) > common_words:
            removed[sentence.corpus] = removed.get(sentence.corpus, 0) + 1
        else:
            remaining.append(sentence)
    return remaining, removed


def read_text_data(folders: dict[str, Path], common_words: int = COMMON_WORDS) -> TextData:
    """All splits of the given corpora (corpus -> folder), duplicates of dev and test taken out of train.

    See ``without_held_out`` for ``common_words``.
    """
    splits: dict[str, list[Sentence]] = {split: [] for split in SPLITS}
    for corpus, folder in folders.items():
        for split in SPLITS:
            splits[split] += READERS[corpus](folder, split)
    train, removed = without_held_out(splits["train"], splits["dev"] + splits["test"], common_words)
    return TextData(tuple(train), tuple(splits["dev"]), tuple(splits["test"]), removed)
