"""Groups of commands whose help tells each command in a whole sentence."""

from __future__ import annotations

import click


class Group(click.Group):
    """Where others cut the first sentence of a command's help to a line, this one wraps it."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(context, name)) for name in self.list_commands(context)]
        rows = [(name, _summary(command)) for name, command in commands if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _summary(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())
