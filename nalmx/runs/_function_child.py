"""The process in which a function of a user's own file answers prompts; it knows nothing of nalmx.

    python _function_child.py FILE NAME

Reads a JSON list of numbers and their prompts a line, and writes a JSON object a line: first whether the
function is there, and then an answer for each number, or what went wrong. What it prints goes nowhere.
"""

import json
import os
import sys
import threading
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from types import CodeType
from typing import Any


class _AsWritten(SourceFileLoader):
    """Compiles the file each time: Python takes a cache of the same second and size for that of the file."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def main() -> None:
    file, name = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()

    def tell(**fact: object) -> None:
        answers.write(json.dumps(fact) + "\n")

    try:
        function = _imported(file, name)
    except BaseException as error:
        tell(number=0, failed=f"cannot be imported: {type(error).__name__}: {error}")
        answers.flush()
        return
    tell(number=0, ready=callable(function))
    answers.flush()
    for line in sys.stdin:
        for number, prompt in json.loads(line):
            try:
                tell(number=number, answer=_spelled(function(tuple(prompt))))
            except BaseException as error:
                tell(number=number, failed=f"raised {type(error).__name__}: {error}")
        answers.flush()


def _imported(file: str, name: str) -> Any:
    # Files beside it can be imported, and those beside this one cannot.
    sys.path[0] = os.path.dirname(os.path.abspath(file))
    title = os.path.splitext(os.path.basename(file))[0]
    spec = spec_from_file_location(title, file, loader=_AsWritten(title, file))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return getattr(module, name, None)


def _spelled(answer: object) -> list[str] | None:
    """The tokens of an answer, numbers as they are spelled in files of examples."""
    if answer is None:
        return None
    if not isinstance(answer, list | tuple):
        raise TypeError(f"the answer {repr(answer)[:60]} is no list of tokens, such as ['a', 'b']")
    for token in answer:
        if not isinstance(token, str | int | float):
            raise TypeError(f"the token {repr(token)[:60]} is neither a text nor a number")
    return [token if isinstance(token, str) else json.dumps(token) for token in answer]


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()
