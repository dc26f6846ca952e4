"""The real text encoder, held to its reference implementation on the same input."""

import numpy as np
import torch

from crossmodal.model.encoders.text import TextEncoder, Tokens
from crossmodal.pretrained import MINILM, pretrained


@torch.inference_mode()
def test_words_equal_the_reference_sentence_embedding():
    from sentence_transformers import SentenceTransformer

    texts = ["I'm thrilled.", "The meeting starts at nine, in the small room."]
    expected = SentenceTransformer(str(pretrained(MINILM)), local_files_only=True).encode(texts)
    tokens, mask = Tokens()(texts)
    states = TextEncoder.pretrained()(tokens, mask)[:, -1]
    mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    found = torch.nn.functional.normalize(mean, dim=1).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
