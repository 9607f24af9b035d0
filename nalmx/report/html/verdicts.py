"""Verdicts on a page: the word, what it means, what it rests on, and a counterexample to replay."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ...markup import Markup, element
from ...runs.claims import CLAIMS
from .. import programs, sentences
from ..command_lines import counterexample_words
from .parts import command, download, table

if TYPE_CHECKING:
    from ...pntm.proofs.verdict import SequenceVerdict, WrongAnswer
    from ...verify import Claim, Verdict
    from ...verify.verdict import Counterexample

MEANINGS = {
    "proved": "It holds everywhere in what the claim speaks of, by exact mathematics.",
    "bounded": "A rigorous bound on the difference holds on the whole domain; it is given.",
    "proved up to length": "Every prompt up to that length was answered; longer ones were tried.",
    "tested": "No counterexample was found; how many points were tried, and how, is given.",
    "refuted": "A counterexample was found and checked again in exact or ball arithmetic.",
    "unknown": "None of the others could be established; the reason is given.",
}
_LONGEST_COMMAND, _MOST_INPUTS = 20_000, 12


def legend() -> Markup:
    """What each verdict means, from the strongest on."""
    lines = [(element("dt", _word(word)), element("dd", said)) for word, said in MEANINGS.items()]
    return element(
        "details",
        element("summary", "What a verdict means"),
        element("dl", *lines, class_="legend"),
    )


def formula_verdicts(
    found: Mapping[str, Verdict], claims: Mapping[str, Claim], certificates: Mapping[str, bytes]
) -> Iterator[Markup]:
    """A card for each verdict on a formula."""
    for name, verdict in found.items():
        parts: list[Markup] = [element("p", sentences.explain(verdict))]
        example = verdict.counterexample
        if example is not None:
            parts += _counterexample(example, claims.get(name))
        yield card(CLAIMS[name], verdict.verdict, verdict.verdict, parts, certificates.get(name))


def sequence_verdicts(
    found: Mapping[str, SequenceVerdict], replay: str, certificates: Mapping[str, bytes]
) -> Iterator[Markup]:
    """A card for each verdict on what a machine answers."""
    for name, verdict in found.items():
        word = verdict.verdict
        shown = word if verdict.longest is None else f"{word} {verdict.longest}"
        parts: list[Markup] = [element("p", programs.explain(verdict))]
        left, _, right = CLAIMS[name].partition(" ↔ ")
        parts += _differences(verdict, left, right)
        if word == "refuted":
            parts += [element("p", "Shown again by:"), command(replay)]
        yield card(CLAIMS[name], word, shown, parts, certificates.get(name))


def card(
    claim: str, word: str, shown: str, parts: list[Markup], certificate: bytes | None = None
) -> Markup:
    """A claim with its verdict, and what that rests on."""
    link = None
    if certificate is not None:
        slug = "-".join(claim.replace("↔", " ").split())
        link = element("p", download(f"certificate-{slug}.json", certificate, "certificate"))
    head = element("h3", claim, ": ", _word(word, shown))
    return element("article", head, *parts, link, class_=f"verdict {word.split()[0]}")


def _word(word: str, shown: str = "") -> Markup:
    kind = word.split()[0]
    return element("strong", shown or word, title=MEANINGS[word], tabindex=0, class_=f"word {kind}")


def counterexample_rows(example: Counterexample) -> list[tuple[str, str]]:
    """The point, and both values there."""
    fields = example.to_json()
    rows = [
        (name, sentences.with_decimal(value))
        for name, value in [*fields["point"].items()][:_MOST_INPUTS]
    ]
    more = len(fields["point"]) - len(rows)
    rows += [("…", f"and {more} more inputs")] if more > 0 else []
    return [
        *rows,
        ("left", sentences.with_decimal(fields["left"])),
        ("right", sentences.with_decimal(fields["right"])),
    ]


def _counterexample(example: Counterexample, claim: Claim | None) -> Iterator[Markup]:
    """The counterexample, and the command that judges it again."""
    yield element("p", f"Counterexample, checked in {example.checked_in}:")
    yield pairs_table(counterexample_rows(example))
    if claim is not None:
        words = shlex.join(counterexample_words(claim, example))
        if len(words) <= _LONGEST_COMMAND:
            yield element("p", "Judged again at this point by:")
            yield command(words)


def _differences(verdict: SequenceVerdict, left: str, right: str) -> Iterator[Markup]:
    """Prompts that are answered otherwise, the shortest first, and how many more there are."""
    if verdict.counterexample is not None and verdict.wrong is None:
        yield wrong_table([verdict.counterexample], left, right)
    for what, found in (
        ("answered otherwise", verdict.wrong),
        ("taken for errors", verdict.errors),
    ):
        if found is not None:
            more = found.count - len(found.few)
            yield element(
                "p", f"{what.capitalize()}{f', the shortest of {found.count:,}' if more else ''}:"
            )
            yield wrong_table(found.few, left, right)


def wrong_table(
    examples: Sequence[WrongAnswer], left: str = "left", right: str = "right"
) -> Markup:
    """Prompts, and what both sides answer."""
    rows = []
    for one in examples:
        unseen = f"(the token {one.unseen} was never seen in training)"
        said = programs.spelled(one.left) if one.unseen is None else unseen
        rows.append((programs.spelled(one.prompt), said, programs.spelled(one.right)))
    return table(("prompt", left, right), rows)


def pairs_table(rows: Iterable[tuple[str, str]]) -> Markup:
    """A name and a value a row."""
    lines = [element("tr", element("th", name), element("td", text)) for name, text in rows]
    return element("div", element("table", *lines), class_="scroll")
