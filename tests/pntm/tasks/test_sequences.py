"""Sequence tasks: answers against independent definitions, and the prompts they draw."""

import ast
from collections import Counter
from itertools import accumulate, product
from pathlib import Path

import numpy as np
import pytest

from nalmx.errors import SettingError, UnknownNameError
from nalmx.pntm import tasks
from nalmx.pntm.tasks import TASK_NAMES, Example, exact_match, sequence_task
from nalmx.testing.contract import SequenceTaskContract

FOLDER = Path(tasks.__file__).parent

# Prompt and answer, written out.
WRITTEN = {
    "parity": [("1 0 1 1", "1 1 0 1"), ("0", "0")],
    "cycle-navigation": [("+ + 0 - - -", "1 2 2 1 0 4"), ("- - + + + + + +", "4 3 4 0 1 2 3 4")],
    "modular-arithmetic": [("+3 *4 -6", "3 5 6"), ("-1 *6 *0 +6 +6", "6 1 0 6 5")],
    "s3": [("213 132", "213 312"), ("132 213", "132 231"), ("231 231 231", "231 312 123")],
    "s5": [
        ("s1 r", "21345 32451"),
        ("r s1", "23451 13452"),
        ("r r r r r", "23451 34512 45123 51234 12345"),
        ("s1 s2 s3 s4", "21345 31245 41235 51234"),
    ],
    "copy": [("a h c", "a h c")],
    "reverse": [("a h c", "c h a"), ("b", "b")],
    "repeat-copy": [("a b #", "a b |"), ("a b # # #", "a b | a b | a b |")],
    "duplicate": [("a", "a | a"), ("a b c", "a b c | a b c")],
    "associative-recall": [("a 3 b 5 a 0 ? a", "0"), ("a 3 b 5 a 0 ? b", "5"), ("h 7 ? h", "7")],
    "addition": [
        ("1 1 + 1", "0 0 1"),
        ("1 + 1 1", "0 0 1"),
        ("0 1 0 + 1", "1 1 0"),
        ("0 + 0", "0"),
        ("1 1 1 + 1 1 1", "0 1 1 1"),
    ],
    "addition-big-endian": [("1 1 0 + 1", "1 1 1"), ("1 + 1 1", "0 0 1"), ("0 0 1 + 0", "1 0 0")],
    "subtraction": [("0 1 1 - 1", "1 0 1"), ("0 0 1 - 1", "1 1 0"), ("1 1 - 1 1", "0 0")],
    "multiply": [("2 1", "4 8"), ("5", "5 3"), ("9 9", "3 9 6"), ("0 0", "0 0"), ("1 0", "7 0")],
    "comparison": [
        ("1 0 1 ? 1 1", "= < >"),
        ("1 ? 0 1", "> <"),
        ("1 1 ? 1 1", "= ="),
        ("0 1 ? 1 1", "< <"),
        ("1 ? 1 0 0", "= = ="),
    ],
    "sort": [("3 1 2 1", "1 1 2 3"), ("2", "2")],
    "majority": [("a b a", "a"), ("b b a", "b"), ("b a", "="), ("b", "b")],
    "anbncn": [("a a", "b b c c"), ("a", "b c")],
    "stack": [("a b pop c", "c a"), ("a pop", ""), ("d a b", "b a d"), ("a pop b b pop c", "c b")],
    "even-pairs": [("0 0 1 1 1 0", "0"), ("0 1 0 1 0 0 1", "1"), ("1", "0")],
    "modular-arithmetic-simple": [
        ("1 + 2 * 3", "2"),
        ("1 - 1 - 1", "4"),
        ("0 * 1 + 4 * 3 - 2", "0"),
        ("3", "3"),
        ("2 - 3 * 4", "0"),
    ],
    "parity-check": [("1 0 1 0 1 0 0", "1"), ("0 1 1 1 1", "0")],
    "cycle-position": [("+ - 0 - -", "3"), ("+ + + -", "2"), ("0", "0")],
    "stack-manipulation": [
        ("0 1 1 0 push1 pop pop", "1 1 0"),
        ("1 1 0 pop pop pop", ""),
        ("1 pop pop push0", "0"),
    ],
    "modular-arithmetic-brackets": [
        ("3", "3"),
        ("- 3", "2"),
        ("( - 1 )", "4"),
        ("( ( 1 + 3 ) - - 2 )", "1"),
        ("( 1 - ( 2 - ( 3 ) ) )", "2"),
    ],
    "solve-equation": [("x = 4", "4"), ("- x = 4", "1"), ("( 1 - ( 3 - x ) ) = 0", "2")],
    "duplicate-string": [("1 0 1", "1 0 1 1 0 1"), ("0", "0 0")],
    "missing-duplicate": [("0 1 1 0 0 1 _ 0", "1"), ("1 0 1 1 _ 1 .", "0"), ("_ 1", "1")],
    "odds-first": [("0 0 1 1 0 1 0 1", "0 1 0 0 0 1 1 1"), ("1 1 0", "1 0 1"), ("1", "1")],
    "binary-multiplication": [
        ("0 0 1 * 0 1 1 0 1", "0 0 0 1 1 0 1"),
        ("1 0 0 1 * 0 0 0 0 0 1", "0 0 0 0 0 1 0 0 1"),
        ("1 0 * 1 0", "1"),
    ],
    "compute-sqrt": [("1 0 0 1 0 1", "1 1 0"), ("1 1 1", "1 0"), ("0 0 1", "0 1")],
    "bucket-sort": [("1 0 2 0 4 1 1 2", "0 0 1 1 1 2 2 4"), ("3", "3")],
}


def random(seed=0):
    return np.random.default_rng(seed)


def drawn(name, count=300, longest=20):
    return sequence_task(name).examples(random(), count, longest)


def value(digits, base=2):
    return sum(int(digit) * base**place for place, digit in enumerate(digits))


def parts(prompt, sign):
    left, right = " ".join(prompt).split(f" {sign} ")
    return left.split(), right.split()


def prefixes(prompt):
    return [prompt[: i + 1] for i in range(len(prompt))]


# Definitions that share no code with the tasks: a prompt to its answer, as lists of tokens.


def by_parity(prompt):
    return [str(part.count("1") % 2) for part in prefixes(prompt)]


def by_cycle(prompt):
    return [str((part.count("+") - part.count("-")) % 5) for part in prefixes(prompt)]


def by_exact_value(prompt):
    values, exact = [], 0
    for sign, number in prompt:
        right = int(number)
        exact = {"+": exact + right, "-": exact - right, "*": exact * right}[sign]
        values.append(str(exact % 7))
    return values


def by_matrices(matrices, prompt):
    """Row-vector permutation matrices multiply in the order in which they are applied."""
    degree = len(next(iter(matrices.values())))
    products = accumulate((matrices[name] for name in prompt), np.matmul)
    return ["".join(map(str, p @ np.arange(1, degree + 1))) for p in products]


def matrix(images):
    return np.eye(len(images), dtype=int)[[i - 1 for i in images]]


S3 = {
    "".join(map(str, images)): matrix(images)
    for images in product((1, 2, 3), repeat=3)
    if len(set(images)) == 3
}
S5 = {
    "s1": matrix([2, 1, 3, 4, 5]),
    "s2": matrix([1, 3, 2, 4, 5]),
    "s3": matrix([1, 2, 4, 3, 5]),
    "s4": matrix([1, 2, 3, 5, 4]),
    "r": matrix([2, 3, 4, 5, 1]),
}


def by_joining(prompt):
    text, marks = "".join(prompt).rstrip("#"), "".join(prompt).count("#")
    return list("|".join([text] * marks) + "|")


def by_last_place(prompt):
    keys = prompt[:-2:2]
    last = max(i for i, key in enumerate(keys) if key == prompt[-1])
    return [prompt[2 * last + 1]]


def by_full_adder(left, right):
    width, carry, total = max(len(left), len(right)), 0, []
    padded = ([int(d) for d in side] + [0] * (width - len(side)) for side in (left, right))
    for a, b in zip(*padded, strict=True):
        total.append(str(a ^ b ^ carry))
        carry = a & b | carry & (a ^ b)
    return total + ["1"] * carry


def by_full_subtractor(prompt):
    left, right = parts(prompt, "-")
    borrow, difference = 0, []
    for a, b in zip(map(int, left), map(int, right + ["0"] * len(left)), strict=False):
        difference.append(str(a ^ b ^ borrow))
        borrow = (1 - a) & b | (1 - (a ^ b)) & borrow
    assert borrow == 0
    return difference


def by_product(prompt):
    return list(str(7 * value(prompt, 10)).zfill(len(prompt)))[::-1]


def by_values(prompt):
    left, right = parts(prompt, "?")
    signs = {-1: "<", 0: "=", 1: ">"}
    places = range(1, max(len(left), len(right)) + 1)
    return [signs[int(np.sign(value(left[:n]) - value(right[:n])))] for n in places]


def by_counting(prompt):
    counted = Counter(prompt)
    return [token for token in ("1", "2", "3") for _ in range(counted[token])]


def by_vote(prompt):
    votes = sum(1 if token == "a" else -1 for token in prompt)
    return ["a" if votes > 0 else "b" if votes < 0 else "="]


def by_cancelling(prompt):
    """Strike out a push with the pop right behind it until no pop is left."""
    left = list(prompt)
    while "pop" in left:
        place = left.index("pop")
        del left[place - 1 : place + 1]
    return left[::-1]


def by_deleting_stretches(prompt):
    """Of a string without repetitions in a row, the number of changes is one less than its length."""
    thin = [token for at, token in enumerate(prompt) if at == 0 or token != prompt[at - 1]]
    return [str((len(thin) - 1) % 2)]


def computed(node):
    """The value of what Python reads as sums, differences and products."""
    if isinstance(node, ast.BinOp):
        left, right = computed(node.left), computed(node.right)
        kinds = {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}
        return kinds[type(node.op)]
    if isinstance(node, ast.UnaryOp):
        return -computed(node.operand)
    return node.value


def by_exact_python(prompt):
    return [str(computed(ast.parse("".join(prompt), mode="eval").body) % 5)]


def by_trying_all(prompt):
    left, right = "".join(prompt).split("=")
    return [x for x in "01234" if by_exact_python(left.replace("x", x)) == [right]]


def by_cutting(prompt):
    """Give what is pushed a mark; a pop takes the nearest push before it, if there is one."""
    text = "".join(token[-1] if token != "pop" else "<" for token in prompt)
    while "<" in text:
        at = text.index("<")
        text = text[: max(0, at - 1)] + text[at + 1 :]
    return list(text[::-1])


def by_the_twin(prompt):
    half = len(prompt) // 2
    pairs = zip(prompt[:half], prompt[half:], strict=False)
    return [min(pair) if max(pair) == "_" else max(pair) for pair in pairs if "_" in pair]


def by_shifted_sums(prompt):
    left, right = parts(prompt, "*")
    total = []
    for place, bit in enumerate(right):
        if bit == "1":
            total = by_full_adder(total, ["0"] * place + left)
    while total[-1] == "0":
        total.pop()
    return total


def by_squares(prompt):
    """Digit by digit, the largest number whose square is not greater."""
    number, root = value(prompt[::-1]), 0
    for place in reversed(range((len(prompt) + 1) // 2)):
        root += 2**place * ((root + 2**place) ** 2 <= number)
    return list(bin(root)[2:].zfill((len(prompt) + 1) // 2))


DEFINITIONS = {
    "parity": by_parity,
    "cycle-navigation": by_cycle,
    "modular-arithmetic": by_exact_value,
    "s3": lambda prompt: by_matrices(S3, prompt),
    "s5": lambda prompt: by_matrices(S5, prompt),
    "copy": list,
    "reverse": lambda prompt: list(reversed(prompt)),
    "repeat-copy": by_joining,
    "duplicate": lambda prompt: list("|".join(["".join(prompt)] * 2)),
    "associative-recall": by_last_place,
    "addition": lambda prompt: by_full_adder(*parts(prompt, "+")),
    "addition-big-endian": lambda prompt: by_full_adder(
        *(list(reversed(side)) for side in parts(prompt, "+"))
    ),
    "subtraction": by_full_subtractor,
    "multiply": by_product,
    "comparison": by_values,
    "sort": by_counting,
    "majority": by_vote,
    "anbncn": lambda prompt: list("b" * len(prompt) + "c" * len(prompt)),
    "stack": by_cancelling,
    "even-pairs": by_deleting_stretches,
    "modular-arithmetic-simple": by_exact_python,
    "parity-check": lambda prompt: by_parity(prompt)[-1:],
    "cycle-position": lambda prompt: by_cycle(prompt)[-1:],
    "stack-manipulation": by_cutting,
    "modular-arithmetic-brackets": by_exact_python,
    "solve-equation": by_trying_all,
    "duplicate-string": lambda prompt: list("".join(prompt) * 2),
    "missing-duplicate": by_the_twin,
    "odds-first": lambda prompt: [
        t for odd in (1, 0) for n, t in enumerate(prompt, 1) if n % 2 == odd
    ],
    "binary-multiplication": by_shifted_sums,
    "compute-sqrt": by_squares,
    "bucket-sort": sorted,
}

# What a prompt's length counts, as declared in words by each task.
LENGTHS = {
    "repeat-copy": lambda prompt: len(prompt) - prompt.count("#"),
    "associative-recall": lambda prompt: len(prompt[:-2]) // 2,
    "addition": lambda prompt: max(map(len, parts(prompt, "+"))),
    "addition-big-endian": lambda prompt: max(map(len, parts(prompt, "+"))),
    "subtraction": lambda prompt: len(parts(prompt, "-")[0]),
    "modular-arithmetic-simple": lambda prompt: len([t for t in prompt if t.isdigit()]),
    "comparison": lambda prompt: max(map(len, parts(prompt, "?"))),
}


for _name in TASK_NAMES:
    globals()[f"Test_{_name}"] = type(
        f"Test_{_name}", (SequenceTaskContract,), {"task": sequence_task(_name)}
    )


@pytest.mark.parametrize("name", TASK_NAMES)
def test_answers_are_those_written_by_hand(name):
    for prompt, answer in WRITTEN[name]:
        assert sequence_task(name).answer(tuple(prompt.split())) == tuple(answer.split())


@pytest.mark.parametrize("name", TASK_NAMES)
def test_answers_are_those_of_an_independent_definition(name):
    for example in drawn(name):
        assert list(example.answer) == DEFINITIONS[name](example.prompt)


@pytest.mark.parametrize("name", TASK_NAMES)
def test_prompts_have_the_length_asked_for(name):
    task, measured = sequence_task(name), LENGTHS.get(name, len)
    assert task.shortest < 15
    for length in range(task.shortest, 15):
        for seed in range(5):
            assert measured(task.example(random(seed), length).prompt) == length


@pytest.mark.parametrize("name", TASK_NAMES)
def test_too_short_a_length_is_refused(name):
    with pytest.raises(SettingError, match="length 0 is too short"):
        sequence_task(name).example(random(), 0)


@pytest.mark.parametrize("name", TASK_NAMES)
def test_every_task_is_in_the_file_of_its_name(name):
    task = sequence_task(name)
    assert task.name == name
    assert task.summary
    assert task.counts
    assert sequence_task(name.upper().replace("-", "_")) is task


def declares_a_task(path):
    return any(
        isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "TASK" for t in node.targets)
        for node in ast.parse(path.read_text()).body
    )


def tasks_in(folder):
    files = folder.glob("[!_]*.py")
    return sorted(path.stem.replace("_", "-") for path in files if declares_a_task(path))


def test_every_file_with_a_task_is_listed():
    assert tasks_in(FOLDER) == sorted(TASK_NAMES)


def test_a_task_that_is_not_listed_is_found(tmp_path):
    (tmp_path / "new_task.py").write_text("TASK = None\n")
    (tmp_path / "helper.py").write_text("OTHER = None\n")
    (tmp_path / "_hidden.py").write_text("TASK = None\n")
    assert tasks_in(tmp_path) == ["new-task"]


def test_every_task_has_its_examples_and_its_definition():
    assert list(WRITTEN) == list(DEFINITIONS) == list(TASK_NAMES)


def test_an_unknown_task_is_refused_with_the_known_ones():
    with pytest.raises(
        UnknownNameError, match=r"'permute'; choose one of: parity, .*, bucket-sort"
    ):
        sequence_task("permute")


def test_operands_differ_in_length_and_either_may_be_longer():
    for name, sign in (("addition", "+"), ("addition-big-endian", "+"), ("comparison", "?")):
        sides = [parts(e.prompt, sign) for e in drawn(name)]
        signs = Counter(int(np.sign(len(left) - len(right))) for left, right in sides)
        assert min(signs[-1], signs[1]) > 75


def test_subtrahends_are_never_longer_or_greater():
    for example in drawn("subtraction"):
        left, right = parts(example.prompt, "-")
        assert len(left) >= len(right)
        assert value(left) >= value(right)


def test_keys_repeat_and_the_one_asked_for_occurs():
    examples = drawn("associative-recall")
    assert all(e.prompt[-1] in e.prompt[:-2:2] for e in examples)
    repeated = [e for e in examples if e.prompt[:-2:2].count(e.prompt[-1]) > 1]
    overwritten = [e for e in repeated if e.prompt[e.prompt.index(e.prompt[-1]) + 1] != e.answer[0]]
    assert len(overwritten) > 75


def test_repeats_do_not_depend_on_the_length():
    task = sequence_task("repeat-copy")
    for length in (1, 30):
        times = Counter(task.example(random(seed), length).prompt.count("#") for seed in range(400))
        assert sorted(times) == [1, 2, 3, 4]
        assert min(times.values()) > 60


@pytest.mark.parametrize("length", [1, 2, 10, 101, 1000])
def test_majorities_are_close_often_and_clear_often(length):
    task = sequence_task("majority")
    counts = [task.example(random(seed), length).prompt.count("a") for seed in range(300)]
    leads = [abs(2 * count - length) for count in counts]
    assert sum(lead <= 2 for lead in leads) > 60
    assert length < 10 or sum(lead > length / 3 for lead in leads) > 30
    assert length % 2 or leads.count(0) > 30


def test_comparisons_stay_equal_for_long():
    verdicts = [e.answer for e in drawn("comparison", longest=100)]
    assert sum(answer[: len(answer) // 4].count("=") > 5 for answer in verdicts) > 75


def test_stacks_are_emptied_and_grow_deep():
    task = sequence_task("stack")
    depths = [len(task.example(random(seed), 200).answer) for seed in range(200)]
    assert min(depths) < 10
    assert max(depths) > 150


def test_exact_match_wants_every_token_and_the_right_end():
    examples = [Example(("a",), ("a", "b"))] * 4
    decoded = [("a", "b"), ("a",), ("a", "b", "b"), ("b", "a")]
    assert exact_match(decoded, examples) == 0.25
    assert exact_match([], []) == 1.0
