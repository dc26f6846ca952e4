"""The real speech encoder, held to its reference implementation on the same input."""

import numpy as np
import pytest
import torch

from crossmodal.model.ctranslate2 import whisper_state
from crossmodal.model.encoders.speech import LogMel, SpeechEncoder, pad, whisper_config
from crossmodal.types import SAMPLE_RATE


@pytest.fixture(scope="module")
def speech() -> SpeechEncoder:
    return SpeechEncoder.pretrained()


def reference_encoder(frames: int):
    """transformers' own encoder, built for exactly that many frames."""
    from transformers.models.whisper.modeling_whisper import WhisperEncoder

    config = whisper_config()
    config.max_source_positions = frames
    state = {key: torch.from_numpy(value) for key, value in whisper_state("encoder").items()}
    state["embed_positions.weight"] = state["embed_positions.weight"][:frames]
    reference = WhisperEncoder(config)
    reference.load_state_dict(state)
    return reference.eval()


@torch.inference_mode()
def test_cropped_encoder_equals_the_reference(speech, voice):
    mel = LogMel()(voice)[None]
    found = speech(mel)[0]
    expected = reference_encoder(mel.shape[2] // 2)(mel, output_hidden_states=True)
    assert found.shape == (speech.layers, mel.shape[2] // 2, speech.width)
    torch.testing.assert_close(found[-1], expected.last_hidden_state[0])
    for layer, states in enumerate(expected.hidden_states[:-1]):
        torch.testing.assert_close(found[layer], states[0])


def test_log_mel_equals_the_padded_one_within_the_clip(voice):
    from transformers import WhisperFeatureExtractor

    padded = torch.from_numpy(WhisperFeatureExtractor()(voice, sampling_rate=SAMPLE_RATE)["input_features"][0])
    own = LogMel()(voice)
    inside = own.shape[1] - 4  # the last frames of a padded clip look into the padding
    torch.testing.assert_close(own[:, :inside], padded[:, :inside], atol=2e-3, rtol=0)


@torch.inference_mode()
def test_a_batch_of_unlike_clips_reads_each_like_alone(speech, voice):
    mels = [LogMel()(voice), LogMel()(voice[: len(voice) // 2])]
    batch, mask = pad(mels)
    states = speech(batch, mask)
    for row, mel in enumerate(mels):
        alone = speech(mel[None])[0]
        torch.testing.assert_close(states[row, :, : alone.shape[1]], alone, atol=2e-4, rtol=1e-3)


def test_a_twentieth_of_a_second_has_a_frame():
    assert LogMel()(np.zeros(800, np.float32)).shape[1] >= 2
