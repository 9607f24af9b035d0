"""Executed notebooks as pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def pages(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n\n".join(part for cell in cells for part in _shown(cell))
        yield (
            f"notebooks/{path.stem}.md",
            f"{text}\n\nThe notebook itself: `examples/{path.name}`.\n",
        )


def _shown(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
        return
    yield f"```python\n{source}\n```"
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "text/html" in data:
            # The theme gives a form to tables that have no class.
            html = re.sub(r"<table [^>]*>", "<table>", "".join(data["text/html"]))
            yield f'<div class="output">\n{html}\n</div>'
        else:
            yield f"```text\n{''.join(data.get('text/plain', output.get('text', ''))).rstrip()}\n```"
