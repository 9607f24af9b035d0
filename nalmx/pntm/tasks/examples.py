"""Examples in files: JSON lines, one object a line.

    {"prompt": ["1", "+", "1"], "answer": ["0", "1"]}

A token is a string, a number, true, false or null, and is known by its spelling in the file: 1 and
1.0 are two tokens. 1 and "1" would be one, so files that are read together may spell a token in one
of these ways only. Blank lines and other keys are skipped.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from sys import intern
from typing import Any, NoReturn

from ...errors import SettingError
from ...storage import write_bytes
from ._base import Example
from .tokens import Token, Tokens

LONGEST_TOKEN = 200
MOST_TOKENS = 100_000  # in a line
MOST_TOKENS_IN_ALL = 20_000_000
LARGEST_LINE = 16 * 1024**2
LARGEST_FILE = 1024**3

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Spellings:
    """Which tokens are strings and which are not, and where each was seen first.

    Files that are read with the same one are held to the same spelling of every token.
    """

    def __init__(self) -> None:
        self._known: dict[Token, tuple[bool, str]] = {}

    def check(self, token: Token, string: bool, where: str) -> None:
        """Refuse a token that was spelled in the other way before."""
        before, first = self._known.setdefault(token, (string, where))
        if before != string:
            shown = _shown(token), token[:40]
            own, other = shown if string else shown[::-1]
            raise SettingError(
                f"{own} stands here, and {other} in {first}; they would be one token, so write it "
                "in one way everywhere"
            )


def read_examples(path: Path, spellings: Spellings | None = None) -> list[Example]:
    """The examples of a JSON-lines file; a `SettingError` names the line that is not one."""
    examples, total = [], 0
    spellings = spellings or Spellings()
    try:
        _check_file(path)
        for number, line in enumerate(_lines(path), 1):
            try:
                _check_size(line)
                if not (line := line.rstrip()):
                    continue
                examples.append(_example(line, spellings, f"{path}, line {number}"))
                total += len(examples[-1].prompt) + len(examples[-1].answer)
                if total > MOST_TOKENS_IN_ALL:
                    raise SettingError(
                        f"more than {MOST_TOKENS_IN_ALL:,} tokens up to here; give fewer examples"
                    )
            except SettingError as error:
                raise SettingError(f"{path}, line {number}: {error}") from None
    except OSError as error:
        raise SettingError(f"{path} cannot be read: {error.strerror or error}") from None
    if not examples:
        raise SettingError(f'{path} has no examples; write {{"prompt": […], "answer": […]}} a line')
    return examples


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """Write examples as `read_examples` reads them, atomically."""
    lines = (
        json.dumps({"prompt": example.prompt, "answer": example.answer}) + "\n"
        for example in examples
    )
    write_bytes(path, "".join(lines).encode())


def _check_file(path: Path) -> None:
    facts = path.stat()
    if S_ISDIR(facts.st_mode):
        raise SettingError(f"{path} is a directory; give a file of JSON lines")
    # A pipe would be waited for, and a device may never end.
    if not S_ISREG(facts.st_mode):
        raise SettingError(f"{path} is not a plain file; give a file of JSON lines")
    if facts.st_size > LARGEST_FILE:
        raise SettingError(
            f"{path} has {facts.st_size:,} bytes; at most {LARGEST_FILE:,} are read, so split it"
        )


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        if file.read(len(BYTE_ORDER_MARK)) != BYTE_ORDER_MARK:
            file.seek(0)
        # Too long a line comes in pieces, the first of which is refused.
        while line := file.readline(LARGEST_LINE + 1):
            yield line


def _check_size(line: bytes) -> None:
    if len(line) > LARGEST_LINE:
        raise SettingError(f"the line is too long; at most {LARGEST_LINE:,} bytes are read")


def _example(line: bytes, spellings: Spellings, where: str) -> Example:
    data = _json(line)
    if not isinstance(data, dict):
        raise SettingError(
            f'{_shown(data)} is not an object; write {{"prompt": […], "answer": […]}}'
        )
    own: dict[tuple[Token, bool], None] = {}
    example = Example(_tokens(data, "prompt", own), _tokens(data, "answer", own))
    for token, string in own:
        spellings.check(token, string, where)
    count = len(example.prompt) + len(example.answer)
    if count > MOST_TOKENS:
        raise SettingError(f"{count:,} tokens are too many; at most {MOST_TOKENS:,} go in a line")
    return example


def _json(line: bytes) -> Any:
    try:
        # Numbers stay as they are spelled, so none is rounded, overflows or has too many digits.
        return json.loads(
            line.decode(),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        raise SettingError(f"byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None
    except json.JSONDecodeError as error:
        raise SettingError(f"not JSON at column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise SettingError("nested too deeply; a prompt or an answer is a plain list") from None


class _Number(str):
    """A number as it is spelled."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        doubled = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise SettingError(f"the key {_shown(doubled)} stands there twice; keep one of them")
    return data


def _refuse_constant(name: str) -> NoReturn:
    raise SettingError(f'{name} is not JSON; write "{name}" if it is a token')


def _tokens(data: dict[str, Any], key: str, seen: dict[tuple[Token, bool], None]) -> Tokens:
    """The tokens of a list; `seen` is told each, and whether it is a string."""
    if key not in data:
        raise SettingError(f'"{key}" is missing; write {{"prompt": […], "answer": […]}}')
    values = data[key]
    if not isinstance(values, list):
        raise SettingError(
            f'"{key}" is {_shown(values)}; write a list of tokens, such as ["a", "b"]'
        )
    # Millions of tokens are a few different ones: each is checked once. A number equals its spelling.
    kinds = dict.fromkeys(map(type, values))
    for nested in kinds.keys() & {list, dict}:
        _refuse(next(value for value in values if type(value) is nested), key)
    tables: dict[type, dict[Any, Token]] = {}
    for kind in kinds:
        known = dict.fromkeys(value for value in values if type(value) is kind)
        tables[kind] = {value: _token(value, key) for value in known}
        seen.update(((token, kind is str), None) for token in tables[kind].values())
    return tuple(tables[type(value)][value] for value in values)


def _refuse(value: Any, key: str) -> NoReturn:
    raise SettingError(
        f'"{key}" holds {_shown(value)}; a token is a string, a number, true, false or null'
    )


def _token(value: Any, key: str) -> Token:
    token = str(value) if isinstance(value, str) else json.dumps(value)
    if len(token) > LONGEST_TOKEN:
        raise SettingError(
            f'"{key}" holds the token {_shown(token)} of {len(token):,} characters; at most '
            f"{LONGEST_TOKEN} are allowed"
        )
    if any("\ud800" <= character <= "\udfff" for character in token):
        raise SettingError(f'"{key}" holds {_shown(token)}, half of a character; write all of it')
    # The same few tokens come millions of times.
    return intern(token)


def _shown(value: Any) -> str:
    """A value in a few words, on one line."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, _Number):
        return str(value) if len(value) <= 40 else f"{value[:40]}…"
    text = json.dumps(value[:40] if isinstance(value, str) else value)
    return text if not isinstance(value, str) or len(value) <= 40 else f'{text[:-1]}…"'
