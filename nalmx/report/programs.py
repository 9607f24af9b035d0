"""Programs and what is established of their answers, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ..pntm.proofs.verdict import Differences, SequenceVerdict, WrongAnswer
from ..pntm.tasks import Tokens

if TYPE_CHECKING:
    from rich.text import Text

_LONGEST = 100


def sequence_verdict_lines(
    verdicts: Mapping[str, SequenceVerdict], names: Mapping[str, str]
) -> Iterator[Text]:
    """A line for each verdict, and one for its counterexample."""
    from rich.text import Text

    from .verdicts import STYLES

    for claim, verdict in verdicts.items():
        word = verdict.verdict
        if verdict.longest is not None:
            word += f" {verdict.longest}"  # type: ignore[assignment]
        style = STYLES[verdict.verdict]
        yield Text.assemble(f"{names[claim]}: ", (word, style), f", {explain(verdict)}")
        left, _, right = names[claim].partition(" ↔ ")
        if verdict.wrong is not None:
            yield from map(Text, _several(verdict.wrong, "a prompt that shows it", left, right))
        elif verdict.counterexample is not None:
            yield from map(Text, _wrong(verdict.counterexample, left, right))
        if verdict.errors is not None:
            yield from map(Text, _several(verdict.errors, "taken for an error", left, right))


def explain(verdict: SequenceVerdict) -> str:
    """What a verdict rests on, in one sentence."""
    match verdict.verdict:
        case "proved":
            return f"the same answer to every prompt {verdict.domain}, of any length ({verdict.method})"
        case "proved up to length":
            return (
                f"all prompts of up to {verdict.longest} tokens were answered, and random ones of up "
                f"to {verdict.longest_tried:,}; no more because {verdict.reason}"
            )
        case "tested" if verdict.errors is not None:
            return f"{_errors(verdict.errors)}; {verdict.reason}"
        case "tested":
            return f"no counterexample in {verdict.prompts:,} of {verdict.domain}; {verdict.reason}"
        case "refuted" if verdict.wrong is not None:
            wrong = verdict.wrong
            text = (
                f"{wrong.count:,} of {wrong.examples:,} of {verdict.domain} are answered otherwise"
            )
            if wrong.unseen:
                text += f", {wrong.unseen:,} with a token never seen in training"
            return text if verdict.errors is None else f"{text}; {_errors(verdict.errors)}"
        case "refuted":
            return f"found by {verdict.method}"
    return verdict.reason or "not established"


def _errors(errors: Differences) -> str:
    right, taken = errors.examples - errors.count, f"{errors.count:,} are taken for errors"
    if errors.count == 1:
        taken = "1 is taken for an error"
    return f"answers {right:,} of {errors.examples:,} training examples; {taken}"


def _several(wrong: Differences, what: str, left: str, right: str) -> Iterator[str]:
    """The shortest few, and how many more there are."""
    for example in wrong.few:
        yield from _wrong(example, left, right, what)
    if wrong.count > len(wrong.few):
        yield f"  and {wrong.count - len(wrong.few):,} more"


def _wrong(example: WrongAnswer, left: str, right: str, what: str = "") -> Iterator[str]:
    kind = "the shortest prompt" if example.shortest else "a prompt"
    yield f"  {what or f'{kind} that shows it'}: {spelled(example.prompt)}"
    if example.unseen is None:
        yield f"  {left}: {spelled(example.left)}"
    else:
        yield f"  {left}: (the token {spelled((example.unseen,))} was never seen in training)"
    yield f"  {right}: {spelled(example.right)}"


def spelled(tokens: Tokens | None) -> str:
    if tokens is None:
        return "(no answer that ends)"
    text = " ".join(tokens) or "(nothing)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(tokens):,} tokens)"
