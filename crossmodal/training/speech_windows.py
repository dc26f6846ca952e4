"""RAVDESS as sequences: every clip, clean and noisy, in windows, embedded by models not trained on its actor.

The learned rules are trained and measured on this. Like the scores of the folds it can only be made where the folds'
models are, so it is kept with them in ``models/scores``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torchaudio.functional as sound
from safetensors.numpy import load_file
from safetensors.torch import load_file as load_tensors
from torch import Tensor

from crossmodal.data.speech import CorpusClip
from crossmodal.model.folder import DescribedTensors
from crossmodal.model.towers import SpeechTower
from crossmodal.numerics import unit_length
from crossmodal.progress import ProgressCallback
from crossmodal.training import clip_cache, ridge, speech, speech_folds
from crossmodal.training.augment import normalise
from crossmodal.training.checkpointing import save, write_json
from crossmodal.training.clip_cache import CachedClip
from crossmodal.types import Array, Waveform

SNR_DB = 5.0
"""Speech against white noise, in dB."""
KINDS = ("clean", "noisy")


@dataclass(frozen=True, slots=True)
class WindowedEmbeddings:
    """N clips: z (N, D) of unit length and, for each clip, those of its windows (S, D)."""

    z: Array
    parts: Sequence[Array]


def noisy(item: CachedClip, snr: float = SNR_DB) -> Tensor:
    """The samples (N,) of a clip in white noise at that signal-to-noise ratio over its speech, at the usual level.

    The noise depends on the clip's name alone.
    """
    digest = hashlib.sha256(item.clip.key.encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    noise = torch.from_numpy(random.standard_normal(len(item.samples), dtype=np.float32))
    # ``add_noise`` takes the energy of whole signals: correct it to that of the speech alone
    speech_samples = item.samples[item.speech] if bool(item.speech.any()) else item.samples
    correction = 10 * torch.log10(item.samples.square().mean() / speech_samples.square().mean())
    mixed = sound.add_noise(item.samples[None], noise[None], torch.tensor([snr]) + correction)[0]
    return normalise(mixed, item.speech)


def embed_folds(
    run_dir: Path, clips: Sequence[CorpusClip], ensemble: ridge.SpeechEnsemble, progress: ProgressCallback
) -> dict[str, dict[str, WindowedEmbeddings]]:
    """Kind -> name of a clip -> its embeddings alone, over all folds; ``progress`` is called after each clip."""
    embedded: dict[str, dict[str, WindowedEmbeddings]] = {kind: {} for kind in KINDS}
    for job in speech_folds.fold_jobs(clips):
        weights = load_tensors(run_dir / job.name / speech.WEIGHTS)
        tower = SpeechTower()
        tower.load_state_dict(ridge.tower_state(ensemble.fit(job.train), weights), strict=False)
        tower.eval()
        for item in clip_cache.load(job.score["test"], run_dir / clip_cache.FOLDER):
            for kind, samples in (("clean", item.samples), ("noisy", noisy(item))):
                z, parts = tower.sequence(Waveform(samples.numpy()))
                embedded[kind][item.clip.key] = WindowedEmbeddings(z[None], [parts])
            progress(len(embedded["noisy"]), len(clips), job.name)
    return embedded


def write(embedded: dict[str, dict[str, WindowedEmbeddings]], stem: Path) -> None:
    """Write the embeddings in the order of the clips' names, as ``SpeechEnsemble.write``, windows end to end."""
    keys = sorted(next(iter(embedded.values())))
    tensors: dict[str, Tensor] = {}
    for kind, clips in embedded.items():
        rows = [clips[key] for key in keys]
        tensors[f"{kind}.z"] = torch.from_numpy(np.concatenate([row.z for row in rows])).half()
        tensors[f"{kind}.parts"] = torch.from_numpy(np.concatenate([row.parts[0] for row in rows])).half()
        tensors[f"{kind}.counts"] = torch.tensor([len(row.parts[0]) for row in rows], dtype=torch.uint8)
    files = DescribedTensors(stem)
    save(tensors, files.weights)
    meaning = "z of each clip and of its windows, by the model of its fold; noisy: white noise under the speech"
    write_json({"meaning": meaning, "snr_db": SNR_DB, "clips": keys}, files.description)


def load(stem: Path, kind: str) -> WindowedEmbeddings:
    """What ``write`` wrote of one of KINDS, in the order of the scores of the folds."""
    tensors = load_file(DescribedTensors(stem).weights)
    ends = np.cumsum(tensors[f"{kind}.counts"].astype(np.int64))
    parts = np.split(tensors[f"{kind}.parts"].astype(np.float64), ends[:-1])
    z = tensors[f"{kind}.z"].astype(np.float64)
    return WindowedEmbeddings(unit_length(z), parts)
