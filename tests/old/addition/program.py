from typing import Any


def _program_look1(last: Any, seen1: Any, seen2: Any, seen3: Any, seen4: Any) -> Any:
    if last == "1":
        if seen3 is None:
            return _program_look3(last, seen1, seen2, seen3, seen4)
        return _program_look2(last, seen1, seen2, seen3, seen4)
    if seen3 is None:
        return _program_look2(last, seen1, seen2, seen3, seen4)
    if seen1 == "1":
        if seen2 is None:
            return "0"
        return seen2
    if seen2 == "1":
        return "0"
    return "1"


def _program_look2(last: Any, seen1: Any, seen2: Any, seen3: Any, seen4: Any) -> Any:
    if seen4 is None:
        return _program_look3(last, seen1, seen2, seen3, seen4)
    if seen1 == "1":
        if seen2 is None:
            return "0"
        return seen2
    if seen2 == "1":
        return "0"
    return "1"


def _program_look3(last: Any, seen1: Any, seen2: Any, seen3: Any, seen4: Any) -> Any:
    if seen1 is None:
        if seen2 is None:
            return None
        return seen2
    if seen1 == "0":
        if seen2 is None:
            return "0"
        return seen2
    if seen2 == "1":
        return "0"
    return "1"


def program(prompt: list[Any], limit: int | None = None) -> list[Any]:
    """The answer to a list of tokens; made from a learned machine."""
    if limit is None:
        limit = 20 * len(prompt) + 1000
    tape1: dict[int, Any] = {}
    write1, read1 = 0, 1
    tape2: dict[int, Any] = {}
    write2, read2 = 0, 1
    tape3: dict[int, Any] = {}
    write3, read3 = 0, 0
    tape4: dict[int, Any] = {}
    write4, read4 = 0, 0
    state = 0
    for token in prompt:
        if token == "+":
            state = 1
        elif token == "0":
            if state == 0:
                write1 += 1
                tape1[write1] = "0"
                write3 += 1
            else:
                write2 += 1
                tape2[write2] = "0"
                write4 += 1
        elif token == "1":
            if state == 0:
                write1 += 1
                tape1[write1] = "1"
                write3 += 1
                tape3[write3] = "1"
            else:
                write2 += 1
                tape2[write2] = "1"
                write4 += 1
                tape4[write4] = "1"
        else:
            raise ValueError(f"unknown token {token!r}")
    # The prompt has ended.
    state = 0
    answer: list[Any] = []
    last: Any = None
    while True:
        seen1 = tape1.get(read1)
        seen2 = tape2.get(read2)
        seen3 = tape3.get(read3)
        seen4 = tape4.get(read4)
        token = _program_look1(last, seen1, seen2, seen3, seen4)
        if token is None:
            return answer
        if len(answer) == limit:
            raise ValueError(f"no end within {limit} tokens")
        answer.append(token)
        read1 += 1
        read2 += 1
        read3 += 1
        read4 += 1
        last = token
