"""Machines as Python functions, diagrams and text."""

import importlib.util
import subprocess
import sys
from itertools import count

import pytest
from helpers_machines import (
    copier,
    counter,
    either,
    endless,
    gated,
    hand_made,
    parity,
    random_machine,
    random_prompts,
    recall,
)

from nalmx.errors import SettingError
from nalmx.pntm import Vocabulary
from nalmx.pntm.machine import BLANK, ROW, Decision
from nalmx.pntm.program.diagrams import dot, mermaid, program_lines
from nalmx.pntm.program.python_code import python_source

NASTY = (
    '"',
    "'",
    "\\",
    "\n",
    '"""',
    "'''); raise SystemExit(3) #",
    "{token}",
    "ü→🙂",
    "\u202e",
    "",
    " ",
    "None",
    "=",
    "end",
    "]; b",
    "&amp;",
    "#35;",
)
_NUMBERS = count()


@pytest.fixture
def loaded(tmp_path):
    """Imports the source of a machine."""

    def load(machine, name="program"):
        path = tmp_path / f"made{next(_NUMBERS)}.py"
        path.write_text(python_source(machine, name), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return getattr(module, name)

    return load


def said_by(function, prompt, limit=None):
    try:
        answer = function(list(prompt), limit)
    except ValueError:
        return None
    assert isinstance(answer, list)
    return tuple(answer)


@pytest.mark.parametrize("make", [copier, parity, counter, either, gated, recall])
def test_the_function_answers_as_the_machine_does(make, loaded):
    machine = make()
    function = loaded(machine, make.__name__)
    for prompt in random_prompts(machine, 0, 60):
        assert said_by(function, prompt) == machine.decode(prompt)


def test_the_function_does_what_the_machine_is_for(loaded):
    assert loaded(either())(list("0010+1000")) == list("1010")
    assert loaded(either())(list("0+10")) == list("10")
    assert loaded(recall())(list("a0b1a1b")) == ["1"]
    assert loaded(recall())(list("a0b1a")) == ["0"]
    assert loaded(gated())(list("10+011")) == list("011")
    assert loaded(counter())(list("101")) == ["2"]
    assert loaded(parity())(list("0110")) == list("0100")


def test_functions_of_any_machines_answer_as_they_do(loaded):
    outcomes = set()
    for seed in range(150):
        machine = random_machine(seed)
        function = loaded(machine)
        for prompt in random_prompts(machine, seed, 12):
            wanted = machine.decode(prompt, 30)
            assert said_by(function, prompt, 30) == wanted, seed
            outcomes.add(None if wanted is None else min(2, len(wanted)))
    assert outcomes == {None, 0, 1, 2}


def test_shared_parts_of_a_table_are_written_once(loaded):
    """A table of 2**15 ways through it, which is a small one since its nodes are shared."""
    tapes, vocabulary = 15, Vocabulary(("0", "1"), ("0", "1"))
    table = []
    for tape in range(tapes):  # nodes 2t and 2t + 1 are for an even and an odd number of ones
        even, odd = (2 * tape + 2, 2 * tape + 3)
        table.append(Decision(None, tape, ((1, even),), odd))
        table.append(Decision(None, tape, ((1, odd),), even))
    first = [Decision(None, ROW, ((2, 1),), 2 * tapes + 3)]
    shift = len(first)
    moved = [
        Decision(None, n.tape, tuple((v, c + shift) for v, c in n.branches), n.otherwise + shift)
        for n in table
    ]
    table = [*first, *moved, *(Decision(answer=answer) for answer in (3, 4, 5))]
    writes = [(u, tape, 1 + (u == 1) * (tape % 3 == 0)) for u in (0, 1) for tape in range(tapes)]
    jumps = [(u, tape, head, 4) for u in (0, 1) for tape in range(tapes) for head in (0, 1)]
    machine = hand_made(vocabulary, table, writes=writes, jumps=jumps, starts=[(0, 0)] * tapes)
    assert len(python_source(machine).splitlines()) < 2_000
    function = loaded(machine)
    for prompt in ((), ("0",), ("1",), ("1", "0"), ("0", "1")):
        assert said_by(function, prompt) == machine.decode(prompt)


def test_the_function_is_readable():
    source = python_source(copier(), "copy_all")
    assert source.splitlines()[7:] == [
        "    tape1: dict[int, Any] = {}",
        "    write1, read1 = 0, 1",
        "    for token in prompt:",
        '        if token in ("a", "b"):',
        "            write1 += 1",
        "            tape1[write1] = token",
        "        else:",
        '            raise ValueError(f"unknown token {token!r}")',
        "    answer: list[Any] = []",
        "    while True:",
        "        seen1 = tape1.get(read1)",
        "        if seen1 is None:",
        "            return answer",
        "        else:",
        "            token = seen1",
        "        if len(answer) == limit:",
        '            raise ValueError(f"no end within {limit} tokens")',
        "        answer.append(token)",
        "        read1 += 1",
    ]
    assert "state = (1, 2, 0)[state]" in python_source(counter())
    assert "tape" not in python_source(counter())


def test_the_function_refuses_what_the_machine_does(loaded):
    with pytest.raises(ValueError, match="unknown token 'c'"):
        loaded(copier())(["a", "c"])
    with pytest.raises(ValueError, match="no end within 1020 tokens"):
        loaded(endless())(["a"])
    with pytest.raises(ValueError, match="no end within 3 tokens"):
        loaded(copier())(["a"] * 4, limit=3)
    assert loaded(copier())(["a"] * 3, limit=3) == ["a"] * 3
    nothing = hand_made(Vocabulary(("a",), ("a",)), [Decision(None, 0, ((7, 1),)), Decision(3)])
    with pytest.raises(ValueError, match="no next token"):
        loaded(nothing)(["a"])


@pytest.mark.parametrize("name", ["", "a b", "class", "x\n", "len", "prompt", "tape1", "token"])
def test_only_free_words_name_a_function(name):
    with pytest.raises(SettingError, match="cannot be the name"):
        python_source(copier(), name)


def test_symbols_of_one_spelling_have_no_function():
    with pytest.raises(SettingError, match="one spelling"):
        python_source(copier(("a", "a")))


def test_no_token_is_more_than_text(loaded, tmp_path):
    machine = copier(NASTY)
    function = loaded(machine)
    assert said_by(function, NASTY) == NASTY
    for prompt in random_prompts(machine, 2, 20):
        assert said_by(function, prompt) == prompt
    path = tmp_path / "alone.py"
    path.write_text(
        python_source(machine) + f"print(program({list(NASTY)!r}) == {list(NASTY)!r})\n"
    )
    command = [sys.executable, "-I", "-W", "error", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_lines_tell_the_controls_and_the_table():
    assert program_lines(parity()) == [
        "start: tape 1 write head at 0, read head at 1",
        "given 0, 1: tape 1 write head +1, write token",
        "said 0, 1: tape 1 read head +1",
        "next token:",
        "  after \\ tape 1  blank  0  1",
        "  =, 0            end    0  1",
        "  1               end    1  0",
    ]
    assert program_lines(counter())[:3] == [
        "given 0: nothing",
        "given 1: state q0 to q1, q1 to q2, q2 to q0",
        "next token:",
    ]
    assert program_lines(copier("abcd"))[-2:] == [
        "  tape 1 blank: end",
        "  tape 1 else: the same token",
    ]


def test_lines_tell_states_apart_where_they_act_differently():
    assert program_lines(either())[:5] == [
        "start: tape 1 write head at 0, read head at 1; tape 2 write head at 0, read head at 1; "
        "state q0",
        "given +: state q1",
        "given 0, 1, state q0: tape 1 write head +1, write token",
        "given 0, 1, state q1: tape 2 write head +1, write token",
        "at =: state q0",
    ]


def test_lines_can_be_cut_short_and_stay_narrow():
    machine = copier(tuple(f"token{i}" for i in range(60)))
    lines = program_lines(machine)
    assert max(map(len, lines)) <= 100
    assert program_lines(machine, 5) == [*lines[:4], f"... and {len(lines) - 4} lines more"]
    assert program_lines(machine, len(lines)) == lines


def test_words_of_the_text_are_told_from_tokens():
    lines = program_lines(copier(NASTY))
    assert all(line.isprintable() for line in lines)
    given = next(line for line in lines if line.startswith("given"))
    text = " ".join(line.strip() for line in lines)
    assert given.startswith("given '\"', \"'\", '\\\\', '\\n', '\"\"\"',")
    for word in ("'='", "'end'", "'\\u202e'", "ü→🙂", "''", "' '"):
        assert f" {word}," in text


def test_a_symbol_is_called_by_what_writes_it():
    vocabulary = Vocabulary(("a", "b", "x"), ("a",))  # a b x = a end
    table = [Decision(None, 0, ((BLANK, 2), (1, 1), (2, 1), (3, 2)), 2)]
    table += [Decision(answer=4), Decision(answer=5)]
    writes = [(0, 0, 1), (1, 0, 1), (2, 0, 2), (4, 0, 3)]
    lines = program_lines(hand_made(vocabulary, table, writes=writes))
    # Two tokens write a mark, which is not the token "x"; the answer's "a" has its own spelling.
    assert lines[1:4] == [
        "given a, b: tape 1 write y",
        "given x: tape 1 write token",
        "said a: tape 1 write token",
    ]
    assert lines[5:] == ["  tape 1 blank, a: end", "  tape 1 y, x: a"]


@pytest.mark.parametrize("make", [parity, either, lambda: copier(NASTY), endless])
def test_diagrams_have_every_node_and_escape_every_token(make):
    flow, graph = mermaid(make()), dot(make())
    assert flow.startswith("flowchart TD\n")
    assert graph.startswith("digraph program {\n")
    assert graph.endswith("}\n")
    for text, arrow in ((flow, "-->"), (graph, "->")):
        lines = text.splitlines()
        ends = {
            part.split()[0].rstrip(";")
            for line in lines
            if f" {arrow}" in line
            for part in (line.split(arrow)[0], line.split(arrow)[1].split("|")[-1])
        }
        assert all(
            any(line.startswith((f"  {e}[", f"  {e}(", f"  {e}{{", f"  {e} [")) for line in lines)
            for e in ends
        )
    # Outside its own quotes nothing of a label is left, and what is inside cannot end it.
    for line in flow.splitlines():
        assert line.count('"') in (0, 2)
        if line.count('"'):
            label = line.split('"')[1].replace("<br/>", "")
            assert not set(label) & set("\\'`|[]{}()<>&")
    for line in graph.splitlines():
        assert line.replace("\\\\", "").replace('\\"', "").count('"') in (0, 2)


def test_the_flowchart_of_parity():
    assert mermaid(parity()).count("-->") == 7
    assert '-->|"blank"|' in mermaid(parity())
    assert "write head #43;1, write token" in mermaid(parity())
    assert 'label="tape 1 reads?"' in dot(parity())


def test_rendering_loads_no_torch():
    code = (
        "import sys, nalmx.pntm.program.python_code, nalmx.pntm.program.diagrams\n"
        "import nalmx.pntm.batch\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_stands_in_several_places_of_a_table_is_told_once():
    vocabulary = Vocabulary(("a", "b", "c", "p", "q"), ("A", "B", "C"))
    a, b, c, end = vocabulary.outputs
    table = [
        Decision(tape=0, branches=((BLANK, 1),), otherwise=2),
        Decision(tape=1, branches=((BLANK, 3),), otherwise=7),
        Decision(tape=1, branches=((BLANK, 7),), otherwise=3),
        Decision(tape=2, branches=((1, 4), (2, 5), (3, 6)), otherwise=7),
        *(Decision(answer=answer) for answer in (a, b, c, end)),
    ]
    writes = [(0, 2, 1), (1, 2, 2), (2, 2, 3), (3, 0, 1), (4, 1, 1)]
    lines = program_lines(hand_made(vocabulary, table, writes=writes, starts=((0, 0),) * 3))
    assert lines[lines.index("next token:") + 1 :] == [
        "  tape 1 blank:",
        "    tape 2 blank: go to A",
        "    tape 2 q: end",
        "  tape 1 p:",
        "    tape 2 blank: end",
        "    tape 2 q: go to A",
        "A:",
        "  tape 3 blank: end",
        "  tape 3 a: A",
        "  tape 3 b: B",
        "  tape 3 c: C",
    ]
