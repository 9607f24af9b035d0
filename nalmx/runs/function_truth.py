"""A Python function of a user's own file as the truth of prompts, asked in a process of its own.

The file is imported there and nowhere else, and only where its user names it. What a function says of a
few prompts is no proof of others, so nothing that rests on it is more than `tested`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from types import TracebackType
from typing import Any

import numpy as np

from ..clock import look
from ..errors import SettingError
from ..pntm.machine import Machine
from ..pntm.proofs.answers import Comparison, shrunk, truth_of
from ..pntm.proofs.check import check_truth
from ..pntm.proofs.verdict import SequenceVerdict
from ..pntm.tasks import Example, SequenceTask, Tokens
from ..storage import parse_json
from ..verify.effort import Effort
from . import _function_child

SECONDS = 10.0  # for an answer
_TOKENS = 300_000  # of the short prompts that are all answered
_LONGEST = 1_000  # tokens of a prompt
_BATCH = 500
_KEPT = 200_000  # answers
_TRIES = 20
_SHOWN = 60


class FunctionTruth:
    """The function NAME of FILE.py, as a block in which it can be asked.

    It is given a prompt as a tuple of texts, and returns a list of tokens, or None for what is no prompt.
    A `SettingError` says what it did otherwise, or that it took longer than `seconds`.

    Example: `with FunctionTruth("tasks.py:answer") as truth: truth.answers([("a", "b")])`.
    """

    def __init__(self, name: str, seconds: float = SECONDS) -> None:
        file, colon, function = name.rpartition(":")
        if not colon or not file.endswith(".py") or not function.isidentifier():
            raise SettingError(
                f"{name[:_SHOWN]!r} names no function; write FILE.py:NAME, such as tasks.py:answer"
            )
        if not Path(file).is_file():
            raise SettingError(f"there is no file {file}; name one with the function {function}")
        self.name, self._file, self._function, self._seconds = name, file, function, seconds
        self._known: dict[Tokens, Tokens | None] = {}
        self._asked = 0

    def __enter__(self) -> FunctionTruth:
        command = [sys.executable, _function_child.__file__, self._file, self._function]
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=none)
        self._told: Queue[bytes] = Queue()
        Thread(target=self._listen, daemon=True).start()
        try:
            if not self._fact("importing it")["ready"]:
                raise SettingError(
                    f"{self._file} has no function {self._function}; name one that it has"
                )
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._child.kill()
        self._child.communicate()

    def answers(self, prompts: Sequence[Tokens]) -> list[Tokens | None]:
        """The right answers; None to what is no prompt."""
        new = [*dict.fromkeys(prompt for prompt in prompts if prompt not in self._known)]
        if len(self._known) + len(new) > _KEPT:
            self._known.clear()
            new = [*dict.fromkeys(prompts)]
        for at in range(0, len(new), _BATCH):
            batch = {self._asked + i: p for i, p in enumerate(new[at : at + _BATCH], 1)}
            self._asked += len(batch)
            try:
                assert self._child.stdin is not None
                self._child.stdin.write(json.dumps([*batch.items()]).encode() + b"\n")
                self._child.stdin.flush()
            except OSError:
                pass  # that it has ended is heard below
            for number, prompt in batch.items():
                said = self._fact(f"the prompt {_shown(prompt)}", number)["answer"]
                self._known[prompt] = None if said is None else tuple(said)
        return [self._known[prompt] for prompt in prompts]

    def answer(self, prompt: Tokens) -> Tokens | None:
        return self.answers([prompt])[0]

    def _listen(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._told.put(line)
        self._told.put(b"")

    def _fact(self, doing: str, number: int = 0) -> dict[str, Any]:
        """What the child tells under a number; what an earlier check did not wait for is passed over."""
        fact: dict[str, Any] = {"number": -1}
        while fact["number"] != number:
            line = self._line(doing)
            if not line:
                raise SettingError(
                    f"{self.name} ended its process at {doing}; let it return an answer"
                )
            try:
                fact = parse_json(line)
            except ValueError as error:
                raise SettingError(
                    f"{self.name} has an answer that is no text at {doing}: {error}"
                ) from None
        if "failed" in fact:
            raise SettingError(
                f"{self.name} {' '.join(fact['failed'].split())[:300]}, at {doing}; let it return a list "
                "of tokens, or None for what is no prompt"
            )
        return fact

    def _line(self, doing: str) -> bytes:
        waited, step = 0.0, 0.1
        while waited < self._seconds:
            try:
                return self._told.get(timeout=step)
            except Empty:
                look(0)  # ends a check whose time is over, or that is interrupted
                waited += step
        raise SettingError(
            f"{self.name} took longer than {self._seconds:g} s at {doing}; let it return None for what is "
            "no prompt, or make it faster"
        )


def check_function(
    machine: Machine,
    truth: FunctionTruth,
    examples: Sequence[Example],
    effort: Effort | None = None,
    tell: Callable[[str], None] = lambda doing: None,
) -> SequenceVerdict:
    """Whether a machine answers as a function says: `tested`, or `refuted` by as short a prompt as is found.

    Prompts are those of the examples, all short sequences of the machine's tokens, and random ones, most of
    which are examples with parts repeated and tokens exchanged; what the function has no answer to is none.
    """
    effort = replace(effort or Effort(), tokens=_TOKENS)
    task = _task_of(truth, machine.vocabulary.prompt, examples)
    given = sorted(
        {example.prompt for example in examples}, key=lambda prompt: (len(prompt), prompt)
    )
    known = [p for p, said in zip(given, truth.answers(given), strict=True) if said is not None]
    comparison = Comparison(machine, truth_of(task))
    wrong = comparison.wrong(known)
    if wrong is not None:
        tell("looking for a shorter counterexample")
        example = shrunk(comparison, task, wrong)
        return SequenceVerdict("refuted", "the given prompts", task.name, counterexample=example)
    found = check_truth(machine, task, effort, tell)
    if found.verdict not in ("proved up to length", "tested"):
        return found
    every = f"all of up to {found.longest} tokens among them; " if found.longest else ""
    reason = f"{every}what is right for others is known to the function alone"
    prompts = (found.prompts or 0) + len(known)
    return replace(found, verdict="tested", longest=None, prompts=prompts, reason=reason)


def _task_of(truth: FunctionTruth, tokens: Tokens, examples: Sequence[Example]) -> SequenceTask:
    """What a function answers, as a task without a specification."""
    given = [example.prompt for example in examples]

    def answer(prompt: Tokens) -> Tokens:
        said = truth.answer(prompt)
        assert said is not None
        return said

    def every(count: int) -> Iterator[Tokens]:
        rest = product(tokens, repeat=count)
        while batch := list(islice(rest, _BATCH)):
            look(count * len(batch))
            said = truth.answers(batch)
            yield from (p for p, its in zip(batch, said, strict=True) if its is not None)

    def draw(random: np.random.Generator, length: int) -> Tokens:
        for _ in range(_TRIES):
            prompt = _drawn(random, min(length, _LONGEST), tokens, given)
            if truth.answer(prompt) is not None:
                return prompt
        return given[int(random.integers(len(given)))]

    return SequenceTask(
        name=truth.name,
        summary="what the function answers",
        counts="tokens",
        prompt_tokens=tokens,
        answer_tokens=(),
        draw=draw,
        answer=answer,
        every=every,
        admits=lambda prompt: truth.answer(prompt) is not None,
    )


def _drawn(
    random: np.random.Generator, length: int, tokens: Tokens, given: Sequence[Tokens]
) -> Tokens:
    """Any tokens, or a given prompt with a part of it repeated up to a length, and a token exchanged."""
    if random.random() < 0.3:
        return tuple(tokens[i] for i in random.integers(0, len(tokens), length))
    prompt = given[int(random.integers(len(given)))]
    if len(prompt) < length and prompt:
        begin, end = sorted(random.integers(0, len(prompt) + 1, 2).tolist())
        part = prompt[begin : max(end, begin + 1)]
        times = (length - len(prompt)) // max(1, len(part))
        prompt = (*prompt[:begin], *part * times, *prompt[begin:])
    if random.random() < 0.5 and prompt:
        at = int(random.integers(len(prompt)))
        other = tokens[int(random.integers(len(tokens)))]
        prompt = (*prompt[:at], other, *prompt[at + 1 :])
    return prompt


def _shown(prompt: Tokens) -> str:
    text = " ".join(prompt)
    return f"`{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}`"
