"""Tasks and classes, in the order that files and the page rely on."""

from crossmodal.types import TASKS


def test_tasks_start_with_emotion():
    assert next(iter(TASKS)) == "emotion"
