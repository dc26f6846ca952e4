"""What a speech model says about a corpus, and the files that keep it: scores out of fold, and their clips."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from crossmodal.data.speech import CorpusClip
from crossmodal.metrics import unweighted_average_recall
from crossmodal.model.encoders.speech import LogMel, pad
from crossmodal.model.folder import DescribedTensors
from crossmodal.model.head import Head
from crossmodal.training.checkpointing import save, write_json
from crossmodal.training.clip_cache import CachedClip, identity
from crossmodal.types import EMOTIONS


class Scores(NamedTuple):
    """Predictions of a model for clips: z (N, D) and, by task, logits (N, C); one row per clip."""

    clips: tuple[CorpusClip, ...]
    z: Tensor
    logits: dict[str, Tensor]

    def uar(self) -> float:
        """Unweighted average recall of the largest logit over the emotions that occur."""
        true = np.array([EMOTIONS.index(clip.emotion or "neutral") for clip in self.clips])
        return unweighted_average_recall(true, self.logits["emotion"].argmax(1).numpy(), len(EMOTIONS))


@torch.inference_mode()
def score(model: nn.Module, head: Head, clips: Sequence[CachedClip], *, batch: int = 16) -> Scores:
    """Embed whole clips in evaluation mode and full precision, in the order given."""
    model.eval()
    log_mel = LogMel()
    order = sorted(range(len(clips)), key=lambda row: len(clips[row].samples))
    parts = []
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        parts.append(model(*pad([log_mel(clips[row].samples.numpy()) for row in rows])))
    z = torch.cat(parts)[torch.from_numpy(np.argsort(order))] if parts else torch.zeros(0, 0)
    return Scores(tuple(item.clip for item in clips), z, head(z))


def save_scores(scores: Scores, stem: Path, note: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Write ``stem``.safetensors (``z`` and one tensor of logits per task) and ``stem``.json, row by row the clips.

    ``note`` (identity of a clip -> values) is added to the clip's entry, for example its fold.
    """
    rows = [
        {"corpus": clip.corpus, "key": clip.key, "speaker": clip.speaker, "emotion": clip.emotion, "split": clip.split}
        | dict((note or {}).get(identity(clip), {}))
        for clip in scores.clips
    ]
    files = DescribedTensors(stem)
    save({"z": scores.z, **scores.logits}, files.weights)
    write_json({"clips": rows}, files.description)


def load_scores(stem: Path) -> tuple[dict[str, Tensor], list[dict[str, Any]]]:
    """What ``save_scores`` wrote: the tensors, and the clips' entries."""
    files = DescribedTensors(stem)
    rows: list[dict[str, Any]] = json.loads(files.description.read_text(encoding="utf-8"))["clips"]
    return load_file(files.weights), rows
