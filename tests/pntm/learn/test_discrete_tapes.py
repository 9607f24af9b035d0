"""Compiled tapes against the machine that they stand for, and fingerprints against readings."""

import numpy as np
import pytest

from nalmx.pntm.action import JUMP, moving, writing
from nalmx.pntm.learn.discrete.data import Streams
from nalmx.pntm.learn.discrete.tapes import fingerprints, reach_of, readings, run_tape
from nalmx.pntm.machine import Decision, Machine, Runner
from nalmx.pntm.tasks import Example
from nalmx.pntm.vocabulary import Vocabulary

VOCABULARY = Vocabulary(("a", "b", "c"), ("x", "y"))
STATES = 2
ROWS = STATES * VOCABULARY.size
FAR = 12


def draw_examples(random, count, longest):
    def tokens(known):
        return tuple(random.choice(known, random.integers(0, longest + 1)).tolist())

    return [Example(tokens(VOCABULARY.prompt), tokens(VOCABULARY.answer)) for _ in range(count)]


def draw_controls(random, count, *, jumps):
    """Ways to write (count, rows, 2, 2) and to read (count, rows, 2)."""
    heads = moving(random.integers(-2, 3, (count, ROWS, 2)))
    if jumps:
        jumping = random.random((count, ROWS, 2)) < 0.15
        heads[jumping, 0] = JUMP
        heads[jumping, 1] = random.integers(-FAR, FAR + 1, jumping.sum())
    cells = writing(random.random((count, ROWS)) < 0.6, random.integers(1, 4, (count, ROWS)))
    return np.stack([heads[:, :, 0], cells], axis=2), heads[:, :, 1].copy()


def literally_read(register, write, read, begins, examples):
    """What one tape reads where an answer is asked for, by the machine itself, step by step."""
    machine = Machine(
        VOCABULARY,
        register,
        np.stack([write[:, 0], read, write[:, 1]], axis=1)[:, None],
        starts=np.array([begins]),
        table=(Decision(answer=VOCABULARY.end),),
    )
    seen = []
    for example in examples:
        runner = Runner(machine)
        reads = [runner.take(symbol)[1][0] for symbol in VOCABULARY.encode(example)[:-1].tolist()]
        seen += reads[len(example.prompt) :]
    return seen


def prepared(seed, count, longest):
    random = np.random.default_rng(seed)
    examples = draw_examples(random, count, longest)
    streams = Streams.of(examples, VOCABULARY)
    register = random.integers(0, STATES, (STATES, VOCABULARY.size))
    return random, examples, streams, register, streams.rows(register)


@pytest.mark.parametrize("jumps", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_tape_reads_what_the_machine_reads(seed, jumps):
    random, examples, streams, register, rows = prepared(seed, 12, 9)
    writes, reads = draw_controls(random, 20, jumps=jumps)
    cells = np.zeros((2, reach_of(streams.bounds, FAR)), np.int32)
    blank = 0
    for write, read in zip(writes, reads, strict=True):
        begins = random.integers(-8, 9, 2)
        out = np.full(len(streams.asked), -7, np.int32)
        run_tape(rows, streams.bounds, streams.asked, write, read, begins, cells, out)
        expected = literally_read(register, write, read, begins.tolist(), examples)
        assert out.tolist() == expected
        blank += expected.count(0)
    assert 0 < blank < 20 * len(streams.asked)


@pytest.mark.parametrize("parts", [1, 3])
def test_readings_are_those_of_every_tape(parts):
    random, examples, streams, register, rows = prepared(11, 10, 7)
    writes, reads = draw_controls(random, 5, jumps=True)
    chosen = np.stack(
        [random.integers(0, 5, 17), random.integers(0, 5, 17), random.integers(-8, 9, 17)], axis=1
    )
    found = readings(
        rows, streams.bounds, streams.asked, writes, reads, chosen,
        reach_of(streams.bounds, FAR), parts,
    )  # fmt: skip
    for seen, (write, read, start) in zip(found.tolist(), chosen.tolist(), strict=True):
        assert seen == literally_read(register, writes[write], reads[read], [0, start], examples)


def test_fingerprints_are_equal_where_readings_are():
    # Few short examples, so that different controls often read the same.
    random, _, streams, _, rows = prepared(2, 4, 3)
    writes, reads = draw_controls(random, 20, jumps=True)
    chosen = np.stack([random.integers(0, 20, 400), random.integers(0, 20, 400),
                       random.integers(-2, 3, 400)], axis=1)  # fmt: skip
    setting = (
        rows, streams.bounds, streams.asked, writes, reads, chosen, reach_of(streams.bounds, FAR)
    )  # fmt: skip
    prints, seen = fingerprints(*setting, 1), [tuple(r) for r in readings(*setting, 1).tolist()]
    assert (prints == fingerprints(*setting, 3)).all()
    known = {}
    for value, reading in zip(prints.tolist(), seen, strict=True):
        if len(set(reading)) == 1:
            assert value == 0
        else:
            assert value != 0
            assert known.setdefault(reading, value) == value
    assert len(set(known.values())) == len(known)
    varied = sum(len(set(reading)) > 1 for reading in seen)
    assert 20 < len(known) < varied < 400
