"""Windows over the frames of a clip."""

import torch

from crossmodal.model.projection import windows


def test_windows_lie_evenly_and_leave_nothing_but_single_frames_out():
    for frames, count in ((10, 1), (49, 1), (50, 2), (103, 4), (1_500, 16)):
        found = windows(torch.arange(frames).float().reshape(1, 1, frames, 1))
        assert found.shape[:3] == (count, 1, frames // count)
        assert found[0, 0, 0] == 0
        assert found[-1, 0, -1] == frames - 1
        assert (found[1:, 0, 0, 0] - found[:-1, 0, -1, 0]).max() <= 2 if count > 1 else True
