"""The training objective: L = sum_i lambda_i L_i + sum_ij gamma_ij L_ij.

L_i are the task losses of modality i, L_ij the alignment losses between modalities i and j; a pair (i, i) aligns a
modality with itself. All losses are means over the rows that count, so that lambda and gamma keep their meaning at any
batch size. Shapes: B rows, C classes, D width of the shared space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

Pair = tuple[str, str]


def soft_cross_entropy(logits: Tensor, targets: Tensor, smoothing: float | Tensor = 0.0) -> Tensor:
    """Mean cross-entropy -sum_c t_c log softmax(logits)_c of logits (B, C) against targets (B, C).

    Each row of ``targets`` is normalised to sum to 1, so a multi-hot row weighs its classes equally; a row of zeros is
    unknown and masked. ``smoothing`` in [0, 1), one number or one a row (B,), moves that fraction of the target to the
    uniform distribution (Szegedy et al. 2016). Zero where no row is known.
    """
    if isinstance(smoothing, Tensor):
        smoothing = smoothing[:, None]
    mass = targets.sum(1, keepdim=True)
    known = mass[:, 0] > 0
    distribution = targets / mass.clamp(min=1e-12)
    distribution = (1 - smoothing) * distribution + smoothing / targets.shape[1]
    losses = -(distribution * logits.log_softmax(1)).sum(1)
    return (losses * known).sum() / known.sum().clamp(min=1)


def task_loss(
    logits: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    weights: Mapping[str, float],
    smoothing: float | Tensor = 0.0,
) -> Tensor:
    """L_i: the weighted sum over tasks of ``soft_cross_entropy``. Tasks without a weight are left out."""
    terms = [weights[task] * soft_cross_entropy(logits[task], targets[task], smoothing) for task in weights]
    return torch.stack(terms).sum()


def _agreement(left: Tensor, right: Tensor) -> Tensor:
    """Label agreement (B, B'): inner products of rows normalised to sum to 1; 1 where both name the same one class."""
    left = left / left.sum(1, keepdim=True).clamp(min=1e-12)
    right = right / right.sum(1, keepdim=True).clamp(min=1e-12)
    return left @ right.T


def _contrast(similarity: Tensor, agreement: Tensor) -> Tensor:
    """Mean cross-entropy of softmax(similarity) rows against the agreement rows; rows without a partner are masked."""
    return soft_cross_entropy(similarity, agreement)


def supervised_contrastive(z: Tensor, targets: Tensor, temperature: float = 0.2) -> Tensor:
    """Supervised contrastive loss within one modality (Khosla et al. 2020, L_out), for soft labels.

    z (B, D) of unit length, targets (B, C). Every other row attracts in proportion to its label agreement; a row is
    never compared with itself, and one that agrees with no other is masked.
    """
    itself = torch.eye(len(z), dtype=torch.bool, device=z.device)
    # a large finite number, because 0 * -inf in the cross-entropy would be undefined
    similarity = (z @ z.T / temperature).masked_fill(itself, -1e9)
    return _contrast(similarity, _agreement(targets, targets).masked_fill(itself, 0.0))


def cross_modal_contrastive(
    z_i: Tensor, targets_i: Tensor, z_j: Tensor, targets_j: Tensor, temperature: float = 0.2
) -> Tensor:
    """L_ij for labelled data without pairs: supervised contrast across modalities, the mean of both directions.

    z_i (B, D) and z_j (B', D) of unit length, targets (B, C) and (B', C): a clip is attracted by the sentences
    that share its label, and repelled by the others.
    """
    similarity = z_i @ z_j.T / temperature
    agreement = _agreement(targets_i, targets_j)
    return 0.5 * (_contrast(similarity, agreement) + _contrast(similarity.T, agreement.T))


@dataclass(frozen=True, slots=True)
class Terms:
    """One evaluation of the objective: ``total`` to descend, and the unweighted terms to log."""

    total: Tensor
    tasks: Mapping[str, Tensor]
    alignments: Mapping[Pair, Tensor]

    def detach(self) -> Terms:
        """The same terms apart from the graph of their gradients."""
        tasks = {name: value.detach() for name, value in self.tasks.items()}
        return Terms(self.total.detach(), tasks, {pair: value.detach() for pair, value in self.alignments.items()})

    def as_floats(self) -> dict[str, float]:
        """Every term as a number: ``total``, ``task.<i>`` and ``align.<i>.<j>``."""
        tasks = {f"task.{name}": float(value.detach()) for name, value in self.tasks.items()}
        pairs = {f"align.{i}.{j}": float(value.detach()) for (i, j), value in self.alignments.items()}
        return {"total": float(self.total.detach()), **tasks, **pairs}


@dataclass(frozen=True, slots=True)
class Objective:
    """L = sum_i lambda_i L_i + sum_ij gamma_ij L_ij.

    ``lambdas`` modality -> lambda_i and ``gammas`` (i, j) -> gamma_ij, all >= 0. A weight without its term adds
    nothing; a term without a weight is an error, so that no loss is dropped unnoticed.
    """

    lambdas: Mapping[str, float]
    gammas: Mapping[Pair, float]

    def __post_init__(self) -> None:
        if any(weight < 0 for weight in (*self.lambdas.values(), *self.gammas.values())):
            raise ValueError("the weights of the objective must not be negative")

    def __call__(self, tasks: Mapping[str, Tensor], alignments: Mapping[Pair, Tensor] | None = None) -> Terms:
        """Weight L_i (modality -> scalar) and L_ij ((i, j) -> scalar). Raises KeyError for a term without a weight."""
        alignments = alignments or {}
        weighted = [self.lambdas[name] * loss for name, loss in tasks.items()]
        weighted += [self.gammas[pair] * loss for pair, loss in alignments.items()]
        if not weighted:
            raise ValueError("the objective needs at least one term")
        return Terms(torch.stack(weighted).sum(), tasks, alignments)
