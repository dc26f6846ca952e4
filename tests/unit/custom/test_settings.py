"""Settings of a run: within their limits, or refused by name."""

import pytest

from crossmodal.custom.settings import LIMITS, TrainingSettings
from crossmodal.errors import InputError


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [float("nan"), -1, 1e9, "1", None, True, [1]])
def test_no_setting_beyond_its_limits(name, value):
    with pytest.raises(InputError) as caught:
        TrainingSettings.checked({name: value})
    assert (caught.value.code, caught.value.values["name"]) == ("train_setting", name)


def test_settings_that_mean_nothing():
    assert TrainingSettings.checked({}) == TrainingSettings()
    assert TrainingSettings.checked({"epochs": 5.0}).epochs == 5
    with pytest.raises(InputError):
        TrainingSettings.checked({"dimension": 65})
    zero = dict.fromkeys([name for name in LIMITS if name[:5] in ("lambd", "gamma")], 0.0)
    with pytest.raises(InputError) as caught:
        TrainingSettings.checked(zero)
    assert caught.value.code == "train_nothing"
