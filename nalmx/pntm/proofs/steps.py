"""One token of an answer, for all prompts at once: what a machine says, and what taking it in does."""

from __future__ import annotations

from collections.abc import Iterator

from ..machine import BLANK, ROW
from .abstract_tapes import AbstractTapes, Unsupported
from .linear import minus, plus
from .proof import BEFORE, LOST, Form, Memory, Place, Situation
from .semantics import Semantics
from .situations import NO_MEMORY, Oracle, Path, Said


class Steps:
    """The steps of one machine that should follow one specification."""

    def __init__(self, abstract: AbstractTapes, memory: Memory = NO_MEMORY) -> None:
        self.abstract = abstract
        self.memory = memory
        self.semantics = Semantics(abstract, memory)
        self._machine = abstract.machine
        self._one = abstract.fixed(1)
        self._echoes = abstract.echoes
        vocabulary = abstract.machine.vocabulary
        self.answers = {t: vocabulary.equals + 1 + k for k, t in enumerate(vocabulary.answer)}

    def begin(self, oracle: Oracle) -> Iterator[tuple[Situation, Path, dict[int, Form]]]:
        """The situations right after `=`, with the values of the variables there."""
        abstract = self.abstract
        for register in sorted(abstract.ends):
            for path, echoes in self._first_echoes(oracle, Path(), abstract.tapes):
                updates = {abstract.variable("i"): self._one, abstract.variable("r"): self._one}
                for tape in abstract.tapes:
                    updates[abstract.variable(f"q{tape + 1}")] = abstract.heads[tape]
                    updates[abstract.variable(f"e{tape + 1}")] = abstract.fixed(0)
                    updates[abstract.variable(f"i{tape + 1}")] = self._one
                    updates[abstract.variable(f"r{tape + 1}")] = self._one
                token = self._machine.vocabulary.equals
                yield Situation(self.semantics.start, register, token, echoes), path, updates

    def _first_echoes(
        self, oracle: Oracle, path: Path, tapes: tuple[int, ...]
    ) -> Iterator[tuple[Path, tuple[Place | str | int, ...]]]:
        if not tapes:
            yield path, ()
            return
        over = minus(self.abstract.heads[tapes[0]], self._filled(tapes[0]))
        for known, echo in self._enters(oracle, path, tapes[0], over):
            for rest, others in self._first_echoes(oracle, known, tapes[1:]):
                yield rest, (echo, *others)

    def _enters(
        self, oracle: Oracle, path: Path, tape: int, over: Form
    ) -> Iterator[tuple[Path, Place | str]]:
        """What a read head is at that stands `over` cells behind what the prompt left on a tape."""
        if not self._follows(tape):
            yield path, BEFORE
            return
        fixed = self.abstract.fixed
        branches = (
            (BEFORE, (minus(fixed(0), over),)),
            (self.semantics.start, (minus(over, fixed(1)), minus(fixed(1), over))),
            (LOST, (minus(over, fixed(2)),)),
        )
        for echo, guards in branches:
            known = oracle.assume(path, *guards)
            if known is not None:
                yield known, echo

    def _several(self, tape: int) -> bool:
        """Whether what is said leaves different symbols on a tape; else no more need be known."""
        return len(frozenset().union(*self._echoes[tape].values())) > 1

    def _follows(self, tape: int) -> bool:
        return self.memory.echoes == "follow" and self._several(tape) and self._by_token(tape)

    def _by_token(self, tape: int) -> bool:
        """Whether a tape keeps a token always or never, whatever the register is."""
        abstract, outputs = self.abstract, self._machine.vocabulary.outputs
        kept = (
            {abstract.effect(row, tape).symbol is None for row in abstract.answer_rows(token)}
            for token in outputs
            if token != self._machine.vocabulary.end
        )
        return all(len(ways) <= 1 for ways in kept)

    def _filled(self, tape: int) -> Form:
        """How many cells of a tape a prompt fills."""
        stretches = self.abstract.stretches[tape]
        return stretches[-1].high if stretches else self.abstract.fixed(0)

    def answers_of(self, oracle: Oracle, path: Path, now: Situation) -> Iterator[tuple[int, Path]]:
        """The symbols that the table can give; −1 where it has no entry."""
        row = now.register * self._machine.vocabulary.size + now.token
        yield from self._look(oracle, path, now, row, 0, {})

    def _look(
        self,
        oracle: Oracle,
        path: Path,
        now: Situation,
        row: int,
        at: int,
        seen: dict[int, int],
    ) -> Iterator[tuple[int, Path]]:
        node = self._machine.table[at]
        if node.answer is not None:
            yield node.answer, path
            return
        if node.tape == ROW:
            choices: Iterator[tuple[int, Path]] = iter([(row, path)])
        elif node.tape in seen:
            choices = iter([(seen[node.tape], path)])
        else:
            choices = self._symbols(oracle, path, now, node.tape)
        branches = dict(node.branches)
        for symbol, known in choices:
            child = branches.get(symbol, node.otherwise)
            if child is None:
                yield -1, known
                continue
            more = seen if node.tape == ROW else {**seen, node.tape: symbol}
            yield from self._look(oracle, known, now, row, child, more)

    def _symbols(
        self, oracle: Oracle, path: Path, now: Situation, tape: int
    ) -> Iterator[tuple[int, Path]]:
        """What a read head can see."""
        abstract = self.abstract
        head, written = abstract.form(f"q{tape + 1}"), abstract.form(f"e{tape + 1}")
        known = oracle.assume(path, minus(abstract.fixed(0), head))
        if known is not None:
            yield BLANK, known
        for stretch in abstract.stretches[tape]:
            known = oracle.assume(path, minus(head, stretch.low, 1), minus(stretch.high, head))
            if known is None:
                continue
            if isinstance(stretch.content, frozenset):
                yield from ((symbol, known) for symbol in sorted(stretch.content))
                continue
            rows = abstract.blocks[stretch.content.block].of(stretch.content)
            index = minus(head, stretch.low)
            for row, reading in oracle.read(known, stretch.content, index, rows):
                symbol = abstract.effect(row, tape).symbol
                assert symbol is not None
                yield symbol, reading
        filled = self._filled(tape)
        known = oracle.assume(path, minus(head, filled, 1), minus(plus(filled, written), head))
        if known is not None:
            yield from self._echoed(oracle, known, now, tape)
        known = oracle.assume(path, minus(head, plus(filled, written), 1))
        if known is not None:
            yield BLANK, known

    def _echoed(
        self, oracle: Oracle, path: Path, now: Situation, tape: int
    ) -> Iterator[tuple[int, Path]]:
        """What a read head can see of what was said."""
        abstract, echoes = self.abstract, self._echoes[tape]
        place = now.echoes[abstract.tapes.index(tape)]
        if isinstance(place, int):
            end = plus(self._filled(tape), abstract.form(f"e{tape + 1}"))
            head = abstract.form(f"q{tape + 1}")
            known = oracle.assume(path, minus(head, end))
            if known is not None:
                yield place, known
            known = oracle.assume(path, minus(end, head, 1))
            if known is None:
                return
            path = known
        if not isinstance(place, Place):
            every = frozenset().union(*echoes.values())
            yield from ((symbol, path) for symbol in sorted(every))
            return
        for said in self._appended(oracle, path, place, tape):
            if said.token is not None:
                yield from ((symbol, said.path) for symbol in sorted(echoes[said.token]))

    def _appended(self, oracle: Oracle, path: Path, place: Place, tape: int) -> Iterator[Said]:
        """What is said next, from a place on, of what a tape keeps."""
        i, r = (self.abstract.form(f"{name}{tape + 1}") for name in "ir")
        waiting = [Said(path, "", place, i, r)]
        # Each round passes over one token that the tape does not keep; a pass of them has no end.
        for _ in range(self.semantics.instructions + 1):
            following = [
                one
                for known in waiting
                for one in self.semantics.said(oracle, known.path, known.place, known.i, known.r)
            ]
            yield from (s for s in following if s.token is None or s.token in self._echoes[tape])
            waiting = [
                s for s in following if s.token is not None and s.token not in self._echoes[tape]
            ]
            if not waiting:
                return
        raise Unsupported(f"tape {tape + 1}: it keeps too little of what is said to follow it")

    def after(
        self, oracle: Oracle, now: Situation, said: Said
    ) -> Iterator[tuple[Situation, Path, dict[int, Form]]]:
        """The situations after a token is taken in, with the new values of the variables."""
        abstract = self.abstract
        token = self.answers[said.token or ""]
        register = int(self._machine.register[now.register, token])
        row = register * self._machine.vocabulary.size + token
        updates = {abstract.variable("i"): said.i, abstract.variable("r"): said.r}
        for tape in abstract.tapes:
            effect = abstract.effect(row, tape)
            head, written = abstract.form(f"q{tape + 1}"), abstract.form(f"e{tape + 1}")
            moved = plus(head, abstract.fixed(effect.move))
            updates[abstract.variable(f"q{tape + 1}")] = (
                moved if effect.jump is None else abstract.fixed(effect.jump)
            )
            if effect.symbol is not None:
                updates[abstract.variable(f"e{tape + 1}")] = plus(written, self._one)
        for path, echoes, more in self._next_echoes(oracle, said.path, now, row, abstract.tapes):
            yield Situation(said.place, register, token, echoes), path, {**updates, **more}

    def _next_echoes(
        self, oracle: Oracle, path: Path, now: Situation, row: int, tapes: tuple[int, ...]
    ) -> Iterator[tuple[Path, tuple[Place | str | int, ...], dict[int, Form]]]:
        if not tapes:
            yield path, (), {}
            return
        tape = tapes[0]
        for known, echo, updates in self._next_echo(oracle, path, now, row, tape):
            for rest, others, more in self._next_echoes(oracle, known, now, row, tapes[1:]):
                yield rest, (echo, *others), {**updates, **more}

    def _next_echo(
        self, oracle: Oracle, path: Path, now: Situation, row: int, tape: int
    ) -> Iterator[tuple[Path, Place | str | int, dict[int, Form]]]:
        abstract = self.abstract
        effect = abstract.effect(row, tape)
        echo = now.echoes[abstract.tapes.index(tape)]
        i, r = abstract.variable(f"i{tape + 1}"), abstract.variable(f"r{tape + 1}")
        begin = {i: self._one, r: self._one}
        if not self._follows(tape):
            last = self.memory.echoes == "last" and self._several(tape)
            yield path, effect.symbol if last and effect.symbol is not None else echo, {}
        elif effect.jump is not None or (echo == BEFORE and effect.move != 0):
            head = plus(abstract.form(f"q{tape + 1}"), abstract.fixed(effect.move))
            head = head if effect.jump is None else abstract.fixed(effect.jump)
            over = minus(head, self._filled(tape))
            yield from ((p, e, begin) for p, e in self._enters(oracle, path, tape, over))
        elif effect.move == 0 or echo == LOST:
            yield path, echo, {}
        elif effect.move == 1 and isinstance(echo, Place):
            for said in self._appended(oracle, path, echo, tape):
                if said.token is None:
                    yield said.path, LOST, begin
                else:
                    yield said.path, said.place, {i: said.i, r: said.r}
        else:
            yield path, LOST, begin
