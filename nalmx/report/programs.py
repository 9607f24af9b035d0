"""Programs and what is established of their answers, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.text import Text

from ..tasks.sequences import Tokens
from ..verify.sequences.verdict import SequenceVerdict, WrongAnswer

_LONGEST = 100
_STYLES = {
    "proved": "bold green",
    "proved up to length": "green",
    "tested": "yellow",
    "refuted": "bold red",
    "unknown": "magenta",
}


def sequence_verdict_lines(
    verdicts: Mapping[str, SequenceVerdict], names: Mapping[str, str]
) -> Iterator[Text]:
    """A line for each verdict, and one for its counterexample."""
    for claim, verdict in verdicts.items():
        word = verdict.verdict
        if verdict.longest is not None:
            word += f" {verdict.longest}"  # type: ignore[assignment]
        style = _STYLES[verdict.verdict]
        yield Text.assemble(f"{names[claim]}: ", (word, style), f", {explain(verdict)}")
        if verdict.counterexample is not None:
            left, _, right = names[claim].partition(" ↔ ")
            yield from map(Text, _wrong(verdict.counterexample, left, right))


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
        case "tested":
            return f"no counterexample in {verdict.prompts:,} of {verdict.domain}; {verdict.reason}"
        case "refuted":
            return f"found by {verdict.method}"
    return verdict.reason or "not established"


def _wrong(example: WrongAnswer, left: str, right: str) -> Iterator[str]:
    kind = "the shortest prompt" if example.shortest else "a prompt"
    yield f"  {kind} that shows it: {_spelled(example.prompt)}"
    yield f"  {left}: {_spelled(example.left)}"
    yield f"  {right}: {_spelled(example.right)}"


def _spelled(tokens: Tokens | None) -> str:
    if tokens is None:
        return "(no answer that ends)"
    text = " ".join(tokens) or "(nothing)"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(tokens):,} tokens)"
