"""Errors a user can cause and mend.

Every message is one line that says what was given, what is allowed and how to mend it. The
command line prints it and exits with code 2; nothing below the command line prints or exits.
"""

from collections.abc import Iterable
from typing import ClassVar, NoReturn


class NalmxError(Exception):
    """Base class of every error that nalmx raises on purpose."""


class ExpressionError(NalmxError):
    """A text is not an expression that nalmx accepts; `column` counts from 1."""

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message if column is None else f"column {column}: {message}")
        self.message, self.column = message, column


class RangeError(NalmxError):
    """A range or a domain is malformed, empty, reversed or does not fit its expression."""


class UnknownNameError(NalmxError):
    """A module, an operation or another named thing does not exist."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        super().__init__(
            f"there is no {kind} {name!r}{did_you_mean(name, known)}; choose one of: {', '.join(known)}"
        )


class OwnNameError(NalmxError):
    """A file names a thing of a user's own package, which is imported only where the user names it."""

    def __init__(self, kind: str, name: str, option: str) -> None:
        super().__init__(
            f"the {kind} {name!r} is of a package of its own, which is imported only where you name it; "
            f"add {option} {name}"
        )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean nmu?)`, or nothing where no name is close."""
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), [*known], n=2)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


class SettingError(NalmxError):
    """A number, a tolerance or another setting is out of its limits."""


class DataError(NalmxError):
    """Rows of data cannot be read, or nothing can be fitted to them."""


class DeviceError(NalmxError):
    """The device asked for is not there."""


class TruthValueError(NalmxError, TypeError):
    """An outcome with more than two values stands where Python wants true or false."""


class NoTruthValue:
    """An outcome that is neither true nor false: `assert outcome` would pass on every one.

    `_ask` is what to write instead.
    """

    __slots__ = ()
    _ask: ClassVar[str]

    def __bool__(self) -> NoReturn:
        raise TruthValueError(
            f"{type(self).__name__} is neither true nor false; write what you mean, such as {self._ask}"
        )


class ExtractionError(NalmxError):
    """A module has no exact formula: it has not converged to its grid."""


class RunError(NalmxError):
    """A run directory cannot be written, read, resumed or trusted."""


class CertificateError(NalmxError):
    """A certificate cannot be written or read, is damaged, or was altered."""
