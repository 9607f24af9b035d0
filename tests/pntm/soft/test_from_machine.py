"""Machines as P-NTMs: the module says what the machine says, token by token."""

import numpy as np
import pytest
import torch
from helpers_pytest import thinned

from nalmx.pntm import PNTM, Vocabulary, from_machine
from nalmx.pntm.learn.discrete import fit_discrete
from nalmx.pntm.learn.gradient.hardening import one_thread
from nalmx.pntm.machine import BLANK, ROW, STAY, Decision, Machine, Runner
from nalmx.pntm.soft.conversion import weights_of
from nalmx.pntm.tasks import sequence_task

# A task, how many examples, and the training length: enough to find a machine at once.
FITTED = {
    "copy": (200, 10),
    "addition": (400, 10),
    "associative-recall": (300, 6),
    "sort": (300, 10),
    "stack": (600, 10),
    "repeat-copy": (300, 8),
}


def said_by(machine, stream):
    runner = Runner(machine)
    return [runner.step(symbol) for symbol in stream]


def draw(task, seed, length):
    return task.example(np.random.default_rng([seed, length]), length)


def fitted(name):
    count, longest = FITTED[name]
    told = []
    return fit_discrete(
        sequence_task(name).examples(np.random.default_rng(0), count, longest),
        seconds=200,
        on_progress=told.append,
        stop_requested=lambda: bool(told) and told[-1].errors == 0,
    ).machine


@pytest.mark.parametrize("name", thinned(FITTED, 8))
def test_the_module_says_what_a_fitted_machine_says(name):
    machine, task = fitted(name), sequence_task(name)
    assert (machine.arrays()["jumps"] != STAY).any() == (name == "associative-recall")
    module = from_machine(machine)
    for length in (task.shortest, 7, 60):
        example = draw(task, 1, max(length, task.shortest))
        stream = machine.vocabulary.encode(example).tolist()
        asked = slice(len(example.prompt), len(stream) - 1)
        tokens = torch.tensor([stream[:-1]])
        wanted = said_by(machine, stream[:-1])[asked]
        for parallel in (True, False):
            with one_thread():
                logits = module(tokens, cells=len(stream) + 16, parallel=parallel)[0, asked]
            assert logits.dtype == torch.float32
            assert logits.argmax(-1).tolist() == wanted
            assert torch.allclose(logits.amax(-1), torch.ones(()), atol=1e-3)


def hand_made(table, *, moves=None, jumps=None, starts=((0, 0),), writes=None, register=None):
    """A machine of a vocabulary of 6: a, b, =, A, B, end."""
    register = [[0] * 6] if register is None else register
    tapes, rows = len(starts), 6 * len(register)
    return Machine.of_arrays(
        Vocabulary(("a", "b"), ("A", "B")),
        np.array(register, np.int64),
        np.zeros((rows, tapes, 2), np.int64) if moves is None else moves,
        np.full((rows, tapes, 2), STAY) if jumps is None else jumps,
        np.array(starts, np.int64).reshape(tapes, 2),
        np.full((rows, tapes), STAY) if writes is None else writes,
        tuple(table),
    )


def random_machine(seed):
    """Anything goes: jumps, far moves, blanks written, starts below 0, a table with shared nodes."""
    random = np.random.default_rng(seed)
    states, tapes = int(random.integers(1, 4)), int(random.integers(1, 4))
    rows, symbols = 6 * states, [BLANK, 1, 2, 5]
    table = []
    for at in range(12):
        later = random.integers(at + 1, 24, 3).tolist()
        column = int(random.integers(ROW, tapes))
        seen = random.permutation(rows if column == ROW else 7)[:3].tolist()
        pairs = tuple(zip(seen, (later[0], later[1], later[1]), strict=True))
        otherwise = (None, later[1], later[2])[int(random.integers(3))]
        table.append(Decision(None, column, pairs, otherwise))
    table += [Decision(answer=int(random.integers(3, 6))) for _ in range(12)]
    jumps = random.integers(-3, 4, (rows, tapes, 2))
    return hand_made(
        table,
        moves=random.integers(-2, 3, (rows, tapes, 2)),
        jumps=np.where(random.random(jumps.shape) < 0.2, jumps, STAY),
        starts=random.integers(-3, 4, (tapes, 2)).tolist(),
        writes=random.choice([STAY, *symbols], (rows, tapes)),
        register=random.integers(0, states, (states, 6)).tolist(),
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_module_says_what_any_machine_says(seed):
    machine = random_machine(seed)
    module = from_machine(machine)
    streams = np.random.default_rng(seed).integers(0, 6, (4, 25))
    for parallel in (True, False):
        logits = module(torch.from_numpy(streams), cells=128, parallel=parallel)
        said = torch.where(logits.amax(-1) > 0.5, logits.argmax(-1), -1)
        assert said.tolist() == [said_by(machine, stream) for stream in streams.tolist()]


def test_a_table_without_tapes_is_a_machine_too():
    table = [
        Decision(None, ROW, ((3, 1), (4, 2)), 3),
        *(Decision(answer=answer) for answer in (4, 3, 5)),
    ]
    machine = hand_made(table, starts=())
    module = from_machine(machine)
    assert module(torch.arange(6)[None]).argmax(-1).tolist() == [[5, 5, 5, 4, 3, 5]]
    constant = from_machine(hand_made([Decision(answer=5)]))
    assert constant(torch.arange(6)[None]).argmax(-1).tolist() == [[5] * 6]


def test_the_controls_are_certain_and_frozen():
    module = from_machine(random_machine(0), cells=9, dtype=torch.float64)
    assert (module.cells, module.raw_shift.dtype) == (9, torch.float64)
    controls = module.controls()
    for part in (controls.shifts, controls.write, controls.erase):
        assert set(part.unique().tolist()) <= {0.0, 1.0}
    assert not any(parameter.requires_grad for parameter in module.control_parameters())
    assert module.output_weight.requires_grad


def test_making_a_module_moves_no_generator():
    before = torch.random.get_rng_state()
    from_machine(random_machine(1))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_weights_are_those_of_a_module():
    settings, weights = weights_of(random_machine(2))
    known = PNTM(**settings).state_dict()
    assert {name: values.shape for name, values in weights.items()} == {
        name: tuple(values.shape) for name, values in known.items()
    }


def test_a_machine_without_tapes_is_saved_and_read():
    vocabulary = Vocabulary(("a",), ("b",))
    said, end = vocabulary.outputs
    machine = Machine.of_arrays(
        vocabulary,
        np.zeros((1, vocabulary.size), np.int64),
        moves=np.zeros((vocabulary.size, 0, 2), np.int64),
        jumps=np.zeros((vocabulary.size, 0, 2), np.int64),
        starts=np.zeros((0, 2), np.int64),
        writes=np.zeros((vocabulary.size, 0), np.int64),
        table=(
            Decision(tape=ROW, branches=((said, 1),), otherwise=2),
            Decision(end),
            Decision(said),
        ),
    )
    again = Machine.from_json(machine.to_json())
    assert (again.tapes, again.decode(("a", "a"))) == (0, ("b",))
