"""Errors are codes with values, in every process."""

from crossmodal.errors import InputError


def test_errors_cross_from_worker_processes():
    from copy import copy

    from crossmodal.errors import BusyError, ModelError

    for kind in (InputError, ModelError, BusyError):
        again = copy(kind("some_code", file="a", row=2))
        assert type(again) is kind
        assert (again.code, again.values) == ("some_code", {"file": "a", "row": 2})
