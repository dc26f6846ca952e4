"""Errors as codes with values; the prose stands in ``crossmodal.i18n.messages``, in every language.

Raising a code instead of a sentence keeps the backend free of languages and lets the command line, the app and a
program each say the same thing in their own way.
"""

from __future__ import annotations


class CrossmodalError(Exception):
    """Base of the errors below.

    ``code`` is a stable machine-readable name; ``values`` are what a message needs to say which value was met and what
    is allowed. Values are numbers, file names of the project or short words, never a visitor's own content.
    """

    def __init__(self, code: str, /, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(code, values)

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross from worker processes to their parent, code and values included."""
        return _rebuild, (type(self), self.code, self.values)

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({facts})" if facts else self.code

    def as_dict(self) -> dict[str, object]:
        """The error as plain JSON values, for the command line and for logs."""
        return {"code": self.code, **self.values}


def _rebuild(kind: type[CrossmodalError], code: str, values: dict[str, object]) -> CrossmodalError:
    return kind(code, **values)


class InputError(CrossmodalError):
    """The input cannot be used; the person who gave it can do something about it."""


class ModelError(CrossmodalError):
    """A model file is missing, altered or does not fit; the operator of the service must act."""


class BusyError(CrossmodalError):
    """Every place at the encoders is taken; trying again in a moment helps."""
