"""Write docs/programs.md: what machines learned, as programs, with what is proved of them.

Run it as `python docsite/program_gallery.py` when programs are written otherwise; it learns for minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import nalmx
from nalmx.pntm.tasks import sequence_task

PAGE = Path(__file__).parents[1] / "docs" / "programs.md"
TASKS = ("parity", "copy", "reverse", "duplicate", "s3", "comparison", "sort", "addition")
HEAD = """# Programs

What machines learned from examples of up to 20 tokens, as the programs that nalmx reads off them, and what
is proved of each: the answer is right for prompts of every length. [How to read them](sequence-tasks.md).
Each is learned by `nalmx train-and-extract --module pntm --task NAME --method discrete`.
"""


def section(name: str) -> str:
    """A task, the program that is learned for it, and the verdict on that."""
    task = sequence_task(name)
    found = nalmx.verify(nalmx.learn(name, method="discrete"))
    assert found.program is not None
    verdict = found.verdicts["program_truth"]
    lines = "\n".join(found.program.lines())
    return (
        f"\n## {name}\n\n{task.summary[0].upper()}{task.summary[1:]}; {found.program.rules} rules.\n\n"
        f"```text\n{lines}\n```\n\nprogram ↔ truth: {verdict.verdict}, {verdict.method}\n"
    )


def page(names: Sequence[str] = TASKS) -> str:
    return HEAD + "".join(map(section, names))


if __name__ == "__main__":
    PAGE.write_text(page(sys.argv[1:] or TASKS), encoding="utf-8")
