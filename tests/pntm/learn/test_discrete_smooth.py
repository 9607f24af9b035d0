"""Tables that are split into a table of a table, though some of their entries are wrong."""

import numpy as np
from helpers_machines import copier, parity

from nalmx.pntm.learn.discrete.data import Streams
from nalmx.pntm.learn.discrete.noise import agreement, description_length
from nalmx.pntm.learn.discrete.smooth import smoothed
from nalmx.pntm.tasks import Example
from nalmx.pntm.vocabulary import Vocabulary


def carries(rare, wrong):
    """Questions of (digits before, digit, answer): a sum with a carry of the digits before."""
    asked = []
    for before in range(6):
        for digit in range(4):
            answer = (digit + (before >= 3)) % 4
            if (before, digit) == rare:
                asked += [(before, digit, said) for said in wrong]
            else:
                asked += [(before, digit, answer)] * 20 + [(before, digit, (answer + 1) % 4)]
    columns = np.array([[b, d] for b, d, _ in asked], np.int32).T
    return columns, np.array([answer for _, _, answer in asked], np.int32)


def test_an_entry_with_a_wrong_majority_follows_from_rows_that_say_the_same():
    columns, targets = carries(rare=(4, 2), wrong=(1, 1, 3))
    entries, answers = smoothed(columns, targets, outputs=4)
    told = {tuple(entry): int(a) for entry, a in zip(entries.T.tolist(), answers, strict=True)}
    assert told == {(b, d): (d + (b >= 3)) % 4 for b in range(6) for d in range(4)}


def test_an_entry_that_no_example_shows_follows_too():
    columns, targets = carries(rare=(1, 0), wrong=())
    entries, answers = smoothed(columns, targets, outputs=4)
    told = {tuple(entry): int(a) for entry, a in zip(entries.T.tolist(), answers, strict=True)}
    assert told[1, 0] == 0


def test_a_table_whose_rows_have_nothing_in_common_is_left_alone():
    random = np.random.default_rng(0)
    table = random.integers(50, size=(6, 4))
    columns = np.array([(b, d) for b in range(6) for d in range(4)] * 20, np.int32).T
    assert smoothed(columns, table[columns[0], columns[1]].astype(np.int32), 50) is None


def test_what_is_heard_is_fed_back_and_what_is_asked_stays():
    example, clean = Example(("a", "b"), ("x", "y", "x")), ("x", "x", "x")
    vocabulary = Vocabulary(("a", "b"), ("x", "y"))
    plain = Streams.of([example], vocabulary)
    told = Streams.of([example], vocabulary, {example: clean})
    x, y, _ = vocabulary.outputs
    assert plain.symbols.tolist() == [0, 1, 2, x, y, x]
    assert told.symbols.tolist() == [0, 1, 2, x, x, x]
    assert told.targets.tolist() == plain.targets.tolist()


def test_a_machine_that_is_right_tells_noisy_examples_more_briefly_than_one_that_is_not():
    random = np.random.default_rng(1)
    examples = []
    for _ in range(80):
        prompt = tuple(random.choice(["0", "1"], size=10).tolist())
        wrong = random.random(10) < 0.1
        answer = (str(int(t) ^ bool(w)) for t, w in zip(prompt, wrong, strict=True))
        examples.append(Example(prompt, tuple(answer)))
    lengths = [
        description_length(machine, agreement(machine, examples), examples, np.inf)
        for machine in (copier(("0", "1")), parity())
    ]
    assert lengths[0] < lengths[1]
