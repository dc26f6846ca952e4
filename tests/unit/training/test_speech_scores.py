"""Scores of clips, kept in their order."""

import torch
from helpers.speech_runs import tiny

from crossmodal.training.speech_scores import load_scores, save_scores, score


def test_scores_come_back_in_the_order_of_the_clips(clips, space, tmp_path):
    model = tiny().eval()
    scores = score(model, space.head, clips)
    alone = score(model, space.head, clips[5:6])
    assert torch.allclose(scores.z[5:6], alone.z, atol=1e-5)
    save_scores(scores, tmp_path / "oof", {"tones/" + clips[0].clip.key: {"fold": 3}})
    tensors, rows = load_scores(tmp_path / "oof")
    assert torch.equal(tensors["emotion"], scores.logits["emotion"])
    assert rows[0]["fold"] == 3
    assert [row["emotion"] for row in rows] == [item.clip.emotion for item in clips]
