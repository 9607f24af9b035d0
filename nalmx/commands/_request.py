"""What a user asks for: one frozen value a command, whose fields are the options of the command."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import Field, dataclass, field
from functools import update_wrapper
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import click
from click.core import ParameterSource

from ..plugins import is_own
from ..verify import REQUIRABLE, Level

R = TypeVar("R", bound="Request")
OwnKind: TypeAlias = Literal["module", "task"]


class _Seconds(click.FloatRange):
    def convert(self, value: Any, parameter: Any, context: Any) -> float:
        seconds = float(super().convert(value, parameter, context))
        if math.isnan(seconds):  # which is beyond no end of a range
            self.fail(f"{value} is no number.", parameter, context)
        return seconds


SECONDS = _Seconds(0.1, 1e6)


@dataclass(frozen=True, slots=True)
class Request:
    """What all requests share: which fields were `given` on the command line, by their options."""

    given: dict[str, str] = field(default_factory=dict)


def option(
    name: str, help: str, *, short: str | None = None, default: Any = None, **settings: Any
) -> Any:
    """A field, and the option that fills it; a default that says something is shown."""
    if default is not None:  # else it would count as given
        settings = {
            "default": default,
            "show_default": default != "" and default is not False,
            **settings,
        }
    names = (name,) if short is None else (name, short)
    return field(
        default=default, metadata={"kind": click.option, "names": names, "help": help, **settings}
    )


def completed(names: Callable[[], Iterable[str]]) -> Any:
    """What a shell is told that an option may be."""

    def those(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
        return [name for name in names() if name.startswith(begun)]

    return those


def several(name: str, metavar: str, help: str, **settings: Any) -> Any:
    """An option that may be repeated."""
    return option(name, help, multiple=True, metavar=metavar, **settings)


def own(kind: OwnKind) -> Any:
    """What imports the modules or tasks that an option names as `package.module:NAME`."""

    def imported(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        given = (value,) if isinstance(value, str) else value or ()
        for name in filter(is_own, ",".join(given).split(",")):
            if kind == "module":
                from ..models import OWN_MODULES

                OWN_MODULES.add(name.strip())
            else:
                from ..pntm.tasks import OWN_TASKS

                OWN_TASKS.add(name.strip())
        return value

    return imported


def named_own(kind: OwnKind) -> Any:
    """An option for things of the user's own that a file names."""
    form = "package.module:Class" if kind == "module" else "package.module:TASK"
    help = f"A {kind} of your own package that the run names; may be repeated."
    return several(f"--{kind}", form, help, callback=own(kind))


def own_words(option: str, name: str | None) -> list[str]:
    """What names a module or a task once more that is of the user's own package."""
    return [option, name] if name is not None and is_own(name) else []


def file_option(name: str, help: str) -> Any:
    """The path of a file to write."""
    return option(name, help, type=click.Path(path_type=Path), metavar="FILE")


def argument(metavar: str, **settings: Any) -> Any:
    """A field, and the argument that fills it; such a command cannot be called without."""
    return field(default=None, metadata={"kind": click.argument, "metavar": metavar, **settings})


def flag(name: str, help: str, short: str | None = None) -> Any:
    return option(name, help, short=short, default=False, is_flag=True)


def quiet_flag() -> Any:
    return flag("--quiet", "No progress and no messages on stderr.", "-q")


def verbose_flag() -> Any:
    return flag(
        "--verbose", "Say on stderr what each step does, and how long all of it takes.", "-v"
    )


@dataclass(frozen=True, slots=True)
class ToldRequest(Request):
    """A request for something that takes time, and how it is told."""

    as_json: bool = flag("--json", "Print one JSON object on stdout.")
    quiet: bool = quiet_flag()
    verbose: bool = verbose_flag()


@dataclass(frozen=True, slots=True)
class WorkRequest(ToldRequest):
    """A request for work, and where it is done."""

    device: str = option("--device", "auto (the CPU), cpu, cuda or cuda:N.", default="auto")
    seed: int = option("--seed", "First seed.", default=0, type=click.IntRange(0, 2**32 - 1))


@dataclass(frozen=True, slots=True)
class VerdictRequest(WorkRequest):
    """A request for verdicts, and the level at which they are to hold."""

    require: Level = option(
        "--require",
        "The level at which a claim must hold for exit code 0.",
        type=click.Choice(REQUIRABLE),
        default="tested",
    )


@dataclass(frozen=True, slots=True)
class ListRequest(Request):
    """How a list of what there is should be printed."""

    as_json: bool = flag("--json", "Print one JSON object on stdout.")


def asking(kind: type[R]) -> Callable[[Callable[[R], int]], Callable[..., int]]:
    """Give a command the options of a request, and the request that they make."""

    def add(work: Callable[[R], int]) -> Callable[..., int]:
        def command(**values: Any) -> int:
            context = click.get_current_context()
            given = {
                parameter.name: parameter.opts[0]
                for parameter in context.command.params
                if parameter.name
                and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
            }
            request = kind(given=given, **values)
            if not getattr(request, "verbose", False):
                return work(request)
            if getattr(request, "quiet", False):
                raise click.UsageError("--verbose and --quiet exclude each other; leave one out")
            return _told(context, work, request)

        made: Callable[..., int] = update_wrapper(command, work)
        for name in reversed(_in_order(kind)):
            made = _decorated(made, kind.__dataclass_fields__[name])
        return made

    return add


def is_verbose() -> bool:
    """Whether the command that is being done was asked to say more."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.params.get("verbose"))


def _told(context: click.Context, work: Callable[[R], int], request: R) -> int:
    """Work between a line that says with what it is done and one that says how it ended."""
    from .. import __version__
    from ._options import messages

    began, notes = time.perf_counter(), messages(quiet=False)
    python = sys.version.split()[0]
    notes.print(f"{context.command_path}: nalmx {__version__}, Python {python}", soft_wrap=True)
    code = work(request)
    notes.print(f"exit code {code} after {time.perf_counter() - began:.1f} s", soft_wrap=True)
    return code


def _in_order(kind: type[R]) -> list[str]:
    """The fields of a request: its own, and then those that it shares with others."""
    return [name for part in kind.__mro__ for name in part.__dict__.get("__slots__", ())]


def _decorated(command: Callable[..., int], one: Field[Any]) -> Callable[..., int]:
    if not one.metadata:
        return command
    settings = dict(one.metadata)
    add, names = settings.pop("kind"), settings.pop("names", ())
    decorated: Callable[..., int] = add(*names, one.name, **settings)(command)
    return decorated
