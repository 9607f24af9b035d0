"""`nalmx completion`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import click
from click.shell_completion import ShellComplete, get_completion_class

from ..exit_codes import HOLDS
from . import _request as ask
from ._options import write


@dataclass(frozen=True, slots=True)
class CompletionRequest(ask.Request):
    shell: Literal["bash", "zsh", "fish"] = ask.argument(
        "SHELL", type=click.Choice(["bash", "zsh", "fish"])
    )


@click.command(name="completion")
@ask.asking(CompletionRequest)
def command(asked: CompletionRequest) -> int:
    """Print what makes a shell complete commands and options.

    SHELL is bash, zsh or fish. In bash and zsh, a line of ~/.bashrc or ~/.zshrc:

    \b
      eval "$(nalmx completion bash)"

    In fish: nalmx completion fish > ~/.config/fish/completions/nalmx.fish
    """
    kind = get_completion_class(asked.shell)
    assert kind is not None
    root = click.get_current_context().find_root()
    program = str(root.info_name)
    made = kind(root.command, {}, program, f"_{program.upper()}_COMPLETE")
    # The shell's own `source` would start that shell to learn its version.
    write(ShellComplete.source(made))
    return HOLDS
