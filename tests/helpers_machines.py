"""Machines built by hand or at random, for tests that need one at once and without torch."""

import numpy as np

from nalmx.pntm import Vocabulary
from nalmx.pntm.machine import BLANK, ROW, STAY, Decision, Machine


def hand_made(vocabulary, table, *, moves=(), jumps=(), writes=(), starts=((0, 0),), register=None):
    """A machine; `moves` and `jumps` are (row, tape, head, cells), `writes` (row, tape, symbol)."""
    register = [[0] * vocabulary.size] if register is None else register
    rows, tapes = len(register) * vocabulary.size, len(starts)
    arrays = {
        "moves": np.zeros((rows, tapes, 2), np.int64),
        "jumps": np.full((rows, tapes, 2), STAY),
        "writes": np.full((rows, tapes), STAY),
    }
    for name, given in (("moves", moves), ("jumps", jumps), ("writes", writes)):
        for *place, value in given:
            arrays[name][tuple(place)] = value
    starts = np.array(starts, np.int64).reshape(tapes, 2)
    table = tuple(table)
    return Machine.of_arrays(vocabulary, np.array(register), starts=starts, table=table, **arrays)


def changed(machine, part, place, new):
    """The machine with other numbers at a place of the moves, jumps, starts, writes or register."""
    arrays = machine.arrays() | {part: machine.arrays()[part].copy()}
    arrays[part][place] = new
    return Machine.of_arrays(machine.vocabulary, table=machine.table, **arrays)


def copier(tokens=("a", "b")):
    """Says what it was given."""
    count = len(tokens)
    branches = ((BLANK, 1), *((i + 1, i + 2) for i in range(count)))
    leaves = [2 * count + 1, *range(count + 1, 2 * count + 1)]
    return hand_made(
        Vocabulary(tuple(tokens), tuple(tokens)),
        [Decision(None, 0, branches), *(Decision(answer=leaf) for leaf in leaves)],
        moves=[(i, 0, 0, 1) for i in range(count)]
        + [(i, 0, 1, 1) for i in range(count + 1, 2 * count + 1)],
        writes=[(i, 0, i + 1) for i in range(count)],
        starts=((0, 1),),
    )


def parity():
    """Says after how many of the bits so far the number of ones was odd."""
    vocabulary = Vocabulary(("0", "1"), ("0", "1"))  # 0 1 = 0 1 end: symbols 0 to 5
    table = [
        Decision(None, 0, ((BLANK, 3), (1, 1)), 2),
        Decision(None, ROW, ((4, 5),), 4),
        Decision(None, ROW, ((4, 4),), 5),
        *(Decision(answer=answer) for answer in (5, 3, 4)),
    ]
    moves = [(0, 0, 0, 1), (1, 0, 0, 1), (3, 0, 1, 1), (4, 0, 1, 1)]
    writes = [(0, 0, 1), (1, 0, 2)]
    return hand_made(vocabulary, table, moves=moves, writes=writes, starts=((0, 1),))


def counter():
    """Says how many ones there were, modulo 3, at the end: it counts in its register."""
    vocabulary = Vocabulary(("0", "1"), ("0", "1", "2"))  # 0 1 = 0 1 2 end: symbols 0 to 6
    register = [[s, (s + 1) % 3, *[s] * 5] for s in range(3)]
    table = [
        Decision(None, ROW, tuple((7 * s + 2, s + 1) for s in range(3)), 4),
        *(Decision(answer=answer) for answer in (3, 4, 5, 6)),
    ]
    return hand_made(vocabulary, table, register=register, starts=())


def either():
    """Says for bits of two numbers, the second behind `+`, where at least one of them has a one."""
    vocabulary = Vocabulary(("+", "0", "1"), ("0", "1"))  # + 0 1 = 0 1 end: symbols 0 to 6
    register = [[1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 0, 0, 0]]
    table = [
        Decision(None, 0, ((BLANK, 1), (5, 3)), 2),
        Decision(None, 1, ((BLANK, 5), (5, 3)), 4),
        Decision(None, 1, ((5, 3),), 4),
        *(Decision(answer=answer) for answer in (5, 4, 6)),
    ]
    given = [(7 * tape + u, tape) for tape in (0, 1) for u in (1, 2)]
    moves = [(row, tape, 0, 1) for row, tape in given]
    moves += [(u, tape, 1, 1) for u in (4, 5) for tape in (0, 1)]
    writes = [(row, tape, 4 if row % 7 == 1 else 5) for row, tape in given]
    starts = ((0, 1), (0, 1))
    return hand_made(
        vocabulary, table, moves=moves, writes=writes, starts=starts, register=register
    )


def recall():
    """Says the bit that last followed the key asked for: keys are cells that heads jump to."""
    vocabulary = Vocabulary(("0", "1", "a", "b"), ("0", "1"))  # 0 1 a b = 0 1 end: symbols 0 to 7
    table = [Decision(None, 0, ((1, 1), (2, 2)), 3), *(Decision(answer=a) for a in (5, 6, 7))]
    jumps = [(key, 0, head, cell) for key, cell in ((2, -9), (3, 9)) for head in (0, 1)]
    moves = [(5, 0, 1, 1), (6, 0, 1, 1)]
    return hand_made(vocabulary, table, jumps=jumps, moves=moves, writes=[(0, 0, 1), (1, 0, 2)])


def gated():
    """Says the bits behind the last `+`: only where the register says so is one kept."""
    vocabulary = Vocabulary(("+", "0", "1"), ("0", "1"))  # + 0 1 = 0 1 end: symbols 0 to 6
    table = [
        Decision(None, 0, ((BLANK, 3), (4, 1)), 2),
        *(Decision(answer=answer) for answer in (4, 5, 6)),
    ]
    register = [[1, *[0] * 6], [1] * 7]
    moves = [(8, 0, 0, 1), (9, 0, 0, 1), (4, 0, 1, 1), (11, 0, 1, 1), (12, 0, 1, 1)]
    writes = [(7 + u, 0, 3 + u) for u in (1, 2)]
    return hand_made(
        vocabulary, table, moves=moves, writes=writes, starts=((0, 1),), register=register
    )


def endless():
    """Says `a` for ever."""
    return hand_made(Vocabulary(("a",), ("a",)), [Decision(answer=2)])


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
        otherwise = (None, later[1], later[2], later[2])[int(random.integers(4))]
        table.append(Decision(None, column, pairs, otherwise))
    table += [Decision(answer=int(random.integers(3, 6))) for _ in range(12)]
    machine = hand_made(
        Vocabulary(("a", "b"), ("a", "B")),
        table,
        starts=random.integers(-3, 4, (tapes, 2)),
        register=random.integers(0, states, (states, 6)).tolist(),
    )
    moves = random.integers(-2, 3, (rows, tapes, 2))
    jumps = random.integers(-3, 4, (rows, tapes, 2))
    jumps = np.where(random.random(jumps.shape) < 0.2, jumps, STAY)
    writes = random.choice([STAY, *symbols], (rows, tapes))
    arrays = machine.arrays() | {"moves": moves, "jumps": jumps, "writes": writes}
    return Machine.of_arrays(machine.vocabulary, table=machine.table, **arrays)


def random_prompts(machine, seed, count, longest=12):
    """Prompts of a machine's tokens, the empty one too."""
    random, tokens = np.random.default_rng(seed), machine.vocabulary.prompt
    lengths = [0, *random.integers(1, longest + 1, count - 1).tolist()]
    return [tuple(tokens[i] for i in random.integers(0, len(tokens), n)) for n in lengths]
