"""Closed forms of machines: solved read maps, tables, head positions, and their check."""

import dataclasses

import numpy as np
import pytest
import sympy
from helpers_machines import changed

from nalmx.errors import ExtractionError, SettingError
from nalmx.pntm.machine import BLANK, ROW, STAY, Decision, Machine
from nalmx.pntm.program import form_text
from nalmx.pntm.program.closed_form import (
    closed_form,
    head_positions,
    output_form,
    transition_form,
)
from nalmx.pntm.program.form_checks import check_forms, sample_prompts
from nalmx.pntm.program.form_text import closed_form_lines, show
from nalmx.pntm.program.read_map import BLANK_NAME, J, read_maps
from nalmx.pntm.vocabulary import Vocabulary

N = sympy.Symbol("n", integer=True, positive=True)
N_X = sympy.Symbol("n_x", integer=True, positive=True)
NASTY = ("end", "=", "blank", "r1", "x(j)", 'a"', " ", "\n", "{", "N_{in: a}", "__import__('os')")


def echo(tokens, *, starts=(0, 1), prompt=(1, 0), answer=(0, 1), copy_back=False):
    """One tape: prompt tokens write their own symbol, answers are what is read; moves as given."""
    size = len(tokens)
    vocabulary = Vocabulary(tuple(tokens), tuple(tokens))
    moves = np.zeros((vocabulary.size, 1, 2), np.int64)
    writes = np.full((vocabulary.size, 1), STAY)
    moves[:size, 0], moves[size + 1 : -1, 0] = prompt, answer
    writes[:size, 0] = range(1, size + 1)
    if copy_back:
        writes[size + 1 : -1, 0] = range(1, size + 1)
    table = [
        Decision(None, 0, tuple((symbol, symbol + 1) for symbol in range(size + 1)), 1),
        Decision(answer=vocabulary.end),
        *(Decision(answer=size + 1 + place) for place in range(size)),
    ]
    return Machine.of_arrays(
        vocabulary,
        np.zeros((1, vocabulary.size), np.int64),
        moves,
        np.full((vocabulary.size, 1, 2), STAY),
        np.array([starts]),
        writes,
        tuple(table),
    )


def reverse(tokens="ab"):
    # As learned machines do, it writes its answer where nobody reads it.
    return echo(tokens, starts=(0, 0), prompt=(1, 1), answer=(1, -1), copy_back=True)


def adder(big_endian=False):
    """Tapes of x, y, x delayed and y delayed; its answer is what x reads: only that matters."""
    vocabulary = Vocabulary(("+", "0", "1"), ("0", "1"))
    size = vocabulary.size
    register = np.array([[1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0]])
    moves = np.zeros((2 * size, 4, 2), np.int64)
    writes = np.full((2 * size, 4), STAY)
    back = -1 if big_endian else 1
    for tape in range(4):
        for bit in (1, 2):
            row = (tape % 2) * size + bit
            moves[row, tape] = (1, int(big_endian))
            writes[row, tape] = bit
        moves[4:6, tape, 1] = back
    starts = [[0, 0]] * 2 + [[0, 1]] * 2 if big_endian else [[0, 1]] * 2 + [[0, 0]] * 2
    table = (
        Decision(None, 0, ((BLANK, 1), (1, 2), (2, 3)), 1),
        Decision(answer=6),
        Decision(answer=4),
        Decision(answer=5),
    )
    stay = np.full((2 * size, 4, 2), STAY)
    return Machine.of_arrays(vocabulary, register, moves, stay, np.array(starts), writes, table)


DIGITS = frozenset("01")
SUM = [DIGITS, "+", DIGITS]


def index_of(read):
    (case,) = read.cases
    return case.index


def test_copy_and_reverse_are_solved():
    letters = [frozenset("ab")]
    (read,) = read_maps(echo("ab"), letters)
    assert index_of(read) == J
    assert read.form.args[0] == (sympy.Function("x")(J), sympy.Le(J, N))
    assert read.form.args[-1] == (BLANK_NAME, True)
    (read,) = read_maps(reverse(), letters)
    assert index_of(read) == N + 1 - J
    assert read.cases[0].condition == sympy.Le(J, N)


def test_the_four_maps_of_addition():
    maps = read_maps(adder(), SUM)
    assert [str(read.cases[0].value) for read in maps] == ["x(j)", "y(j)", "x(j - 1)", "y(j - 1)"]
    maps = read_maps(adder(big_endian=True), SUM)
    assert [show(read.cases[0].value) for read in maps] == [
        "x(n_x + 1 - j)",
        "y(n_y + 1 - j)",
        "x(n_x + 2 - j)",
        "y(n_y + 2 - j)",
    ]
    assert maps[2].cases[0].condition == sympy.And(sympy.Le(2, J), sympy.Le(J, N_X + 1))
    for machine in (adder(), adder(big_endian=True)):
        assert check_forms(machine, SUM, sample_prompts(SUM)) is None


def test_the_printed_lines():
    assert closed_form_lines(echo("ab"), [frozenset("ab")]) == [
        "head positions: write 1: n, read 1: m + 1",
        "r1 = x(j) if j <= n else blank",
        "y(j) = x(j) for 1 <= j <= n, then end",
    ]
    assert closed_form_lines(reverse(), [frozenset("ab")])[-1] == (
        "y(j) = x(n + 1 - j) for 1 <= j <= n, then end"
    )
    lines = closed_form_lines(adder(), SUM)
    assert lines[1] == "state = 1 if token = in: + else state if token in {in: 0, in: 1} else 0"
    assert lines[-1] == "z(j) = x(j) for 1 <= j <= n_x, then end"


def test_an_identity_is_printed_as_the_symbol_that_is_read():
    read = sympy.Symbol("r1")
    wanted = sympy.Piecewise(
        (sympy.Symbol("end"), sympy.Eq(read, BLANK_NAME)), (read, True), evaluate=False
    )
    assert output_form(echo("ab")) == wanted
    assert transition_form(echo("ab")) == 0


def test_counts_where_tokens_move_a_head_differently():
    machine = changed(changed(echo("abc"), "moves", (0, 0, 0), 0), "writes", (0, 0), STAY)
    write, read = head_positions(machine)
    assert (show(write.form), show(read.form)) == ("N_{in: b, c}", "m + 1")
    (found,) = read_maps(machine, [frozenset("abc")])
    assert str(found.cases[0].value) == "x_{b, c}(j)"
    assert check_forms(machine, [frozenset("abc")], ["aabca", "aaa", "bcb"]) is None


def test_prompt_and_answer_tokens_of_one_spelling_are_counted_apart():
    machine = changed(changed(echo("ab"), "moves", (0, 0), (2, 3)), "moves", (3, 0), (0, 5))
    assert [show(head.form) for head in head_positions(machine)] == [
        "2*N_{in: a} + N_{in: b}",
        "3*N_{in: a} + 5*N_{out: a} + N_{out: b} + 1",
    ]


def test_a_jump_restarts_the_count():
    # The sign sends the read head to the first cell.
    machine = changed(echo("ab"), "jumps", (2, 0, 1), 1)
    machine = changed(machine, "moves", np.s_[:2, 0, 1], 1)
    _, read = head_positions(machine)
    assert (show(read.form), show(read.after_jump)) == ("m + n + 1", "m + n + target")
    assert read.targets == {2: 1}
    assert index_of(read_maps(machine, [frozenset("ab")])[0]) == J
    assert check_forms(machine, [frozenset("ab")], ["ab", "b"]) is None


def test_what_is_not_affine_has_a_reason():
    machine = changed(echo("ab"), "moves", (1, 0, 0), -1)
    (read,) = read_maps(machine, [frozenset("ab")])
    assert read.form is None
    assert "apart" in read.reason
    lines = closed_form_lines(machine, [frozenset("ab")])
    assert lines[1].startswith("r1 has no closed form: tokens of x move the write head apart")


@pytest.mark.parametrize("tape_part", [(0, 0), (0, 1), (4, 0), (4, 1)])
def test_one_move_changed_is_caught(tape_part):
    row, head = tape_part
    machine, blocks = echo("abc"), [frozenset("abc")]
    forms = closed_form(machine, blocks)
    move = machine.arrays()["moves"][row, 0, head] + 1
    other = changed(machine, "moves", (row, 0, head), move)
    assert check_forms(machine, blocks, sample_prompts(blocks), forms) is None
    assert "head of tape 1" in check_forms(other, blocks, sample_prompts(blocks), forms)
    assert check_forms(other, blocks, sample_prompts(blocks)) is None


def test_a_write_a_state_or_an_answer_changed_is_caught(monkeypatch):
    machine, blocks = echo("ab"), [frozenset("ab")]
    forms, prompts = closed_form(machine, blocks), sample_prompts(blocks)
    other = changed(machine, "writes", machine.arrays()["writes"] == 1, 2)
    assert "reads" in check_forms(other, blocks, prompts, forms)
    other = dataclasses.replace(machine, table=(machine.table[0], *machine.table[:0:-1]))
    assert "the answer" in check_forms(other, blocks, prompts, forms)
    wrong = dataclasses.replace(forms, transition=sympy.Integer(1))
    assert "the state" in check_forms(machine, blocks, prompts, wrong)
    monkeypatch.setattr(form_text, "closed_form", lambda *_: wrong)
    with pytest.raises(ExtractionError, match="disagree"):
        closed_form_lines(machine, blocks)


def test_nasty_tokens():
    blocks = [frozenset(NASTY)]
    for machine in (echo(NASTY), reverse(NASTY)):
        assert check_forms(machine, blocks, [NASTY, NASTY[::-1], NASTY[:1] * 3]) is None
        lines = closed_form_lines(machine, blocks)
        assert lines[-1].endswith("for 1 <= j <= n, then end")
        assert all(line.isprintable() for line in lines)
    # The token spelled `end` neither moves nor writes.
    machine = changed(changed(echo(NASTY), "moves", (0, 0, 0), 0), "writes", (0, 0), STAY)
    assert head_positions(machine)[0].form == N.func("n", integer=True, nonnegative=True) - (
        sympy.Symbol('N_{in: "end"}', integer=True, nonnegative=True)
    )


def test_prompts_that_do_not_fit_are_refused():
    with pytest.raises(SettingError, match="not of the blocks"):
        check_forms(adder(), SUM, ["01"])
    with pytest.raises(SettingError, match="no prompt token"):
        read_maps(adder(), [frozenset("7")])


def random_machine(seed):
    """Anything goes: jumps, blanks written, several states, tables with shared nodes."""
    random = np.random.default_rng(seed)
    states, tapes = int(random.integers(1, 4)), int(random.integers(1, 4))
    rows, table = 6 * states, []
    for at in range(12):
        later = random.integers(at + 1, 24, 3).tolist()
        column = int(random.integers(ROW, tapes))
        seen = random.permutation(rows if column == ROW else 7)[:3].tolist()
        otherwise = (None, later[1], later[2])[int(random.integers(3))]
        table.append(Decision(None, column, tuple(zip(seen, later, strict=True)), otherwise))
    table += [Decision(answer=int(random.integers(3, 6))) for _ in range(12)]
    jumps, moves = random.integers(-3, 4, (2, rows, tapes, 2))
    # One move, and one choice whether to write, for all prompt tokens and for all answer tokens:
    # otherwise hardly any read map would have a form.
    kind = np.array([0, 0, 1, 2, 2, 1])[np.arange(rows) % 6]
    silent = random.random((3, tapes)) < 0.3
    writes = random.choice([BLANK, 1, 2, 5], (rows, tapes))
    return Machine.of_arrays(
        Vocabulary(("a", "b"), ("A", "B")),
        random.integers(0, states, (states, 6)),
        moves[kind],
        np.where((random.random(jumps.shape) < 0.2) & (kind == 1)[:, None, None], jumps, STAY),
        random.integers(-3, 4, (tapes, 2)),
        np.where(silent[kind], STAY, writes),
        tuple(table),
    )


def test_forms_of_random_machines_hold():
    solved = 0
    for seed in range(5):
        machine = random_machine(seed)
        for blocks in ([frozenset("ab")], [frozenset("a"), "b", frozenset("a")]):
            forms = closed_form(machine, blocks)
            solved += sum(read.reason is None for read in forms.reads)
            assert check_forms(machine, blocks, sample_prompts(blocks)[:9], forms) is None
    assert solved > 8


def test_a_token_that_leaves_its_cell_blank_still_has_its_place():
    machine = changed(echo("01c"), "writes", 0, STAY)  # the token 0 moves on and writes nothing
    blocks = [frozenset("01c")]
    assert closed_form_lines(machine, blocks)[1] == "r1 = x[1, c](j) if j <= n else blank"
    assert check_forms(machine, blocks, sample_prompts(blocks)) is None
    other = changed(echo("01c"), "writes", [0, 2], STAY)
    assert closed_form_lines(other, blocks)[1] == "r1 = x[1](j) if j <= n else blank"


def test_tokens_that_leave_one_mark_are_not_named_after_states():
    machine = changed(echo("ab"), "writes", 1, 1)
    blocks = [frozenset("ab")]
    assert closed_form_lines(machine, blocks)[1] == "r1 = mark if j <= n else blank"
