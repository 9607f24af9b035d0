from typing import Any


def program(prompt: list[Any], limit: int | None = None) -> list[Any]:
    """The answer to a list of tokens; made from a learned machine."""
    if limit is None:
        limit = 20 * len(prompt) + 1000
    tape1: dict[int, Any] = {}
    write1, read1 = 0, 1
    for token in prompt:
        if token in ("0", "1"):
            write1 += 1
            tape1[write1] = token
        else:
            raise ValueError(f"unknown token {token!r}")
    answer: list[Any] = []
    last: Any = None
    while True:
        seen1 = tape1.get(read1)
        if seen1 is None:
            return answer
        elif seen1 == "0":
            if last is None:
                token = "0"
            else:
                token = last
        elif last == "1":
            token = "0"
        else:
            token = "1"
        if len(answer) == limit:
            raise ValueError(f"no end within {limit} tokens")
        answer.append(token)
        read1 += 1
        last = token
