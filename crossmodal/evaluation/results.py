"""What ``evaluate`` measured, typed: the one reader of ``metrics.json``, for the pages and the model card.

The dataclasses mirror the file: a field has the name of its key, unless its metadata names another, and keys that are
not listed are not read. Importing this needs no torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from crossmodal.limits import MAX_CACHED_MODELS
from crossmodal.metrics import Estimate
from crossmodal.model.folder import METRICS, ModelFolder

CONDITIONS = ("speech_missing", "text_missing", "speech_noisy", "text_damaged", "even_prior")
"""Conditions under which every rule is measured, in the order of the tables."""

_KEY = "key"
"""Metadata of a field whose key in the file is another than its name."""

T = TypeVar("T")
ByEmotion = Mapping[str, float]
Confusion = Sequence[Sequence[int]]
"""Counts (C, C): rows are true classes, columns predicted ones."""


@dataclass(frozen=True, slots=True)
class SpeechFolds:
    """RAVDESS, each clip read by the fold's model that was not trained on its actor."""

    uar: Estimate
    recall: ByEmotion
    precision: ByEmotion
    f1: ByEmotion
    confusion: Confusion
    uar_by_fold: Mapping[str, float]
    ece_before: float
    ece: float
    sentiment_uar: float


@dataclass(frozen=True, slots=True)
class Recall:
    """Unweighted average recall on one set of clips."""

    uar: Estimate


@dataclass(frozen=True, slots=True)
class CrossCorpus:
    """EmoDB read by a model trained on RAVDESS alone, deciding among all seven emotions or EmoDB's own four."""

    among_seven: Recall
    among_four: Recall


@dataclass(frozen=True, slots=True)
class NeutralSpeech:
    """Plain read speech: the share called neutral, and the share of each label."""

    clips: int
    speakers: int
    refused: int
    neutral: Estimate
    called: ByEmotion


@dataclass(frozen=True, slots=True)
class UnseenSpeech:
    """Emotional speech of speakers that the shipped model was not trained on."""

    clips: int
    refused: int
    uar: Estimate
    ece: float


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The three sentiments."""

    weighted_f1: float


@dataclass(frozen=True, slots=True)
class GoEmotions:
    """GoEmotions test, multi-label at thresholds from dev."""

    macro_f1: Estimate
    f1: ByEmotion
    ece: float
    sentiment: Sentiment | None = None


@dataclass(frozen=True, slots=True)
class Meld:
    """MELD test, single-label."""

    rows: int
    weighted_f1: Estimate
    macro_f1: float
    uar: float
    f1: ByEmotion
    confusion: Confusion
    ece: float
    sentiment: Sentiment | None = None


@dataclass(frozen=True, slots=True)
class NotInTrain:
    """The text corpora over test lines whose words do not occur in train."""

    goemotions: GoEmotions
    meld: Meld


@dataclass(frozen=True, slots=True)
class WithoutPunctuation:
    """Macro-F1 of GoEmotions and weighted F1 of MELD on words as a recogniser writes them."""

    goemotions: Estimate
    meld: Estimate


@dataclass(frozen=True, slots=True)
class Text:
    """The text side."""

    goemotions: GoEmotions
    meld: Meld
    meld_with_dev_prior: Meld
    not_in_train: NotInTrain
    without_punctuation: WithoutPunctuation
    removed_from_train: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scores:
    """A rule or a modality on the label-matched pairs."""

    uar: float
    macro_f1: float
    ece: float


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One fusion rule: at equal weights, at its best alpha, and at equal weights under each of CONDITIONS."""

    best_alpha: float
    equal: Scores
    best: Scores
    speech_missing: Scores
    text_missing: Scores
    speech_noisy: Scores
    text_damaged: Scores
    even_prior: Scores
    parameters: int
    microseconds_per_pair: float

    def conditions(self) -> list[Scores]:
        """The scores under each of CONDITIONS, in that order."""
        return [getattr(self, name) for name in CONDITIONS]


@dataclass(frozen=True, slots=True)
class LearnedAgainstPools:
    """The best learned rule less the best pool, each at its own best alpha: the difference in UAR."""

    learned: str
    pool: str
    difference: Estimate

    @property
    def winner(self) -> Literal["learned", "pool", "equal"]:
        """Which is better as far as the interval shows; ``equal`` where it holds zero."""
        return "learned" if self.difference.low > 0 else "pool" if self.difference.high < 0 else "equal"


@dataclass(frozen=True, slots=True)
class PairResults:
    """Every rule on label-matched pairs; ``learned_against_pools`` is None where no rule is learned."""

    pairs: int
    noise_db: float
    speech_alone: Scores
    text_alone: Scores
    rules: Mapping[str, RuleResult]
    learned_against_pools: LearnedAgainstPools | None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Mean average precision of one search, by chance, and without each modality's mean."""

    map: Estimate
    by_emotion: ByEmotion
    chance: float
    centred: float


@dataclass(frozen=True, slots=True)
class MapSize:
    """How many points of either modality are on the map of the shared space."""

    voices: int
    phrases: int


@dataclass(frozen=True, slots=True)
class IntendedShare:
    """The share of the phrasebook's lines that are predicted as the emotion they were written for."""

    share: float
    by_emotion: ByEmotion


@dataclass(frozen=True, slots=True)
class SpaceResults:
    """The map of the shared space; ``retrieval`` by ``query>found``, e.g. ``speech>text``."""

    on_map: MapSize
    explained: float
    gap: float
    read_as_intended: IntendedShare
    retrieval: Mapping[str, Retrieval]


@dataclass(frozen=True, slots=True)
class Transfer:
    """UAR by ``theta's modality>modality read`` with the alignment off and on (at ``gamma``), and on dev by gamma."""

    gamma: float
    dev: Mapping[str, float]
    off: Mapping[str, float]
    on: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WordErrors:
    """The recogniser on one corpus."""

    clips: int
    words: int
    wer: Estimate


@dataclass(frozen=True, slots=True)
class HumanVotes:
    """How often listeners and viewers name the emotion that CREMA-D's actors intended; None where not measured."""

    clips: int | None = None
    voice: Estimate | None = None
    face: Estimate | None = None
    both: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Percentiles:
    """One prosodic measure of the reference speakers."""

    percentiles: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ProsodyReference:
    """Prosody of the reference speakers."""

    clips: int
    measures: Mapping[str, Percentiles]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One modality, or both fused, on the held-out rows of the train page; ``low`` and ``high`` bound the UAR."""

    uar: float
    low: float
    high: float
    macro_f1: float
    ece: float

    @property
    def estimate(self) -> Estimate:
        """The UAR with its interval, as a field of the card's template."""
        return Estimate(self.uar, self.low, self.high)


@dataclass(frozen=True, slots=True)
class HeadResults:
    """One head on the held-out rows of the train page; ``retrieval`` is the mean average precision by search."""

    speech: HeldOut
    text: HeldOut
    fused: HeldOut
    retrieval: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainYourOwn:
    """A head trained on the train page at its first settings, beside the shipped one."""

    own: HeadResults
    shipped: HeadResults


@dataclass(frozen=True, slots=True)
class Results:
    """All results of one models folder. ``evaluate`` writes every section; None where a file lacks one."""

    model_hash: str
    temperatures: Mapping[str, Mapping[str, float]] | None = None
    size: Mapping[str, int] | None = None
    ravdess_folds: SpeechFolds | None = None
    emodb_by_ravdess_alone: CrossCorpus | None = None
    plain: Mapping[str, NeutralSpeech] | None = None
    unseen_speech: Mapping[str, UnseenSpeech] | None = field(default=None, metadata={_KEY: "unheard"})
    text: Text | None = None
    label_matched_pairs: PairResults | None = None
    space: SpaceResults | None = None
    transfer: Transfer | None = None
    wer: Mapping[str, WordErrors] | None = None
    human: HumanVotes | None = None
    prosody: ProsodyReference | None = None
    train_your_own: TrainYourOwn | None = None


def parse(metrics: Mapping[str, Any]) -> Results:
    """The content of ``metrics.json``, typed. Raises ValueError where a section lacks a key."""
    return _typed(Results, metrics)


def read_results(models: Path) -> Results | None:
    """The results in a models folder as its file has them now; None where ``evaluate`` has not been run."""
    path = ModelFolder(models).metrics
    return parse(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


load_results = lru_cache(maxsize=MAX_CACHED_MODELS)(read_results)
"""The same for a page: the last few folders are cached, as the file of a running service does not change."""


def results_of(models: Path, model_hash: str) -> Results | None:
    """The results in a models folder; None where there are none or they are of other models."""
    results = load_results(models)
    return results if results is not None and results.model_hash == model_hash else None


def best_alphas(models: Path, model_hash: str) -> Mapping[str, float]:
    """Rule -> the weight of speech that ``evaluate`` chose, on other pairs than those of the curve.

    Empty where these models were not measured.
    """
    results = results_of(models, model_hash)
    pairs = results.label_matched_pairs if results else None
    return {rule: result.best_alpha for rule, result in pairs.rules.items()} if pairs else {}


# --- JSON to dataclasses --------------------------------------------------------------------------------------------


def _typed(kind: type[T], value: Mapping[str, Any]) -> T:
    """A dataclass from a JSON object. Raises ValueError for a key that is missing and has no default."""
    hints, arguments = get_type_hints(kind), {}
    for item in fields(kind):  # type: ignore[arg-type]
        key = item.metadata.get(_KEY, item.name)
        if key in value:
            arguments[item.name] = _converted(hints[item.name], value[key])
        elif item.default is MISSING:
            raise ValueError(f"{METRICS}: {kind.__name__} lacks {key!r}")
    return kind(**arguments)


def _converted(hint: Any, value: Any) -> Any:
    """A JSON value as what a field's type asks for; numbers, strings and lists stay as they are."""
    if get_origin(hint) in (Union, UnionType):
        if value is None:
            return None
        (hint,) = (item for item in get_args(hint) if item is not NoneType)
    if get_origin(hint) is Mapping:
        return {key: _converted(get_args(hint)[1], item) for key, item in value.items()}
    return _typed(hint, value) if is_dataclass(hint) and isinstance(hint, type) else value
