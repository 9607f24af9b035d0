"""An interpreter of machines, and the prompts of tasks, apart from nalmx: what verdicts are held to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from nalmx.pntm.machine import STAY
from nalmx.pntm.proofs.verdict import WrongAnswer
from nalmx.pntm.tasks import SequenceTask, Tokens

SEED = 0
# What the interpreter answers: all prompts with up to so many tokens, and random ones by length.
LONGEST, CANDIDATES = 8, 10_000
RANDOM = {10: 100, 30: 100, 60: 100}
RANDOM_OF_PROVED = {100: 20, 400: 10, 2_000: 2}
SHORTER = 60_000  # prompts that are tried below a counterexample said to be shortest
ROOM = 4  # tokens that an answer may be too long before it counts as endless

Data = dict[str, Any]


def answered(data: Data, prompt: Sequence[str], limit: int) -> tuple[str, ...] | None:
    """What a machine answers by the meaning of its parts; None if it does not end in time."""
    given, said = data["prompt_tokens"], data["answer_tokens"]
    size = len(given) + len(said) + 2
    stream = [given.index(token) for token in prompt] + [len(given)]
    heads = [list(pair) for pair in data["starts"]]
    cells: list[dict[int, int]] = [{} for _ in heads]
    state = 0
    answer: list[str] = []
    at = 0
    while True:
        symbol = stream[at]
        at += 1
        state = data["register"][state][symbol]
        row = state * size + symbol
        for tape, head in enumerate(heads):
            for which in (0, 1):
                jump = data["jumps"][row][tape][which]
                if jump == STAY:
                    head[which] += data["moves"][row][tape][which]
                else:
                    head[which] = jump
            if data["writes"][row][tape] != STAY:
                cells[tape][head[0]] = data["writes"][row][tape]
        if at < len(stream):
            continue
        node = data["table"][0]
        while isinstance(node, list):
            tape, branches, otherwise = node
            seen = row if tape == -1 else cells[tape].get(heads[tape][1], 0)
            place = otherwise
            for value, child in branches:
                if value == seen:
                    place = child
            if place is None:
                return None
            node = data["table"][place]
        if node == size - 1:
            return tuple(answer)
        if node <= len(given) or len(answer) == limit:
            return None
        answer.append(said[node - len(given) - 1])
        stream.append(node)


_BITS = "[01]+"
_SHAPES = {
    "repeat-copy": "[a-h]+#+",
    "associative-recall": "([a-h][0-7])+[?][a-h]",
    "addition": f"{_BITS}[+]{_BITS}",
    "addition-big-endian": f"{_BITS}[+]{_BITS}",
    "subtraction": f"{_BITS}-{_BITS}",
    "comparison": f"{_BITS}[?]{_BITS}",
}


def is_prompt(name: str, prompt: tuple[str, ...]) -> bool:
    """Whether these tokens of a task are a prompt of it."""
    if not prompt:
        return False
    text = "".join(prompt)
    if name in _SHAPES and not re.fullmatch(_SHAPES[name], text):
        return False
    if name == "associative-recall":
        return prompt[-1] in prompt[:-2:2]
    if name == "subtraction":
        left, right = text.split("-")
        return len(left) >= len(right) and int(left[::-1], 2) >= int(right[::-1], 2)
    if name == "stack":
        depths = np.cumsum([-1 if token == "pop" else 1 for token in prompt])
        return bool((depths >= 0).all())
    return True


def candidates(task: SequenceTask, tokens: int) -> tuple[int, Iterator[tuple[str, ...]]]:
    """Lists of so many tokens, all prompts among them, and how many these are."""
    places = [task.prompt_tokens] * tokens
    if task.name == "associative-recall":
        letters, values, ask = task.prompt_tokens[:8], task.prompt_tokens[8:-1], ("?",)
        pairs, odd = divmod(tokens - 2, 2)
        places = [] if odd or pairs < 1 else [*[letters, values] * pairs, ask, letters]
    many = int(np.prod([len(place) for place in places], dtype=float)) if places else 0
    return many, (p for p in product(*places) if is_prompt(task.name, p)) if places else iter(())


class Oracle:
    """The prompts of a task with their answers, and what machines make of them."""

    def __init__(self, task: SequenceTask) -> None:
        self.task = task
        self._short: list[Tokens] = []
        for tokens in range(1, LONGEST + 1):
            many, prompts = candidates(task, tokens)
            if many > CANDIDATES:
                break
            self._short += prompts
        known = [*self._short, *self._random(RANDOM, 3)]
        self._answers = [(prompt, task.answer(prompt)) for prompt in known]

    def wrong(self, data: Data) -> Tokens | None:
        """A prompt that a machine answers wrongly, the shortest if it is short."""
        return self._first(data, self._answers)

    def wrong_at_length(self, data: Data) -> Tokens | None:
        """A long prompt that a machine answers wrongly."""
        prompts = self._random(RANDOM_OF_PROVED, 4)
        return self._first(data, [(prompt, self.task.answer(prompt)) for prompt in prompts])

    def confirms(self, data: Data, wrong: WrongAnswer) -> bool:
        """Whether a counterexample is a prompt of the task, and is answered as it says."""
        if not is_prompt(self.task.name, wrong.prompt):
            return False
        truth = self.task.answer(wrong.prompt)
        own = answered(data, wrong.prompt, len(truth) + ROOM)
        return own != truth and own == wrong.left and truth == wrong.right

    def none_shorter(self, data: Data, than: int) -> bool | None:
        """Whether all prompts of fewer tokens are answered rightly; None if there are too many."""
        left = SHORTER
        for tokens in range(1, than):
            many, prompts = candidates(self.task, tokens)
            left -= many
            if left < 0:
                return None
            if self._first(data, [(p, self.task.answer(p)) for p in prompts]) is not None:
                return False
        return True

    def _first(self, data: Data, answers: list[tuple[Tokens, Tokens]]) -> Tokens | None:
        for prompt, truth in answers:
            if answered(data, prompt, len(truth) + 1) != truth:
                return prompt
        return None

    def _random(self, lengths: dict[int, int], stream: int) -> list[Tokens]:
        random = np.random.default_rng([SEED, stream])
        shortest = self.task.shortest
        return [
            self.task.draw(random, int(random.integers(max(shortest, n // 2), n, endpoint=True)))
            for n, many in lengths.items()
            for _ in range(many)
        ]
