"""The real towers: intervals left out of a voice, and parts that add up to the whole."""

import numpy as np
import pytest

from crossmodal.explain.counterfactuals import (
    windows,
)
from crossmodal.types import SAMPLE_RATE, Waveform


@pytest.mark.models
def test_leaving_out_nothing_of_a_real_voice_changes_nothing(pipeline):
    from crossmodal.audio import preprocess
    from crossmodal.examples import load_examples

    for example in list(load_examples().values())[:4]:
        waveform = preprocess(example.audio.read_bytes())
        own = pipeline.towers["speech"](waveform)
        found = pipeline.embed_masked(waveform, [(0.0, 0.0), (0.3, 0.6), (5.0, 9.0)])
        np.testing.assert_allclose(found[[0, 2]], np.stack([own, own]), atol=1e-6)
        assert found[1] @ own < 1 - 1e-4
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0)


@pytest.mark.models
def test_left_out_frames_play_no_part(pipeline):
    """The same as pooling by hand what is left, each reading by its own modules."""
    import torch

    from crossmodal.audio import preprocess
    from crossmodal.examples import load_examples

    waveform = preprocess(load_examples()["joy"].audio.read_bytes())
    tower = pipeline.towers["speech"]
    with torch.inference_mode():
        states = tower.encoder(tower._log_mel(waveform.samples)[None])
        kept = torch.ones(states.shape[2], dtype=bool)
        kept[25:50] = False  # half a second from 0.5 s on
        expected = tower.statistics(states[:, :, kept]) + tower.share * tower.projection(
            tower.adapted(states)[:, :, kept]
        )
    found = pipeline.embed_masked(waveform, [(0.5, 1.0)])[0]
    np.testing.assert_allclose(found, (expected / expected.norm())[0].double().numpy(), atol=1e-6)


@pytest.mark.models
def test_an_interval_must_leave_something(pipeline, voice):
    with pytest.raises(ValueError, match="no frame"):
        pipeline.embed_masked(Waveform(voice), [(0.0, 60.0)])
    short = Waveform(voice[: int(0.3 * SAMPLE_RATE)])
    assert len(pipeline.embed_masked(short, windows(short.seconds))) == 5


@pytest.mark.models
def test_parts_of_the_shipped_towers_add_up_to_the_whole(pipeline, voice):
    from crossmodal.audio.conditioning import condition

    tower = pipeline.towers["text"]
    z, parts = tower.sequence("I never wanted this to happen to us")
    np.testing.assert_allclose(z, tower("I never wanted this to happen to us"), atol=1e-6)
    assert parts.shape[1:] == z.shape
    assert (parts @ z).mean() > 0.5
    assert len(tower.sequence("word " * 60)[1]) == 16
    z, parts = pipeline.towers["speech"].sequence(condition(voice))
    assert 1 <= len(parts) <= 16
    np.testing.assert_allclose(np.linalg.norm(parts, axis=1), 1.0, atol=1e-3)
    assert (parts @ z).mean() > 0.3
