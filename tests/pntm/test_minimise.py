"""Minimised machines: nothing is left that no answer needs, and every answer is the same."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from helpers_machines import changed
from helpers_pytest import thinned

from nalmx.pntm import Vocabulary
from nalmx.pntm.keys import Keys
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.machine import BLANK, ROW, STAY, Decision, Machine
from nalmx.pntm.minimise import _Search, minimise
from nalmx.pntm.tasks import sequence_task

A, B, END = 3, 4, 5  # answer tokens; in prompts a is 0, b is 1, and = is 2
PROMPTS = [prompt for length in range(6) for prompt in product("ab", repeat=length)]
COPY = (Decision(None, 0, ((1, 1), (2, 2)), 3), *(Decision(answer=t) for t in (A, B, END)))


def made(table=COPY, tapes=1, states=1, register=None):
    """A machine that writes 1 for a and 2 for b from cell 1 on, and reads them in the answer."""
    rows = 6 * states
    moves, writes = np.zeros((rows, tapes, 2), np.int64), np.full((rows, tapes), STAY)
    for start in range(0, rows, 6):
        moves[start : start + 2, :, 0] = 1
        moves[start + A : start + END, :, 1] = 1
        writes[start], writes[start + 1] = 1, 2
    return Machine.of_arrays(
        Vocabulary(("a", "b"), ("A", "B")),
        np.zeros((1, 6), np.int64) if register is None else np.array(register),
        moves,
        np.full_like(moves, STAY),
        np.array([[0, 1]] * tapes),
        writes,
        tuple(table),
    )


def minimised(machine, prompts=PROMPTS, limit=None):
    """The minimised machine, once it is known to answer the same, also after it was saved."""
    small = minimise(machine, Keys.of(machine, prompts, limit))
    small = Machine.from_json(small.to_json())
    for prompt in prompts:
        assert small.decode(prompt, limit) == machine.decode(prompt, limit)
    return small


def on_tape(table, tape):
    return [Decision(n.answer, tape, n.branches, n.otherwise) for n in table]


@pytest.mark.parametrize("tapes", [3, 10])
def test_a_tape_nobody_reads_is_dropped(tapes):
    machine = made(on_tape(COPY, 1), tapes)
    # On the other tapes a and b look alike.
    machine = changed(machine, "writes", np.s_[:2, [0, *range(2, tapes)]], 7)
    small = minimised(machine)
    assert (small.tapes, small.table[0].tape) == (1, 0)
    assert small.arrays()["writes"][:2, 0].tolist() == [1, 2]


def test_a_write_that_no_answer_reads_is_dropped_and_so_is_the_way_to_it():
    machine = changed(changed(made(), "writes", (2, 0), 2), "jumps", (2, 0, 0), -9)
    small = minimised(machine)
    assert small.arrays()["writes"][:, 0].tolist() == [1, 2, STAY, STAY, STAY, STAY]
    assert (small.arrays()["jumps"] == STAY).all()


def test_a_move_stays_if_it_leads_a_write_past_what_is_read():
    # b is read only where it comes first; after a it would overwrite what a wrote but for its move.
    machine = changed(changed(made(), "moves", (0, 0, 0), 0), "starts", 0, (0, 0))
    small = minimised(machine, [("a",), ("a", "b"), ("b", "a")])
    assert small.arrays()["moves"][1, 0, 0] == 1


def test_rows_never_used_do_nothing():
    machine = made()
    small = minimised(machine, [("a",) * length for length in range(4)])
    assert small.arrays()["writes"][1, 0] == STAY
    assert not small.arrays()["moves"][[1, B, END]].any()


def test_states_that_act_alike_are_one():
    toggling = [[1] * 6, [0] * 6]
    small = minimised(made(states=2, register=toggling))
    assert small.states == 1
    assert not small.register.any()


def test_states_that_act_differently_stay_apart():
    machine = made(states=2, register=[[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]])
    # Every second token is answered by the other one.
    machine = changed(machine, "writes", np.s_[:2, 0], (2, 1))
    small = minimised(machine)
    assert small.states == 2
    assert small.decode(("a", "a", "b")) == ("A", "B", "B")


def test_symbols_that_the_table_treats_alike_become_one_mark():
    table = (Decision(None, 0, ((1, 1), (2, 1)), 2), Decision(answer=A), Decision(answer=END))
    small = minimised(made(table))
    assert small.arrays()["writes"][:2, 0].tolist() == [1, 1]
    assert small.entries == 2


ONE_OR_END = (Decision(None, 0, ((1, 1),), 2), Decision(answer=A), Decision(answer=END))


def test_a_symbol_that_reads_like_a_blank_is_not_written():
    small = minimised(made(ONE_OR_END))
    assert small.arrays()["writes"][:2, 0].tolist() == [1, STAY]
    assert small.arrays()["moves"][:2, 0, 0].tolist() == [1, 1]


def test_a_symbol_that_reads_like_a_blank_is_still_written_where_it_erases_a_mark():
    machine = changed(changed(made(ONE_OR_END), "moves", np.s_[:2], 0), "starts", 0, (0, 0))
    small = minimised(machine)
    assert small.arrays()["writes"][:2, 0].tolist() == [1, BLANK]
    assert small.decode(("a",)) == ("A",)
    assert small.decode(("a", "b")) == ()


def test_a_mark_stays_erased_where_a_write_nobody_reads_came_between():
    # Cell 2 holds 1 of a, then 2 of b, then 3 of =, and 2 and 3 read like a blank.
    machine = changed(changed(made(ONE_OR_END), "moves", 1, 0), "writes", 2, 3)
    small = minimised(machine, [("b",), ("a", "a", "b")])
    assert small.arrays()["writes"][:3, 0].tolist() == [1, STAY, BLANK]


def test_a_key_without_an_entry_has_none_afterwards():
    machine = made((Decision(None, 0, ((1, 1), (0, 2)), None), *COPY[1::2]))
    assert machine.decode(("b",)) is None
    minimised(machine)


def test_equal_parts_of_the_table_are_one_part():
    # The answer is B where exactly one of two tapes reads 1, and the row does not matter.
    table = [Decision(None, ROW, ((2, 1),), 6)]
    table += [Decision(None, 0, ((1, 2),), 3)]
    table += [Decision(None, 1, ((1, 4),), 5), Decision(None, 1, ((1, 5),), 4)]
    table += [Decision(answer=A), Decision(answer=B), Decision(answer=END)]
    machine = changed(changed(made(table, tapes=2), "moves", ..., 0), "starts", ..., 0)
    machine = changed(machine, "writes", np.s_[:2], ((1, STAY), (STAY, 1)))
    small = minimised(machine)
    assert len(small.table) == 7
    assert sum(node.answer is not None for node in small.table) == 3


def test_parts_of_the_table_are_one_part_if_no_key_tells_them_apart():
    # The first token is on tape 0 until a third erases it; the second is 1 or 2 on tape 1 after a
    # first a, and 3 or 4 after b. It is answered, but the end comes at once if tape 0 is blank.
    table = [Decision(None, 0, ((1, 1), (2, 2)), 5)]
    table += [Decision(None, 1, ((1, 3), (2, 4)), 5), Decision(None, 1, ((3, 3), (4, 4)), 5)]
    table += [Decision(answer=A), Decision(answer=B), Decision(answer=END)]
    after = {0: (1, 2), 1: (3, 3), 2: (4, 4), 3: (5, 5), 4: (5, 5), 5: (5, 5)}
    machine = made(table, 2, 6, [[*after[state], *[state] * 4] for state in range(6)])
    machine = changed(changed(machine, "moves", np.s_[:, :, 0], 0), "starts", ..., 0)
    writes = np.full((36, 2), STAY)
    writes[6, 0], writes[13, 0] = 1, 2
    writes[18:20, 1], writes[24:26, 1] = (1, 2), (3, 4)
    writes[30:32, 0] = BLANK
    machine = changed(machine, "writes", ..., writes)
    small = minimised(machine, [p for p in PROMPTS if len(p) in (2, 3)])
    assert small.entries == 3  # not 5: one node for tape 1 serves both


def test_the_order_of_prompts_does_not_matter():
    machine = random_machine(3)
    one, other = (minimise(machine, Keys.of(machine, p, 20)) for p in (PROMPTS, PROMPTS[::-1]))
    assert one.to_json() == other.to_json()


def random_machine(seed):
    """Anything goes: jumps, far moves, blanks written, missing entries, shared nodes."""
    random = np.random.default_rng(seed)
    states, tapes = int(random.integers(1, 5)), int(random.integers(1, 5))
    table = []
    for at in range(12):
        later = random.integers(at + 1, 24, 3).tolist()
        column = int(random.integers(ROW, tapes))
        seen = random.permutation(6 * states if column == ROW else 4)[:3].tolist()
        otherwise = (None, later[1], later[2])[int(random.integers(3))]
        pairs = tuple(zip(seen, later, strict=True))
        table.append(Decision(None, column, pairs, otherwise))
    table += [Decision(answer=int(random.integers(A, END + 1))) for _ in range(12)]
    machine = made(table, tapes, states, random.integers(0, states, (states, 6)))
    shape = (6 * states, tapes, 2)
    machine = changed(machine, "moves", ..., random.integers(-2, 3, shape))
    jumps = random.integers(-3, 4, shape)
    jumps = np.where(random.random(shape) < 0.2, jumps, STAY)
    machine = changed(machine, "jumps", ..., jumps)
    machine = changed(machine, "starts", ..., random.integers(-3, 4, (tapes, 2)))
    return changed(machine, "writes", ..., random.choice([STAY, STAY, BLANK, 1, 2, 3], shape[:2]))


def test_any_machine_answers_the_same():
    for seed in range(150):
        minimised(random_machine(seed), PROMPTS[: 1 + seed % 15], limit=30)


# A task: how many examples to fit, how long, and the tapes and most rules that are enough.
FITTED = {
    "copy": (200, 10, 1, 9),
    "parity": (200, 10, 1, 5),
    "addition": (400, 10, 4, 9),
    "sort": (300, 10, 2, 4),
}


@pytest.mark.parametrize("name", thinned(FITTED, 3))
def test_a_fitted_machine_becomes_small_and_answers_the_same_at_any_length(name):
    count, longest, tapes, most = FITTED[name]
    task, random, told = sequence_task(name), np.random.default_rng(0), []
    machine = fit_discrete(
        task.examples(random, count, longest),
        seconds=200,
        on_progress=told.append,
        stop_requested=lambda: bool(told) and told[-1].errors == 0,
    ).machine
    short = [e.prompt for length in range(1, 5) for e in task.examples(random, 99, length, length)]
    small = minimised(machine, short + [e.prompt for e in task.examples(random, 1000, 20)])
    assert small.tapes <= tapes
    assert small.entries <= most
    for example in task.examples(random, 20, 200, 200):
        assert small.decode(example.prompt) == machine.decode(example.prompt) == example.answer


def test_keys_are_those_of_the_answer_and_rows_those_of_the_prompt_too():
    keys = Keys.of(made(), [("a",)])
    assert keys.tokens == {(2, (1,)): A, (A, (0,)): END}
    assert keys.rows == {0, 2, A}
    assert keys.steps == {(0, 0), (0, 2), (0, A)}
    assert keys.read_writes == {(0, 0)}
    assert keys.leading == {(0, 0)}


def test_keys_of_an_endless_answer_end_at_the_limit():
    machine = made([Decision(answer=A)])
    assert machine.decode(("a",), 7) is None
    assert len(Keys.of(machine, [("a",)], 7).tokens) <= 8
    assert minimised(machine, limit=7).table == (Decision(answer=A),)


def test_a_stop_leaves_the_other_prompts_out():
    asked = []
    keys = Keys.of(made(), PROMPTS, stop_requested=lambda: len(asked) == 2 or asked.append(1))
    assert keys.prompts == 2
    assert keys.tokens == Keys.of(made(), PROMPTS[:2]).tokens


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_the_prompts_leave_open_is_said_as_the_commonest_token(order):
    # Both functions copy 1 and 2; the one that copies them, too, was never seen at a blank.
    ways = [{(0,): A, (1,): A, (2,): B}, {(0,): END, (1,): A, (2,): B}]
    search = _Search(1, Counter({A: 9, B: 9, END: 2}))
    merged, of = search._merged([*(ways[way] for way in order), {(1,): A, (2,): B}])
    assert len(merged) == 2
    assert merged[of[2]] == ways[0]
