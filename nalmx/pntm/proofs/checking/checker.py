"""Whether a proof shows that a machine says what is specified, for prompts of every length.

By induction on the tokens of the answer: the invariants of a proof hold after `=`; where they hold, all that
the table can say is what the specification says next; and the invariants of the next situation hold then.
Nothing in a proof is believed. That invariants follow, and that a case cannot be, is shown by multipliers
that the proof holds, and that need only be multiplied and added.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

from ...tasks.specification import Specification
from ..proof import Gap, Place, Proof, Situation
from .cases import Case, in_every_case
from .echoes import Echoes
from .logs import BLANK, ROW, Logs
from .multipliers import Contradictions, Linear, Unproved, must_be_whole
from .saying import Said, Sayer


class Written(Protocol):
    """What can be written as data: a machine, of which nothing else is looked at."""

    def to_json(self) -> dict[str, Any]: ...


def check_proof(machine: Written, specification: Specification, proof: Proof) -> Gap | None:
    """The first gap of a proof; None where the machine says what is specified, for all prompts."""
    try:
        Checker(machine.to_json(), specification, proof).run()
    except Unproved as reason:
        return Gap(str(reason))
    return None


class Checker:
    """One proof, held against the data of a machine and a specification."""

    def __init__(
        self, machine: Mapping[str, Any], specification: Specification, proof: Proof
    ) -> None:
        self._logs = logs = Logs(machine, specification)
        self._specification = specification
        self._sayer = Sayer(logs, proof.memory)
        self._echoes = Echoes(logs, self._sayer, proof.memory)
        self._contradictions = Contradictions(proof.contradictions, logs.size)
        self._answers = {
            token: logs.steps.equals + 1 + k for k, token in enumerate(logs.steps.said)
        }
        self._invariants = {
            now: [Linear(form) for form in invariants]
            for now, invariants in proof.situations.items()
        }
        for form in (form for invariants in proof.situations.values() for form in invariants):
            must_be_whole(form, logs.size)
        self._reached: list[Situation] = []

    def run(self) -> None:
        """Go through all situations that can be reached; `Unproved` where something is not shown."""
        given = list(self._logs.given())
        in_every_case(self._begin, given, self._contradictions)
        for now in self._reached:  # which grows
            known = [*given, *self._invariants[now]]
            for step in (self._says, self._goes_on):
                in_every_case(partial(step, now), known, self._contradictions)

    def _begin(self, case: Case) -> None:
        logs = self._logs
        register = case.choose(sorted(logs.ends))
        echoes = tuple(self._echoes.first(case, tape) for tape in logs.steps.tapes)
        place = Place(state=self._specification.start)
        values = {"i": logs.one, "r": logs.one}
        for tape in logs.steps.tapes:
            values |= {f"q{tape}": logs.heads[tape], f"e{tape}": logs.fixed(0)}
            values |= {f"i{tape}": logs.one, f"r{tape}": logs.one}
        self._arrive(case, Situation(place, register, logs.steps.equals, echoes), values)

    def _arrive(self, case: Case, situation: Situation, values: Mapping[str, Linear]) -> None:
        """Show the invariants of the next situation, with the new values of variables."""
        invariants = self._invariants.get(situation)
        if invariants is None:
            raise Unproved("a situation was not foreseen")
        places = {self._logs.places[name]: form for name, form in values.items()}
        if not all(case.follows(invariant.with_values(places)) for invariant in invariants):
            raise Unproved("an invariant does not follow")
        if situation not in self._reached:
            self._reached.append(situation)

    def _said(self, case: Case, now: Situation) -> Said | None:
        """What is to be said next; None where no prompt of the task comes."""
        i, r = self._logs.variable("i"), self._logs.variable("r")
        self._sayer.remember(case, now.place, i)
        said = self._sayer.next_said(case, now.place, i, r)
        ends_in = self._specification.ends_in
        if said.token is None and ends_in is not None and not ends_in(said.place.state):
            return None
        return said

    def _says(self, now: Situation, case: Case) -> None:
        """Show that the table says what is specified."""
        said = self._said(case, now)
        if said is None:
            return
        steps = self._logs.steps
        wanted = steps.end if said.token is None else self._answers.get(said.token)
        if wanted is None:
            raise Unproved(f"the token {said.token!r} of answers was never seen in training")
        answer = self._answer(case, now)
        if answer != wanted:
            spelled = "nothing" if answer is None else repr(steps.words[answer])
            token = "the end" if said.token is None else repr(said.token)
            raise Unproved(f"{spelled} cannot be ruled out where {token} should be said")

    def _answer(self, case: Case, now: Situation) -> int | None:
        """What the table says in a case; None where it has no entry."""
        steps = self._logs.steps
        seen = {ROW: now.register * steps.size + now.token}
        at: int | None = 0
        while at is not None:
            node = steps.table[at]
            if isinstance(node, int):
                return node
            column, branches, otherwise = node
            if column not in seen:
                seen[column] = self._symbol(case, now, column)
            after = dict(branches).get(seen[column], otherwise)
            if after is not None and after <= at:
                raise Unproved("the table of the machine goes round in a circle")
            at = after
        return None

    def _symbol(self, case: Case, now: Situation, tape: int) -> int:
        """What the read head of a tape is at."""
        logs = self._logs
        head = logs.variable(f"q{tape}")
        if case.holds(-1 * head):
            return BLANK
        for stretch in logs.stretches[tape]:
            if case.holds(stretch.high - head):
                if isinstance(stretch.content, frozenset):
                    return case.choose(sorted(stretch.content))
                rows = logs.rows_of(stretch.content)
                row = case.read(stretch.content, head - stretch.low, rows)
                return logs.steps.effect(row, tape).symbol or BLANK
        if case.holds(logs.filled[tape] + logs.variable(f"e{tape}") - head):
            return self._echoes.read(case, now, tape)
        return BLANK

    def _goes_on(self, now: Situation, case: Case) -> None:
        """Show what the proof says of the situation after the token that is said."""
        said = self._said(case, now)
        if said is None or said.token is None:
            return
        logs = self._logs
        token = self._answers[said.token]
        row = logs.steps.row(now.register, token)
        values = {"i": said.i, "r": said.r}
        echoes = []
        for tape in logs.steps.tapes:
            move, jump, symbol = logs.steps.effect(row, tape)
            head, written = logs.variable(f"q{tape}"), logs.variable(f"e{tape}")
            values[f"q{tape}"] = head + move if jump is None else logs.fixed(jump)
            values[f"e{tape}"] = written if symbol is None else written + 1
            echo, values[f"i{tape}"], values[f"r{tape}"] = self._echoes.next(case, now, row, tape)
            echoes.append(echo)
        register = row // logs.steps.size
        self._arrive(case, Situation(said.place, register, token, tuple(echoes)), values)
