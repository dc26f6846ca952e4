"""Readers of emotional and of neutral read speech: a folder -> its clips, without decoding any.

Two kinds of folder are known: one with a ``metadata.csv`` beside the audio, and the layouts in which RAVDESS, EmoDB,
CREMA-D and TESS are published, where everything about a clip stands in its file name.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from crossmodal.errors import CrossmodalError
from crossmodal.types import EMOTIONS

METADATA = "metadata.csv"


@dataclass(frozen=True, slots=True)
class CorpusClip:
    """One recording of one speaker.

    ``emotion`` is one of EMOTIONS, or None where the corpus names none (neutral read speech). ``key`` is the path
    within the corpus' folder, stable across machines; ``text`` what is said, "" where unknown; ``split`` the corpus'
    own split (train, dev, test), "" where it has none.
    """

    path: Path
    corpus: str
    key: str
    speaker: str
    emotion: str | None
    text: str
    split: str


Parsed = tuple[str, str, str]
"""Speaker, emotion and text of a file name."""

_RAVDESS_EMOTION = dict(
    zip(
        ("01", "02", "03", "04", "05", "06", "07", "08"),
        ("neutral", "neutral", "joy", "sadness", "anger", "fear", "disgust", "surprise"),
        strict=True,
    )
)
_RAVDESS_TEXT = {"01": "Kids are talking by the door", "02": "Dogs are sitting by the door"}
_EMODB_EMOTION = {"W": "anger", "E": "disgust", "A": "fear", "F": "joy", "T": "sadness", "N": "neutral"}
_CREMAD_EMOTION = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "joy",
    "NEU": "neutral",
    "SAD": "sadness",
}
_CREMAD_TEXT = {
    "IEO": "It's eleven o'clock",
    "TIE": "That is exactly what happened",
    "IOM": "I'm on my way to the meeting",
    "IWW": "I wonder what this is about",
    "TAI": "The airplane is almost full",
    "MTI": "Maybe tomorrow it will be cold",
    "IWL": "I would like a new alarm clock",
    "ITH": "I think I have a doctor's appointment",
    "DFA": "Don't forget a jacket",
    "ITS": "I think I've seen this before",
    "TSI": "The surface is slick",
    "WSI": "We'll stop in a couple of minutes",
}
_TESS_EMOTION = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "joy",
    "neutral": "neutral",
    "sad": "sadness",
    "ps": "surprise",
}


def parse_ravdess(stem: str) -> Parsed | None:
    """``03-01-06-01-02-01-12``: audio alone, speech, emotion, intensity, statement, repetition, actor."""
    parts = stem.split("-")
    if len(parts) != 7 or parts[:2] != ["03", "01"]:
        return None
    return f"ravdess_{parts[6]}", _RAVDESS_EMOTION[parts[2]], _RAVDESS_TEXT.get(parts[4], "")


def parse_emodb(stem: str) -> Parsed | None:
    """``03a01Fa``: speaker, sentence, emotion, version. Boredom has no class here and is left out."""
    name = re.fullmatch(r"(\d\d)([ab]\d\d)([A-Z])[a-z]?", stem)
    if not name or name[3] not in _EMODB_EMOTION:
        return None
    return f"emodb_{name[1]}", _EMODB_EMOTION[name[3]], ""


def parse_cremad(stem: str) -> Parsed | None:
    """``1001_DFA_ANG_XX``: speaker, sentence, emotion, intensity."""
    parts = stem.split("_")
    if len(parts) != 4 or parts[2] not in _CREMAD_EMOTION:
        return None
    return f"cremad_{parts[0]}", _CREMAD_EMOTION[parts[2]], _CREMAD_TEXT.get(parts[1], "")


def parse_tess(stem: str) -> Parsed | None:
    """``OAF_back_angry``: speaker, word, emotion."""
    parts = stem.split("_")
    if len(parts) != 3 or parts[2].lower() not in _TESS_EMOTION:
        return None
    return f"tess_{parts[0]}", _TESS_EMOTION[parts[2].lower()], f"Say the word {parts[1]}"


LAYOUTS: dict[str, Callable[[str], Parsed | None]] = {
    "ravdess": parse_ravdess,
    "emodb": parse_emodb,
    "cremad": parse_cremad,
    "tess": parse_tess,
}
"""Corpus -> what its published file names say; None for a file that is not a clip of it."""


def read_table(corpus: str, folder: Path) -> list[CorpusClip]:
    """The clips that ``metadata.csv`` lists. Raises CrossmodalError ``data_row`` for a row that cannot be used."""
    clips = []
    with (folder / METADATA).open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            emotion = row.get("emotion") or None
            if not row.get("path") or (emotion is not None and emotion not in EMOTIONS):
                raise CrossmodalError("data_row", file=METADATA, row=number)
            key, speaker = row["path"], row.get("speaker") or ""
            text, split = row.get("text") or "", row.get("split") or ""
            clips.append(CorpusClip(folder / key, corpus, key, speaker, emotion, text, split))
    return clips


def read_layout(corpus: str, folder: Path) -> list[CorpusClip]:
    """The clips of a corpus in its published layout, in the order of their paths."""
    clips = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".wav", ".flac"}):
        parsed = LAYOUTS[corpus](path.stem)
        if parsed is not None:
            speaker, emotion, text = parsed
            key = path.relative_to(folder).as_posix()
            clips.append(CorpusClip(path, corpus, key, speaker, emotion, text, ""))
    return clips


def distinct(clips: Iterable[CorpusClip]) -> list[CorpusClip]:
    """The clips without those whose file equals an earlier one byte by byte."""
    seen: set[bytes] = set()
    unique = []
    for clip in clips:
        digest = hashlib.sha256(clip.path.read_bytes()).digest()
        if digest not in seen:
            seen.add(digest)
            unique.append(clip)
    return unique


def read_corpus(corpus: str, folder: Path) -> list[CorpusClip]:
    """All distinct clips of a corpus in a folder, which either has a ``metadata.csv`` or the published layout.

    Raises CrossmodalError ``data_missing`` where nothing of the corpus is found, ``data_row`` for an unusable row.
    """
    if (folder / METADATA).is_file():
        clips = read_table(corpus, folder)
    else:
        clips = read_layout(corpus, folder) if corpus in LAYOUTS else []
    present = [clip for clip in clips if clip.path.is_file()]
    if not present:
        raise CrossmodalError("data_missing", file=f"{corpus}/{METADATA}")
    return distinct(present)


def speakers(clips: Iterable[CorpusClip]) -> list[str]:
    """The speakers of the clips, sorted."""
    return sorted({clip.speaker for clip in clips})


def speaker_folds(clips: Sequence[CorpusClip], count: int = 5) -> list[frozenset[str]]:
    """Speakers cut into ``count`` disjoint groups of neighbours in sorted order.

    RAVDESS numbers its men odd and its women even, so a group of four neighbours holds two of each.
    """
    names = speakers(clips)
    edges = [round(index * len(names) / count) for index in range(count + 1)]
    return [frozenset(names[low:high]) for low, high in pairwise(edges)]
