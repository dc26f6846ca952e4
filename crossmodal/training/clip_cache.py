"""A cache of preprocessed clips: decoding and voice detection cost more than an epoch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from crossmodal.audio import conditioning
from crossmodal.audio.decoder import shared_decoder
from crossmodal.data.speech import CorpusClip
from crossmodal.errors import InputError
from crossmodal.types import SAMPLE_RATE, FloatArray, Waveform

FOLDER = "prepared"
"""Folder of the cache within a run folder."""
AUDIBLE_DB = 30.0
"""Where no voice is detected, frames at most this far below the loudest one count as speech."""
_FRAME = 320
_UNDETECTED = {"no_speech", "too_short"}


@dataclass(frozen=True, slots=True)
class CachedClip:
    """A clip with its samples (N,) float32 as at run time, and ``speech`` (N,), True where there is voice."""

    clip: CorpusClip
    samples: Tensor
    speech: Tensor


def identity(clip: CorpusClip) -> str:
    """The name of a clip across corpora and machines."""
    return f"{clip.corpus}/{clip.key}"


def condition_by_level(samples: FloatArray) -> Waveform:
    """As ``conditioning.condition``, with speech detected by level alone: for screams, which voice detectors miss."""
    clean = conditioning.remove_rumble(samples)
    count = max(1, len(clean) // _FRAME)
    frames = clean[: count * _FRAME].reshape(count, -1)
    level = 10 * np.log10(np.square(frames).mean(1) + 1e-12)
    loud = np.flatnonzero(level > level.max() - AUDIBLE_DB)
    margin = int(conditioning.MARGIN_SECONDS * SAMPLE_RATE)
    start = max(0, int(loud[0]) * _FRAME - margin)
    end = min(len(clean), (int(loud[-1]) + 1) * _FRAME + margin)
    first, last = (int(loud[0]) * _FRAME - start) / SAMPLE_RATE, ((int(loud[-1]) + 1) * _FRAME - start) / SAMPLE_RATE
    segments = ((first, last),)
    trimmed = conditioning.set_level(clean[start:end], segments)
    return Waveform(trimmed, segments, start / SAMPLE_RATE)


def condition(samples: FloatArray) -> Waveform:
    """Samples as at run time; a clip in which no voice is detected is cut by its level, so that none is lost."""
    try:
        return conditioning.condition(samples)
    except InputError as error:
        if error.code not in _UNDETECTED:
            raise
        return condition_by_level(samples)


def speech_mask(waveform: Waveform) -> Tensor:
    """The segments of a waveform as a mask over its samples (N,)."""
    mask = torch.zeros(len(waveform.samples), dtype=torch.bool)
    for start, end in waveform.segments:
        mask[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)] = True
    return mask


def _preprocess_into(clips: Sequence[CorpusClip], target: Path) -> None:
    """Decode and condition several clips into one file: the work of one process."""
    torch.set_num_threads(1)
    tensors: dict[str, Tensor] = {}
    for clip in clips:
        waveform = condition(shared_decoder()(clip.path.read_bytes()))
        tensors[f"{identity(clip)}|samples"] = torch.from_numpy(np.array(waveform.samples))
        tensors[f"{identity(clip)}|speech"] = speech_mask(waveform)
    shared_decoder().close()
    save_file(tensors, target)


def fill(clips: Sequence[CorpusClip], cache: Path, *, workers: int = 1) -> None:
    """Preprocess the clips into the folder ``cache``, in ``workers`` processes; a complete cache is left as it is.

    Raises InputError for a clip that cannot be decoded or is silent.
    """
    if (cache / "complete").is_file() and set(_names(cache)) >= {identity(clip) for clip in clips}:
        return
    cache.mkdir(parents=True, exist_ok=True)
    parts = [clips[start::workers] for start in range(workers)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        jobs = [
            pool.submit(_preprocess_into, part, cache / f"part{index}.safetensors") for index, part in enumerate(parts)
        ]
        for job in jobs:
            job.result()
    partial = cache / "complete.partial"
    partial.write_text(f"{len(clips)}\n", encoding="utf-8")
    os.replace(partial, cache / "complete")


def _names(cache: Path) -> list[str]:
    names: list[str] = []
    for path in sorted(cache.glob("part*.safetensors")):
        with safe_open(path, framework="pt") as file:
            names += [key.removesuffix("|samples") for key in file.keys() if key.endswith("|samples")]  # noqa: SIM118
    return names


def load(clips: Sequence[CorpusClip], cache: Path) -> list[CachedClip]:
    """The cached clips, in the order given. Raises KeyError for one that is not in the cache."""
    wanted = {identity(clip) for clip in clips}
    tensors: dict[str, tuple[Tensor, Tensor]] = {}
    for path in sorted(cache.glob("part*.safetensors")):
        with safe_open(path, framework="pt") as file:
            names = {key.rpartition("|")[0] for key in file.keys()} & wanted  # noqa: SIM118
            tensors |= {n: (file.get_tensor(f"{n}|samples"), file.get_tensor(f"{n}|speech")) for n in sorted(names)}
    return [CachedClip(clip, *tensors[identity(clip)]) for clip in clips]
