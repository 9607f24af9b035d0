"""What packages of a user's own add: modules, tasks, sources of data.

Such a thing has a name of the form `package.module:NAME`, and is imported where a user gives that name
(`Plugins.add`), or a name of its own in an entry point of an installed package. A name that a file gives
is looked up among these, and nothing is imported because of it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from .errors import OwnNameError, SettingError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


def is_own(name: str) -> bool:
    """Whether a name says where its thing is imported from: `package.module:NAME`."""
    return ":" in name


def imported(name: str, what: str) -> object:
    """The thing called `package.module:NAME`; files of the current directory can be imported, too."""
    package, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in (*package.split("."), *attribute.split("."))):
        raise SettingError(
            f"{name[:80]!r} names no {what}; write package.module:NAME, such as my_package.units:MyUnit"
        )
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        found: object = import_module(package)
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise SettingError(
            f"{package} cannot be imported for the {what} {name[:80]}: {said}; install its package, or "
            "call nalmx in the folder where it lies"
        ) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise SettingError(f"{package} has no {attribute}; name a {what} that it has")
        found = getattr(found, part)
    return found


class Plugins(Generic[T]):
    """The things of one kind that users have named, and those of installed packages.

    `made` makes the thing of a name from what was imported, and raises a `SettingError` where it is
    none. `group` is the group of entry points.
    """

    def __init__(self, what: str, group: str, made: Callable[[str, object], T]) -> None:
        self._what, self._group, self._made = what, group, made
        self._added: dict[str, T] = {}

    def add(self, name: str, thing: object = None) -> None:
        """Make a thing known by its name to this process; without one it is imported by that name."""
        if thing is not None or name not in self._added:
            thing = imported(name, self._what) if thing is None else thing
            self._added[name] = self._made(name, thing)

    def remove(self, name: str) -> None:
        self._added.pop(name, None)

    def names(self) -> list[str]:
        """All names, without importing anything."""
        return [*self._added, *(name for name in self._installed() if name not in self._added)]

    def get(self, name: str) -> T:
        """The thing of a name of `names`; an installed one is imported when it is first used."""
        if name not in self._added:
            self._added[name] = self._made(
                name, imported(self._installed()[name].value, self._what)
            )
        return self._added[name]

    def known(self, name: str, others: Iterable[str]) -> str:
        """A name, if it is one of these; `others` are those that nalmx has itself."""
        if is_own(name):
            if name not in self._added:
                raise OwnNameError(self._what, name[:80], f"--{self._what.split()[-1]}")
        elif name not in self._added and name not in self._installed():
            raise UnknownNameError(self._what, name[:40], [*others, *self.names()])
        return name

    def _installed(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        return {entry.name: entry for entry in entry_points(group=self._group)}
