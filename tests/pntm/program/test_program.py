"""Programs: extracted from machines, the same on every call, kept in runs."""

import importlib.util
import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from helpers_machines import changed, copier, either, hand_made, parity
from helpers_pytest import thinned

from nalmx.errors import RunError, SettingError
from nalmx.pntm import Vocabulary
from nalmx.pntm.learn.config import SequenceConfig
from nalmx.pntm.learn.score import Score
from nalmx.pntm.machine import ROW, Decision
from nalmx.pntm.program.program import Program, blocks_of, extract_program, program_for
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.runs import program as saved
from nalmx.runs.machine_run import SequenceResults, SequenceRun
from nalmx.runs.program import program_of_run
from nalmx.storage import digest

LETTERS = tuple("abcdefgh")
BITS = ("0", "1")
RARE = 250


def stack():
    """Pushes and pops at the end of a tape: a b c d pop 0 to 4, = 5, a b c d 6 to 9, end 10."""
    items = tuple("abcd")
    moves = [(u, 0, head, 1) for u in range(4) for head in (0, 1)]
    moves += [(4, 0, 0, -1), (4, 0, 1, -1), *((u, 0, 1, -1) for u in range(6, 10))]
    return hand_made(
        Vocabulary((*items, "pop"), items),
        [Decision(None, 0, tuple((u + 1, u + 1) for u in range(4)), 5)]
        + [Decision(answer=answer) for answer in range(6, 11)],
        moves=moves,
        writes=[(u, 0, u + 1) for u in range(4)],
    )


def rarely_wrong():
    """Says the parity of bits, but 1 first for prompts of so many bits: 0 1 = 0 1 end."""
    right = parity()
    machine = hand_made(right.vocabulary, right.table, starts=((0, 1), (0, RARE)))
    for part, array in right.arrays().items():
        if part in ("moves", "writes"):
            machine = changed(machine, part, np.s_[:, 0], array[:, 0])
            machine = changed(machine, part, np.s_[:2, 1], array[0, 0])
    behind = [
        replace(
            node,
            branches=tuple((seen, child + 2) for seen, child in node.branches),
            otherwise=None if node.otherwise is None else node.otherwise + 2,
        )
        for node in right.table
    ]
    leaf = 2 + next(at for at, node in enumerate(right.table) if node.answer == 4)
    first = [Decision(None, ROW, ((2, 1),), 2), Decision(None, 1, ((1, leaf),), 2)]
    return replace(machine, table=(*first, *behind))


def padded(machine):
    """The machine with a tape that nobody reads."""
    made = hand_made(machine.vocabulary, machine.table, starts=((0, 1), (0, 0)))
    for part in ("moves", "writes"):
        made = changed(made, part, np.s_[:, :1], machine.arrays()[part])
    return changed(made, "writes", np.s_[:2, 1], 5)


@pytest.fixture(scope="module")
def copying():
    return extract_program(copier(LETTERS), sequence_task("copy"))


def test_a_program_answers_as_its_machine_and_as_the_task(copying):
    task = sequence_task("copy")
    assert copying.rules == 9
    for length in (1, 5, 500):
        prompt = tuple(LETTERS[i % 8] for i in range(length))
        assert copying.run(prompt) == task.answer(prompt) == copier(LETTERS).decode(prompt)


def test_what_makes_no_difference_is_left_out():
    program = extract_program(padded(parity()), sequence_task("parity"))
    assert program.machine.tapes == 1
    assert program.rules <= 5
    assert program.run(tuple("1101")) == tuple("1001")


def test_the_program_is_the_same_on_every_call():
    task = sequence_task("parity")
    one, other = (extract_program(padded(parity()), task) for _ in range(2))
    assert one.to_json() == other.to_json()


def test_a_task_without_a_specification_has_programs_too():
    machine, task = stack(), sequence_task("stack")
    program = extract_program(machine, task)
    for prompt in (tuple("abcd"), ("a", "pop"), ("a", "b", "pop", "c"), ("a", "pop", "d")):
        assert program.run(prompt) == machine.decode(prompt) == task.answer(prompt)


def test_a_prompt_that_the_program_answers_differently_is_explored():
    machine, task = rarely_wrong(), sequence_task("parity")
    short, long = ("1", "0") * (RARE // 2 - 1), ("0",) * RARE
    assert machine.decode(short) == task.answer(short)
    assert machine.decode(long) != task.answer(long)
    few = program_for(machine, [p for n in range(1, 8) for p in product(BITS, repeat=n)])
    assert few.run(short) == machine.decode(short)
    assert few.run(long) != machine.decode(long)
    program = extract_program(machine, task)
    for prompt in (short, long, ("1",) * (RARE + 1), ("0", "1") * 300):
        assert program.run(prompt) == machine.decode(prompt)


def test_a_program_is_for_the_prompts_it_was_made_for():
    small = program_for(copier("ab"), [("a",), ("a", "a")])
    assert small.run(("a", "a", "a")) == ("a", "a", "a")
    assert small.rules < program_for(copier("ab"), [("a", "b")]).rules


def test_prompts_are_run_one_by_one_or_all_at_once(copying):
    prompts = [("a",), ("b", "c"), tuple("hgfedcba")]
    assert copying.run_all(prompts, [9] * 3) == [copying.run(prompt) for prompt in prompts]
    assert copying.run(("a", "b"), limit=1) is None
    assert copying.run_all([("a", "b")], [1]) == [None]
    with pytest.raises(SettingError, match="never seen"):
        copying.run(("x",))


def test_a_program_is_shown_as_text_code_and_diagrams(copying, tmp_path):
    assert copying.lines()[-1] == "  tape 1 else: the same token"
    assert len(copying.lines(2)) == 2
    assert copying.to_mermaid().startswith("flowchart")
    assert copying.to_dot().startswith("digraph")
    source = copying.to_python("copy_all")
    made = {}
    exec(compile(source, "made", "exec"), made)  # noqa: S102
    assert made["copy_all"](list("fade")) == list("fade")


def test_a_program_has_closed_forms_for_the_blocks_of_its_task(copying):
    blocks = blocks_of(sequence_task("copy"))
    assert blocks == [frozenset(LETTERS)]
    assert any("x(j)" in line for line in copying.closed_forms(blocks))


def test_blocks_are_those_of_the_specification():
    bits = frozenset(BITS)
    assert blocks_of(sequence_task("addition")) == [bits, "+", bits]
    assert blocks_of(sequence_task("stack")) is None


def test_a_program_is_written_and_read(copying):
    again = Program.from_json(json.loads(json.dumps(copying.to_json())))
    assert again.to_json() == copying.to_json()
    assert again.run(("c", "a")) == ("c", "a")


@pytest.mark.parametrize("data", [None, [], {}, {"schema": 1}, "program"])
def test_what_is_no_program_is_refused(data):
    with pytest.raises(RunError, match="damaged"):
        Program.from_json(data)


def finished(directory, machine, **settings):
    """A finished run of a machine, without learning it."""
    config = SequenceConfig.checked(**settings)
    examples = [Example(p, machine.decode(p)) for n in (1, 2, 3) for p in product(BITS, repeat=n)]
    run = SequenceRun.create(directory, config, examples)
    sizes = machine.tapes, machine.states, machine.entries
    scores = (Score("train", len(examples), len(examples)),)
    run.save_results(machine, SequenceResults(True, "discrete", 0.1, *sizes, scores))
    return SequenceRun.open(directory)


@pytest.fixture
def run(tmp_path):
    return finished(tmp_path / "run", parity(), task="parity", sequences=14, longest=3)


def test_the_program_of_a_run_is_written_once_and_found_again(run):
    first = program_of_run(run)
    files = {path.name: path.read_bytes() for path in run.directory.iterdir()}
    assert {"program.json", "program.py"} <= set(files)
    again = program_of_run(SequenceRun.open(run.directory))
    assert again.to_json() == first.to_json()
    assert {path.name: path.read_bytes() for path in run.directory.iterdir()} == files


def test_the_function_beside_a_run_answers_as_its_program(run):
    program = program_of_run(run)
    spec = importlib.util.spec_from_file_location("program_of_a_run", run.path("program.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for prompt in product(BITS, repeat=4):
        assert tuple(module.program(list(prompt))) == program.run(prompt)


def test_a_file_of_examples_gives_the_program_of_its_prompts(tmp_path):
    directory = tmp_path / "run"
    program = program_of_run(finished(directory, parity(), examples="bits.jsonl"))
    assert program.run(tuple("1101")) == tuple("1001")
    assert json.loads((directory / "program.json").read_text())["schema"] == 1


def test_a_program_without_its_json_is_extracted_again(run):
    first = program_of_run(run)
    run.path("program.json").unlink()
    assert program_of_run(run).to_json() == first.to_json()
    assert run.path("program.json").exists()


def written(run, **changes):
    program_of_run(run)
    path = run.path("program.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refused(run):
    with pytest.raises(RunError) as raised:
        program_of_run(run)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_program_of_another_machine_is_refused(run, tmp_path):
    other = finished(tmp_path / "other", padded(parity()), task="parity", sequences=14, longest=3)
    program_of_run(other)
    other.path("program.json").rename(run.path("program.json"))
    assert "is not what is extracted from the machine" in refused(run)


def test_a_program_with_other_tokens_is_refused(run):
    strange = either().to_json()
    written(run, program=strange)
    assert "is not what is extracted from the machine" in refused(run)


def test_a_program_of_another_schema_is_refused(run):
    written(run, schema=2)
    assert "is not what is extracted from the machine" in refused(run)


@pytest.mark.parametrize(
    "text",
    thinned(
        ["{", "", "[]", "\ud800", "null", "3", '{"schema": NaN}', '"text"', "{}", '{"schema": 1}'],
        3,
    ),
)
def test_a_damaged_program_file_is_refused(run, text):
    run.path("program.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert "damaged" in refused(run)


def test_damaged_parts_of_a_program_are_refused(run, monkeypatch):
    program = program_of_run(run)
    monkeypatch.setattr(saved, "_extracted", lambda *_: program)  # the machine stays as it is
    path = run.path("program.json")
    whole = json.loads(path.read_text())
    assert whole["machine_sha256"] == digest(run.path("machine.json"))
    for name in whole["program"]:
        for junk in (None, 7, "x", [], {}, [None], [[1.5]], {"a": 1}):
            path.write_text(json.dumps({**whole, "program": {**whole["program"], name: junk}}))
            refused(run)
        rest = {part: known for part, known in whole["program"].items() if part != name}
        path.write_text(json.dumps({**whole, "program": rest}))
        refused(run)
