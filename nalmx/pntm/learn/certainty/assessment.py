"""How sure examples make a machine that answers all of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ...machine import Machine, accuracy
from ...tasks import Example, Tokens
from ...transducer import Transducer, difference
from ..discrete.data import Streams, first_questions
from ..discrete.judge import coder_of
from ..merged import merged_machine, shown
from .automata import automaton_of, neighbours, size_of_transducer
from .probes import Shape, near_probes, wide_probes
from .rules import fitting_rules
from .tapes import other_machines
from .unseen import Coverage, Unseen

NEAR, WIDE = 300, 500  # probes
_LARGER, _MORE = 1.25, 8.0  # a rival may take this much more to tell: a factor, and nats
_TAPE = 8.0  # nats to tell a tape from the others of a library
_COMPARED = 60  # of the neighbours of an automaton that fit
_SURVIVING = 0.03  # of all neighbours may fit: a few do by chance
_UNSHOWN = 0.08  # of near probes may need what was never seen: prompts that cannot occur do
_QUESTIONS, _MANY = 3_000, 20_000
_OFTEN = 5  # prompts that hold a token, where they are many: what a token does must show
_WORTH = 2.0  # times the machine, what the answers must take to tell
_STEPS = 30_000  # prompt tokens, for what was seen
_ASKED_OF = 24  # rivals, for what to ask
ASKED = 100  # prompts


@dataclass(frozen=True, eq=False)
class Rival:
    """Another machine or rule that answers every example, and the shortest prompt found to which
    it says something else than the machine."""

    words: str
    answer: Callable[[Tokens], Tokens | None]
    size: float  # nats to tell it
    prompt: Tokens
    says: Tokens
    machine_says: Tokens


@dataclass(frozen=True, eq=False)
class Certainty:
    """How sure examples make a machine.

    `reason` says why they do not determine it; None where they do. `unseen` has what prompts like
    those given need that none of them needs, each with the shortest such prompt; `implied` counts
    entries that no example shows, but whose parts they do. `ask` has prompts whose answers would
    decide most, the most telling ones first.
    """

    reason: str | None = None
    rivals: tuple[Rival, ...] = ()
    unseen: tuple[tuple[Unseen, Tokens], ...] = ()
    implied: int = 0
    ask: tuple[Tokens, ...] = field(default=(), repr=False)


def size_of(machine: Machine) -> float:
    """Nats to tell a machine: its tapes, its register, and where each way in its table leads."""
    ways = sum(len(node.children) for node in machine.table)
    register = machine.states * len(machine.vocabulary.prompt) * math.log(machine.states)
    return _TAPE * machine.tapes + ways * math.log(1 + len(machine.table)) + register


def assess(
    machine: Machine,
    examples: Sequence[Example],
    *,
    stop_requested: Callable[[], bool] = lambda: False,
) -> Certainty:
    """How sure examples make a machine that answers all of them; after a stop, what is known.

    Rivals are simple rules, automata that differ in one thing from one that fits, and the machine
    with another tape in the place of one. They count where they take not much more to tell.
    """
    return _Assessment(machine, examples, stop_requested).certainty()


class _Assessment:
    """A machine, its examples, and what it says to probes."""

    def __init__(
        self, machine: Machine, examples: Sequence[Example], stop: Callable[[], bool]
    ) -> None:
        self._machine, self._examples, self._stop = machine, examples, stop
        self._shape = Shape.of(examples)
        # Pumped prompts are twice as long, and so may answers be, or a little more.
        self._limit = 10 + 3 * max(len(example.answer) for example in examples)
        some = () if machine.vocabulary.silent else self._some()
        self._coverage = Coverage.of(machine, some, self._limit)
        self._near, self._wide = near_probes(self._shape, NEAR), wide_probes(self._shape, WIDE)
        self._said: dict[Tokens, Tokens | None] = {}
        self._needs: dict[Tokens, set[Unseen]] = {}

    def certainty(self) -> Certainty:
        """Everything found, in one record."""
        if self._machine.vocabulary.silent:  # what its answers rest on is judged where it was found
            simple = tuple(self._simple(_LARGER * size_of(self._machine) + _MORE))
            return Certainty(self._reason_of(simple), simple)
        implied: set[object] = set()
        unseen: dict[Unseen, Tokens] = {}
        for probe in self._near:
            if self._stop():
                return Certainty()
            self._needs[probe], new = self._coverage.unseen(probe)
            implied |= new
            for one in sorted(self._needs[probe], key=str):
                unseen.setdefault(one, probe)
        rivals = sorted(self._rivals(), key=lambda r: (len(r.prompt), r.size, r.words, r.prompt))
        ask = self._asked(rivals)
        return Certainty(
            self._reason(rivals), tuple(rivals), tuple(unseen.items()), len(implied), ask
        )

    def _some(self) -> Iterator[Tokens]:
        left = _STEPS
        for prompt in self._shape.prompts:
            if left <= 0 or self._stop():
                break
            left -= len(prompt)
            yield prompt

    def _says(self, prompt: Tokens) -> Tokens | None:
        if prompt not in self._said:
            self._said[prompt] = self._machine.decode(prompt, self._limit + 3 * len(prompt))
        return self._said[prompt]

    def _rivals(self) -> Iterator[Rival]:
        most = _LARGER * size_of(self._machine) + _MORE
        probes = self._probes
        yield from self._simple(most)
        yield from self._automata(most)
        # What needs more than was seen differs anyhow, and says nothing about tapes.
        like = [p for p in probes if self._shape.has_pairs_of(p) and not self._needed(p)]
        new = [Example(p, said) for p in like if (said := self._says(p)) is not None]
        some = first_questions(self._examples, _QUESTIONS)
        for machine, dearer in other_machines(self._machine, self._examples, new, self._stop):
            if accuracy(machine, some) == 1 == accuracy(machine, self._examples[len(some) :]):
                yield from self._compared(
                    "the machine with another tape",
                    machine.decode,
                    size_of(self._machine) + dearer,
                    like,
                )

    @property
    def _probes(self) -> list[Tokens]:
        return sorted(dict.fromkeys([*self._wide, *self._near]), key=len)

    def _simple(self, most: float) -> Iterator[Rival]:
        """Simple rules that fit all examples."""
        for rule in fitting_rules(self._shape, self._examples):
            if rule.size <= most and not self._stop():
                yield from self._compared(rule.words, rule.answer, rule.size, self._probes)

    def _needed(self, probe: Tokens) -> set[Unseen]:
        if probe not in self._needs:
            self._needs[probe] = self._coverage.unseen(probe)[0]
        return self._needs[probe]

    def _needs_more(self, probe: Tokens) -> bool:
        return bool(self._needed(probe))

    def _has_missing(self, probe: Tokens) -> bool:
        return not self._shape.missing.isdisjoint(self._shape.together(probe))

    def _compared(
        self,
        words: str,
        answer: Callable[[Tokens], Tokens | None],
        size: float,
        probes: Sequence[Tokens],
    ) -> Iterator[Rival]:
        """A rival, if it says something else to a probe than the machine."""
        for probe in probes:
            mine, theirs = self._says(probe), answer(probe)
            if mine is not None and theirs is not None and mine != theirs:
                yield Rival(words, answer, size, probe, theirs, mine)
                break

    def _automata(self, most: float) -> Iterator[Rival]:
        automaton = automaton_of(self._machine, self._examples)
        if automaton is None or size_of_transducer(automaton) > most or self._stop():
            return
        around = neighbours(automaton, self._examples)
        divided = [*self._differing(automaton, around.divided[:_COMPARED])]
        part = len(divided) / max(1, min(_COMPARED, len(around.divided)))
        few = part * len(around.divided) <= _SURVIVING * around.tried or self._foretold(automaton)
        # Where a transition leads must be known of each; of what may follow, a little is open by chance.
        redirected = self._differing(automaton, around.redirected[:_COMPARED])
        for other, prompt in [*redirected, *(() if few else divided)]:
            for one in (other, automaton):
                yield from self._compared(
                    f"an automaton of {one.states} states",
                    one.answer,
                    size_of_transducer(one),
                    [prompt],
                )

    def _foretold(self, automaton: Transducer) -> bool:
        """Whether what follows what, where nothing shows it, was foretold as often as a part of it
        may be open (3/n bounds the failures of n without one, 95 %)."""
        found = merged_machine(tuple(self._examples), self._machine.vocabulary)
        return (
            found is not None
            and found.transducer == automaton
            and not found.missed
            and found.foretold * _SURVIVING >= 3
        )

    def _differing(
        self, automaton: Transducer, others: Sequence[Transducer]
    ) -> Iterator[tuple[Transducer, Tokens]]:
        """Those that say something else to a prompt of neighbours that stand beside each other."""
        for one in others:
            prompt = difference(
                automaton, one, lambda before, token: (before, token) in self._shape.bigrams
            )
            if prompt is not None and not self._stop():
                yield one, prompt

    def _reason_of(self, rivals: Sequence[Rival]) -> str | None:
        """Why the examples do not determine the machine, as far as rivals and its size say it."""
        count = len(self._examples)
        every = f"all {count:,} examples" if count > 1 else "the one example"
        if len({example.answer for example in self._examples}) == 1:
            return f"in {every} the answer is the same, so nothing shows when another is due"
        if rivals:
            first = rivals[0]
            others = "1 other rule fits" if len(rivals) == 1 else f"{len(rivals):,} other rules fit"
            return (
                f"{others} {every}; to {shown(first.prompt)} the machine says "
                f"{shown(first.machine_says)}, and {shown(first.says)} would be said by "
                f"{first.words}"
            )
        often = Counter(token for prompt in self._shape.prompts for token in set(prompt))
        token = min(often, key=lambda token: (often[token], token))
        if self._machine.tapes and often[token] < _OFTEN and count / len(often) > _OFTEN:
            held = f"{often[token]}, and less than {_OFTEN} is little"
            return f"hardly a prompt holds {shown((token,))}: {held}"
        some = Streams.of(first_questions(self._examples, _MANY), self._machine.vocabulary)
        if _WORTH * size_of(self._machine) > coder_of(some).whole().cost:
            return f"the machine takes about as much to tell as the answers of {every}"
        return None

    def _reason(self, rivals: Sequence[Rival]) -> str | None:
        """Why the examples do not determine the machine, in a line."""
        if (reason := self._reason_of(rivals)) is not None:
            return reason
        lacking: dict[str, Callable[[Tokens], bool]] = {
            "need what no example shows": self._needs_more,
            "hold tokens at the same place of two parts that never stand there together": (
                self._has_missing
            ),
        }
        for what, lacks in lacking.items():
            for kind, probes in {
                "those given": self._near,
                "a given one changed": self._wide,
            }.items():
                found = [probe for probe in probes if lacks(probe)]
                if len(found) > _UNSHOWN * len(probes):
                    return (
                        f"{100 * len(found) / len(probes):.0f} % of prompts like {kind} {what}, "
                        f"the shortest of them {shown(found[0])}"
                    )
        return None

    def _asked(self, rivals: Sequence[Rival]) -> tuple[Tokens, ...]:
        """Prompts by how evenly the answers of machine and rivals are divided; then those that need
        what was never seen, those unlike any given, and the short ones first."""
        every = [*(r.prompt for r in rivals), *self._near, *self._wide]
        step = max(1, len(rivals) // _ASKED_OF)
        some = rivals[::step][:_ASKED_OF]
        least = min([size_of(self._machine), *(r.size for r in some)])
        weights = [math.exp((least - r.size) / _MORE) for r in some]

        def rank(prompt: Tokens) -> tuple[float, int, int, int, Tokens]:
            weight = Counter[Tokens | None]()
            if some:
                weight[self._says(prompt)] += 1.0  # type: ignore[assignment]
            for rival, its in zip(some, weights, strict=True):
                weight[rival.answer(prompt)] += its  # type: ignore[assignment]
            whole = sum(weight.values())
            entropy = -sum(w / whole * math.log(w / whole) for w in weight.values())
            needs = len(self._needs.get(prompt, ()))
            like = self._shape.has_pairs_of(prompt)
            return -round(entropy, 1), -needs, like, len(prompt), prompt

        ranked = []
        for prompt in dict.fromkeys(every):
            if self._stop():
                break
            ranked.append(rank(prompt))
        return tuple(key[-1] for key in sorted(ranked)[:ASKED])
