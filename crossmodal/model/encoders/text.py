"""f_2: text -> the hidden states of MiniLM's last layer, which was trained for mean pooling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from crossmodal.pretrained import MINILM, pretrained

LAYERS = 1
"""Hidden states that are returned: those of the last layer alone."""
DEPTH = 6
"""Transformer layers of MiniLM-L6."""
WIDTH = 384
MAX_TOKENS = 256


class Tokens:
    """MiniLM's tokenizer: texts -> padded token ids and a mask."""

    def __init__(self, max_tokens: int = MAX_TOKENS) -> None:
        self._tokenizer = Tokenizer.from_file(str(pretrained(MINILM) / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_tokens)
        self._tokenizer.enable_padding()

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Texts -> token ids (B, T) and a mask (B, T), True on real tokens."""
        encoded = self._tokenizer.encode_batch(list(texts))
        tokens = torch.tensor([item.ids for item in encoded])
        return tokens, torch.tensor([item.attention_mask for item in encoded]).bool()


class TextEncoder(nn.Module):
    """MiniLM-L6 in its sentence-embedding training (Wang et al. 2020; Reimers & Gurevych 2019)."""

    width = WIDTH
    layers = LAYERS

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        config = BertConfig.from_json_file(str(pretrained(MINILM) / "config.json"))
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = dropout
        self.bert = BertModel(config, add_pooling_layer=False)

    @classmethod
    def pretrained(cls, dropout: float = 0.0) -> TextEncoder:
        """The encoder with the verified pretrained weights, in evaluation mode."""
        encoder = cls(dropout)
        state = load_file(pretrained(MINILM) / "model.safetensors")
        encoder.bert.load_state_dict(
            {key: state[key] for key in encoder.bert.state_dict() if key in state}, strict=True
        )
        return encoder.eval()

    def adapt_above(self, frozen_layers: int) -> None:
        """For training: no gradients for the word embeddings and the lowest ``frozen_layers`` layers."""
        self.bert.embeddings.requires_grad_(False)
        self.bert.encoder.layer[:frozen_layers].requires_grad_(False)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Token ids (B, T) and mask (B, T) -> hidden states (B, 1, T, H)."""
        hidden: Tensor = self.bert(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
        return hidden.unsqueeze(1)


def layer_of(name: str) -> int | None:
    """Number of the layer, from 0 at the lowest, that a parameter's ``name`` belongs to; None outside of the layers."""
    layer = re.search(r"encoder\.layer\.(\d+)\.", name)
    return None if layer is None else int(layer[1])


@cache
def shared_tokens() -> Tokens:
    """The tokenizer that all towers of a process share."""
    return Tokens()


@cache
def frozen() -> TextEncoder:
    """The pretrained encoder, one for all pipelines of a process. Never trained, and no tensors are loaded over it."""
    return TextEncoder.pretrained().requires_grad_(False)
