"""Actions of heads and cells: every interpreter knows each of them or says that it does not."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers_machines import hand_made, random_prompts

from nalmx.errors import RunError
from nalmx.pntm import Vocabulary, action
from nalmx.pntm.action import (
    CELL,
    CODES,
    READ_HEAD,
    WRITE_HEAD,
    Jump,
    Keep,
    Move,
    UnsupportedAction,
    Write,
    coded,
    decoded,
    idle,
    moving,
    writing,
)
from nalmx.pntm.batch import decode_batch
from nalmx.pntm.keys import Keys
from nalmx.pntm.learn.discrete.library import no_tapes, with_hints
from nalmx.pntm.machine import BLANK, Decision, Machine, Runner, longest_answer
from nalmx.pntm.minimise import minimise
from nalmx.pntm.program.diagrams import dot, mermaid, program_lines
from nalmx.pntm.program.form_checks import check_forms
from nalmx.pntm.program.python_code import python_source
from nalmx.pntm.program.read_map import read_maps
from nalmx.pntm.proofs.checking.checker import check_proof
from nalmx.pntm.proofs.proof import Gap, Memory, Proof
from nalmx.pntm.proofs.search import find_proof
from nalmx.pntm.soft.conversion import weights_of
from nalmx.pntm.tasks.specification import Block, Specification, Stream, spell
from nalmx.storage import read_json, write_json

AB = Vocabulary(("a", "b"), ("A", "B"))  # a b = A B end: symbols 0 to 5
BLOCK = frozenset("ab")
PROMPTS = [p for p in random_prompts(hand_made(AB, [Decision(answer=5)]), 0, 40) if p]


@dataclass(frozen=True, slots=True)
class Swap:
    """An action that nobody knows yet."""

    cell: int


SWAP = len(CODES)
# One action of each kind, and who can do it.
ACTIONS = {
    "move": (Move(1), (WRITE_HEAD, READ_HEAD)),
    "jump": (Jump(1), (WRITE_HEAD, READ_HEAD)),
    "keep": (Keep(), (CELL,)),
    "write": (Write(2), (CELL,)),
}
NEW = [(Swap(3), part) for part in (WRITE_HEAD, READ_HEAD, CELL)]


def machine(*does: tuple[int, int, Any]) -> Machine:
    """Says A where it reads what `a` writes, B for what `b` writes, and ends at a blank."""
    table = [Decision(None, 0, ((BLANK, 1), (1, 2)), 3), *(Decision(answer=a) for a in (5, 3, 4))]
    actions = idle(AB.size, 1)
    for row in (0, 1):
        actions[row, 0] = coded(Move(1)), coded(Move(0)), coded(Write(row + 1))
    for row in (3, 4):
        actions[row, 0, READ_HEAD] = coded(Move(1))
    for row, part, act in does:
        actions[row, 0, part] = (SWAP, act.cell) if isinstance(act, Swap) else coded(act)
    made = hand_made(AB, table, starts=((0, 1),))
    return replace(made, actions=actions)


def answers(made: Machine) -> list[Any]:
    return [made.decode(prompt) for prompt in PROMPTS]


# What an interpreter makes of a machine, and whether that is what the machine does.


def run_batch(made: Machine) -> bool:
    return decode_batch(made, PROMPTS, [*map(longest_answer, PROMPTS)]) == answers(made)


def run_minimise(made: Machine) -> bool:
    return answers(minimise(made, Keys.of(made, PROMPTS))) == answers(made)


def run_file(made: Machine) -> bool:
    return np.array_equal(Machine.from_json(made.to_json()).actions, made.actions)


def run_python(made: Machine) -> bool:
    scope: dict[str, Any] = {}
    exec(python_source(made), scope)  # noqa: S102
    pairs = zip(PROMPTS, answers(made), strict=True)
    return all(a is None or scope["program"](list(p)) == list(a) for p, a in pairs)


def run_words(made: Machine) -> bool:
    return all(
        "tape 1" in text for text in ("\n".join(program_lines(made)), mermaid(made), dot(made))
    )


def run_forms(made: Machine) -> bool:
    return bool(read_maps(made, [BLOCK])) and check_forms(made, [BLOCK], PROMPTS[:9]) is None


def run_weights(made: Machine) -> bool:
    weights = weights_of(made)[1]
    shifts = weights["raw_shift"].argmax(-1) - weights["raw_shift"].shape[-1] // 2
    acts = [made.acts(row, 0) for row in range(AB.size)]
    moved = [[0 if isinstance(a, Jump) else a.cells for a in act[:CELL]] for act in acts]
    return bool(shifts.tolist() == moved)


def run_search(made: Machine) -> bool:
    library = with_hints(no_tapes(AB.size), [made], made.register)
    return np.array_equal(library.reads[0], made.actions[:, 0, READ_HEAD])


def run_proof(made: Machine) -> bool:
    copies = Specification((Block(("a", "b")),), (spell(Stream()),))
    found = find_proof(made, copies)
    if isinstance(found, Gap) and "support" in found.reason:
        raise UnsupportedAction(Swap(3), found.reason)
    return isinstance(found, Gap) or check_proof(made, copies, found) is None


def run_checker(made: Machine) -> bool:
    copies = Specification((Block(("a", "b")),), (spell(Stream()),))
    return isinstance(check_proof(made, copies, Proof({}, Memory())), Gap)


def run_runner(made: Machine) -> bool:
    runner = Runner(made)
    heads, cells, read = made.starts[0].tolist(), dict[int, int](), list[bool]()
    for symbol in (0, 1, 2, 3, 4):
        _, reads = runner.take(symbol)
        for head in (WRITE_HEAD, READ_HEAD):
            act = made.acts(symbol, 0)[head]
            heads[head] = act.cell if isinstance(act, Jump) else heads[head] + act.cells
        written = made.acts(symbol, 0).symbol
        if written is not None:
            cells[heads[WRITE_HEAD]] = written
        read.append(reads == [cells.get(heads[READ_HEAD], BLANK)])
    return all(read)


INTERPRETERS: dict[str, Callable[[Machine], bool]] = {
    name.removeprefix("run_"): value
    for name, value in list(globals().items())
    if name.startswith("run_")
}


def test_a_machine_of_an_old_file_is_written_again_bit_for_bit(tmp_path: Path) -> None:
    old = Path(__file__).parents[1] / "old" / "parity" / "machine.json"
    write_json(tmp_path / "again.json", Machine.from_json(read_json(old)).to_json())
    assert (tmp_path / "again.json").read_bytes() == old.read_bytes()


def test_what_a_head_that_jumps_would_move_by_says_nothing() -> None:
    data = machine((2, READ_HEAD, Jump(1))).to_json()
    data["moves"][2][0][1] = 7
    assert Machine.from_json(data).acts(2, 0).read_head == Jump(1)
    data["moves"][2][0][1] = 7.0
    with pytest.raises(RunError, match="damaged"):
        Machine.from_json(data)


def test_every_kind_of_action_is_tried_here() -> None:
    assert {type(act) for act, _ in ACTIONS.values()} == set(CODES.values())


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_every_interpreter_knows_every_action(interpreter: str, name: str) -> None:
    act, parts = ACTIONS[name]
    for part in parts:
        for row in (1, 4):
            assert INTERPRETERS[interpreter](machine((row, part, act)))


@pytest.fixture
def _swap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(action.CODES, SWAP, Swap)  # type: ignore[arg-type]


@pytest.mark.usefixtures("_swap")
@pytest.mark.parametrize(("act", "part"), NEW)
@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_an_interpreter_says_that_it_does_not_support_a_new_action(
    interpreter: str, act: Swap, part: int
) -> None:
    for row in (1, 2, 4):
        with pytest.raises(UnsupportedAction, match="does not support"):
            INTERPRETERS[interpreter](machine((row, part, act)))


@pytest.mark.parametrize("act", [act for act, _ in ACTIONS.values()])
def test_an_action_is_what_its_numbers_say(act: Any) -> None:
    assert decoded(*coded(act)) == act


def test_arrays_of_actions_are_those_of_their_numbers() -> None:
    assert moving([3, -1]).tolist() == [list(coded(Move(3))), list(coded(Move(-1)))]
    assert writing([True, False], 7).tolist() == [list(coded(Write(7))), list(coded(Keep()))]
    assert idle(2).tolist() == [[list(coded(act)) for act in action.IDLE]] * 2
