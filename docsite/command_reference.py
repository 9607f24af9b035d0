"""The reference of the command line: what each command's --help says."""

from __future__ import annotations

from collections.abc import Iterator

import click

from nalmx.bench.experiments import CATALOGUE
from nalmx.cli import HELP, PROGRAM, group

PATH = "reference/commands.md"
_ALIKE = {f"{PROGRAM} bench {entry.name}" for entry in CATALOGUE[1:]}
_WIDTH = 80  # columns, which fit the page


def page() -> str:
    head = (
        "# Commands\n\nWhat `--help` says of each command. The other "
        "[published experiments](../experiments.md) have the options of "
        f"`{PROGRAM} bench {CATALOGUE[0].name}`.\n\n```text\n{HELP}```\n"
    )
    shown = (f"\n## {name}\n\n```text\n{text}\n```\n" for name, text in helps())
    return head + "".join(shown)


def helps() -> Iterator[tuple[str, str]]:
    """The name of each command and its help; of experiments, whose options are alike, the first one's."""
    for name in group().list_commands(click.Context(group())):
        yield from _of(name, click.Context(group(), info_name=PROGRAM))


def _of(name: str, above: click.Context) -> Iterator[tuple[str, str]]:
    assert isinstance(above.command, click.Group)
    command = above.command.get_command(above, name)
    assert command is not None
    context = click.Context(command, above, name, terminal_width=_WIDTH)
    if context.command_path not in _ALIKE:
        yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for part in command.list_commands(context):
            yield from _of(part, context)
