"""Look for a proof: invariants that hold on short prompts, less those that do not follow in general.

What is looked at is never believed: the proof that comes out is checked (`checking`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from ...clock import look
from ...errors import SettingError
from ..machine import Machine
from ..tasks.specification import Block, Specification
from ..tasks.tokens import Tokens
from .abstract_tapes import AbstractTapes, Unsupported, Word, abstract_tapes_of
from .induction import TOO_DEEP, gaps
from .linear import constant, minus, plus, tightened, times, value
from .proof import Contradiction, Form, Gap, Invariants, Memory, Place, Proof, Situation
from .situations import Path
from .steps import Steps

_LONGEST = 7
_PROMPTS = 400
_MOST_VECTORS = 200
_NEAR = 3  # bounds further away than this are chance
_MOST_ROUNDS = 200
_MEMORIES = tuple(
    Memory(tokens, echoes) for tokens in (False, True) for echoes in ("nothing", "last", "follow")
)


class _OnePrompt:
    """The oracle of a single prompt: what holds of it."""

    def __init__(self, words: dict[Word, list[int]], values: list[int]) -> None:
        self._words = words
        self.values = values

    def assume(self, path: Path, *guards: Form) -> Path | None:
        return path if all(value(guard, self.values) >= 0 for guard in guards) else None

    def read(
        self, path: Path, word: Word, index: Form, rows: Sequence[int]
    ) -> Iterator[tuple[int, Path]]:
        yield self._words[word][value(index, self.values) - 1], path


def find_proof(
    machine: Machine,
    specification: Specification,
    *,
    seed: int = 0,
) -> Proof | Gap:
    """A proof that a machine says what is specified after prompts of every length, or why not."""
    try:
        abstract = abstract_tapes_of(machine, specification)
    except Unsupported as reason:
        return Gap(str(reason))
    gap: Gap | None = None
    for memory in _MEMORIES:
        found = _proof(Steps(abstract, memory), seed)
        if isinstance(found, Proof):
            return found
        gap = gap or found
    assert gap is not None
    return gap


def _proof(steps: Steps, seed: int) -> Proof | Gap:
    """A proof with the memory of these steps; invariants that do not follow are dropped until all do."""
    try:
        met = _met(steps, np.random.default_rng(seed))
        kinds: dict[object, set[tuple[int, ...]]] = {}
        for now, vectors in met.items():
            kinds.setdefault(_kind(steps, now), set()).update(vectors)
        invariants = {kind: _guessed(steps.abstract, vectors) for kind, vectors in kinds.items()}
        situations = set(met)
        for _ in range(_MOST_ROUNDS):
            proof = {now: invariants[_kind(steps, now)] for now in situations}
            noted: dict[Contradiction, None] = {}
            found = list(_until_wrong(gaps(steps, proof, noted), steps, proof, invariants))
            if not found:
                return Proof(proof, steps.memory, tuple(noted))
            dropped: dict[object, set[Form]] = {}
            for gap in found:
                if gap.situation is None:
                    return gap
                if gap.invariants:
                    dropped.setdefault(_kind(steps, gap.situation), set()).update(gap.invariants)
                else:
                    situations.add(gap.situation)
            for kind, gone in dropped.items():
                invariants[kind] = tuple(form for form in invariants[kind] if form not in gone)
    except Unsupported as reason:
        return Gap(str(reason))
    except RecursionError:
        return Gap(TOO_DEEP)
    return Gap("invariants that hold at every step were not found")


def _until_wrong(
    found: Iterable[Gap],
    steps: Steps,
    proof: dict[Situation, Invariants],
    invariants: dict[object, Invariants],
) -> Iterator[Gap]:
    """The gaps of a proof; last, without its situation, one that no other invariants can close."""
    for gap in found:
        new = gap.situation is not None and gap.situation not in proof
        if gap.invariants or (new and _kind(steps, gap.situation) in invariants):
            yield gap
        else:
            yield Gap(gap.reason)
            return


def _met(steps: Steps, random: np.random.Generator) -> dict[Situation, set[tuple[int, ...]]]:
    """The situations that short prompts lead to, with the values of the variables there."""
    met: dict[Situation, set[tuple[int, ...]]] = {}
    for prompt in _prompts(steps.abstract.specification, random):
        look()
        _follow(steps, prompt, met)
    return met


def _kind(steps: Steps, now: Situation | None) -> object:
    """Situations in which the same invariants are tried."""
    assert now is not None
    first = now.token == steps.abstract.machine.vocabulary.equals
    return _bare(now.place), tuple(map(_bare, now.echoes)), first


def _bare(place: Place | str | int) -> object:
    if isinstance(place, Place):
        return place.at, tuple(row is None for row in place.rows)
    return place if isinstance(place, str) else None


def _prompts(specification: Specification, random: np.random.Generator) -> Iterator[Tokens]:
    """Prompts of the shape, short ones of all lengths."""
    for _ in range(_PROMPTS):
        prompt: list[str] = []
        for part in specification.shape:
            if isinstance(part, Block):
                length = int(random.integers(part.least, part.least + _LONGEST - 1, endpoint=True))
                few = random.integers(1, len(part.tokens), endpoint=True)
                some = random.permutation(len(part.tokens))[:few]
                prompt += [part.tokens[some[k]] for k in random.integers(few, size=length)]
            else:
                prompt.append(part)
        try:
            words = specification.words(tuple(prompt))
        except SettingError:  # a block that ends before one of its tokens
            continue
        if all(len(words[a]) <= len(words[b]) for a, b in specification.no_longer):
            yield tuple(prompt)


def _follow(steps: Steps, prompt: Tokens, met: dict[Situation, set[tuple[int, ...]]]) -> None:
    """Note the values of the variables in all situations that a prompt leads to."""
    abstract = steps.abstract
    oracle = _OnePrompt(*_read(abstract, prompt))
    following = list(steps.begin(oracle))
    register = _register(abstract, prompt)
    now, _, updates = next(one for one in following if one[0].register == register)
    while True:
        new = [value(form, oracle.values) for form in _all(abstract.size, updates)]
        oracle.values = new
        vectors = met.setdefault(now, set())
        if len(vectors) < _MOST_VECTORS:
            vectors.add(tuple(new))
        said = next(steps.semantics.next_said(oracle, now))
        if said.token is None or said.token not in steps.answers:
            return
        now, _, updates = next(steps.after(oracle, now, said))


def _register(abstract: AbstractTapes, prompt: Tokens) -> int:
    state = 0
    for symbol in abstract.machine.vocabulary.encode_prompt(prompt).tolist():
        state = int(abstract.machine.register[state, symbol])
    return state


def _read(abstract: AbstractTapes, prompt: Tokens) -> tuple[dict[Word, list[int]], list[int]]:
    """The rows of every word, and the values of the variables, which are 0 but for the counts."""
    machine = abstract.machine
    size = machine.vocabulary.size
    values = [0] * (abstract.size - 1)
    rows: list[list[int]] = []
    state = at = 0
    words = abstract.specification.words(prompt)
    number = 0
    for part in abstract.specification.shape:
        length = len(words[number]) if isinstance(part, Block) else 1
        found = []
        for token in prompt[at : at + length]:
            symbol = machine.vocabulary.prompt.index(token)
            state = int(machine.register[state, symbol])
            found.append(state * size + symbol)
        at += length
        if isinstance(part, Block):
            letters = abstract.blocks[number]
            for row in found:
                values[letters.counts[letters.classes[row]] - 1] += 1
            rows.append(found)
            number += 1
    return _Words(abstract, rows), values


class _Words(dict[Word, list[int]]):
    """The rows of words, made when they are first asked for."""

    def __init__(self, abstract: AbstractTapes, rows: list[list[int]]) -> None:
        super().__init__()
        self._image, self._rows = abstract, rows

    def __missing__(self, word: Word) -> list[int]:
        classes = self._image.blocks[word.block].classes
        found = [row for row in self._rows[word.block] if classes[row] in word.classes]
        self[word] = found
        return found


def _all(size: int, updates: dict[int, Form]) -> list[Form]:
    return [updates.get(at, tuple(int(at == j) for j in range(size))) for at in range(1, size)]


def _guessed(abstract: AbstractTapes, vectors: set[tuple[int, ...]]) -> Invariants:
    """Equations and bounds that hold at all values met."""
    rows = sorted(vectors)
    invariants: list[Form] = []
    equations = _equations(rows)
    for form in equations:
        invariants += [form, times(-1, form)]
    # Measures that differ by equations say the same.
    for form in dict.fromkeys(_modulo(form, equations) for form in _measures(abstract)):
        if not any(form[1:]):
            continue
        found = [value(form, row) for row in rows]
        least, most = min(found), max(found)
        if abs(least) <= _NEAR:
            invariants.append(minus(form, constant(least, abstract.size)))
        if abs(most) <= _NEAR:
            invariants.append(minus(constant(most, abstract.size), form))
    return tuple(dict.fromkeys(invariants))


def _measures(abstract: AbstractTapes) -> Iterator[Form]:
    """What bounds are tried on: distances between places and ends."""
    lengths = []
    for block, letters in enumerate(abstract.blocks):
        classes = range(len(letters.counts))
        lengths.append(abstract.length(Word(block, frozenset(classes))))
        lengths += [abstract.length(Word(block, frozenset({k}))) for k in classes]
    places = [abstract.form(name) for name in "ir"]
    for tape in abstract.tapes:
        places += [abstract.form(f"{name}{tape + 1}") for name in "ir"]
    for place in places:
        yield place
        for length in dict.fromkeys(lengths):
            yield minus(length, place)
    for tape in abstract.tapes:
        head, written = abstract.form(f"q{tape + 1}"), abstract.form(f"e{tape + 1}")
        stretches = abstract.stretches[tape]
        filled = stretches[-1].high if stretches else abstract.fixed(0)
        yield from (head, written, minus(head, filled), minus(plus(filled, written), head))
        yield from (minus(head, stretch.low) for stretch in stretches)
        yield from (minus(a, abstract.form(n)) for a, n in ((head, "i"), (written, "i")))
    yield from (minus(a, b) for a in places for b in places if a < b)


def _modulo(form: Form, equations: Sequence[Form]) -> Form:
    """A form less multiples of equations, so that their last variables are gone."""
    for equation in equations:
        last = max(j for j, entry in enumerate(equation) if entry)
        if form[last]:
            factor, own = equation[last], form[last]
            sign = 1 if factor > 0 else -1
            form = tightened(plus(times(abs(factor), form), times(-own * sign, equation)))
    return form


def _equations(rows: Sequence[tuple[int, ...]]) -> list[Form]:
    """Forms that are 0 at all of some values: the null space of (1, values), by elimination."""
    width = len(rows[0]) + 1
    reduced: list[list[Fraction]] = []
    pivots: list[int] = []
    for row in rows:
        new = [Fraction(1), *map(Fraction, row)]
        for pivot, other in zip(pivots, reduced, strict=True):
            if new[pivot]:
                factor = new[pivot]
                new = [a - factor * b for a, b in zip(new, other, strict=True)]
        lead = next((j for j, entry in enumerate(new) if entry), None)
        if lead is None:
            continue
        new = [entry / new[lead] for entry in new]
        reduced = [
            [a - other[lead] * b for a, b in zip(other, new, strict=True)] for other in reduced
        ]
        reduced.append(new)
        pivots.append(lead)
    found = []
    for free in (j for j in range(width) if j not in pivots):
        solution = [Fraction(0)] * width
        solution[free] = Fraction(1)
        for pivot, other in zip(pivots, reduced, strict=True):
            solution[pivot] = -other[free]
        scale = lcm(*(entry.denominator for entry in solution))
        found.append(tightened(tuple(int(entry * scale) for entry in solution)))
    return found
