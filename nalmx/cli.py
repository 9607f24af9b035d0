"""The command line. `nalmx --help` loads next to nothing, and answers in twice the time of an empty Python.

Commands live in `nalmx.commands`, one file each, and are imported when they are called.
"""

from __future__ import annotations

import os
import sys

from .exit_codes import BAD_INPUT, HOLDS, INTERNAL_ERROR, INTERRUPTED

TYPE_CHECKING = False  # that of `typing`, which takes as long to load as all the rest
if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

PROGRAM = "nalmx"
COMMANDS = {
    "train-and-extract": "Train on a task, extract what was learned, and verify it.",
    "fit": "Find the law behind a table of data, if there is one.",
    "verify": "Verify an expression, a network or a run over a domain.",
    "report": "Write what runs came to as one HTML file.",
    "bench": "Repeat published experiments, or compare sequence models.",
    "modules": "List the modules that can be trained.",
    "tasks": "List the operations, ranges and sequence tasks.",
    "doctor": "Say what is installed here, and what --device auto takes.",
    "completion": "Print what makes a shell complete commands and options.",
}
_WIDTH = max(map(len, COMMANDS))
HELP = f"""\
Usage: {PROGRAM} [OPTIONS] COMMAND [ARGS]...

  Train neural arithmetic modules, extract exact formulas from them, and verify
  what the formulas do.

Options:
  --version  Show the version and exit.
  --help     Show this message and exit.

Commands:
{chr(10).join([f"  {name:<{_WIDTH}}  {COMMANDS[name]}" for name in COMMANDS])}

  {PROGRAM} COMMAND --help describes a command. Exit codes: 0 the claim holds at
  the required level, 1 refuted, 2 bad input, 3 not established at that level,
  130 interrupted.
"""
COMPLETING = "_NALMX_COMPLETE"
"""Set by a shell that asks how a line goes on."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Without arguments it is this process's own command line, and its work is supervised.
    """
    _prepare_streams()
    if arguments is not None:
        return _main(list(arguments))
    given = sys.argv[1:]
    if _asks_for_help(given) or COMPLETING in os.environ:
        return _main(given)
    from .supervisor import supervised

    return supervised(lambda: _main(given))


def _main(given: list[str]) -> int:
    if not _asks_for_help(given) or COMPLETING in os.environ:
        return _run(given)
    try:
        sys.stdout.write(HELP)
        _flush()
    except OSError as error:
        return _unwritten(error)
    return HOLDS if given else BAD_INPUT


def _asks_for_help(given: list[str]) -> bool:
    return not given or given[0] in ("--help", "-h")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        from .supervisor import reader_gone

        reader_gone(sys.stdout)


def _prepare_streams() -> None:
    """Make every message printable: closed streams swallow it, narrow encodings replace in it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


class _Stopped(Exception):
    """Ctrl-C, before click sees it and writes a line of its own."""


def _run(given: list[str]) -> int:
    import click

    from .errors import NalmxError

    try:
        result = group().main(given, prog_name=PROGRAM, standalone_mode=False)
        _flush()
        return result if isinstance(result, int) else HOLDS
    except SystemExit:  # of click, which was writing help where nobody reads any more
        return HOLDS
    except click.MissingParameter as error:
        path = error.ctx.command_path if error.ctx is not None else PROGRAM
        return _fail(f"{error.format_message()} {path} --help says what it takes", BAD_INPUT)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except NalmxError as error:
        return _fail(str(error), BAD_INPUT)
    except (_Stopped, click.Abort, KeyboardInterrupt):
        from .supervisor import interrupted

        return _fail(interrupted(), INTERRUPTED)
    except OSError as error:
        return _unwritten(error)
    except Exception as error:  # The last line of defence: no traceback reaches a user.
        if os.environ.get("NALMX_DEBUG"):
            raise
        kind = type(error).__name__
        return _fail(
            f"internal error, {kind}: {error}; set NALMX_DEBUG=1 for the traceback and report it",
            INTERNAL_ERROR,
        )


def _unwritten(error: OSError) -> int:
    from .supervisor import reader_gone

    try:
        sys.stdout.flush()
    except OSError:
        reader_gone(sys.stdout)  # else Python tries once more when it exits
    return _fail(f"{error.filename or 'output'}: {error.strerror or error}", BAD_INPUT)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"{PROGRAM}: {' '.join(message.split())}\n")
    return code


def group() -> click.Group:
    """All commands."""
    import click

    from . import __version__
    from .commands import _group

    class Group(_group.Group):
        """The commands of `COMMANDS`, each imported when it is called."""

        def list_commands(self, context: click.Context) -> list[str]:
            return list(COMMANDS)

        def get_command(self, context: click.Context, name: str) -> click.Command | None:
            if name not in COMMANDS:
                return None
            from importlib import import_module

            module = import_module(f"nalmx.commands.{name.replace('-', '_')}")
            command: click.Command = module.command
            return command

        def invoke(self, context: click.Context) -> object:
            try:
                return super().invoke(context)
            except KeyboardInterrupt:
                raise _Stopped from None

        def get_help(self, context: click.Context) -> str:
            return HELP.rstrip("\n")

    made = Group(name=PROGRAM)
    return click.version_option(__version__, prog_name=PROGRAM)(made)


if __name__ == "__main__":
    raise SystemExit(main())
