"""Groups of commands whose help tells each command in a whole sentence, and which know what was mistyped."""

from __future__ import annotations

import click

from ..errors import UnknownNameError


class Group(click.Group):
    """Where others cut the first sentence of a command's help to a line, this one wraps it."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = arguments[0], self.list_commands(context)
        if name not in known and not name.startswith("-"):
            raise UnknownNameError("command", name[:40], known)
        return super().resolve_command(context, arguments)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(context, name)) for name in self.list_commands(context)]
        rows = [(name, _summary(command)) for name, command in commands if command is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _summary(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())
