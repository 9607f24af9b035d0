"""Specifications say what the tasks' own answers are, and which prompts there are."""

import re
from collections import Counter
from dataclasses import replace
from itertools import chain, islice, product

import numpy as np
import pytest

from nalmx.errors import SettingError
from nalmx.pntm.tasks import TASK_NAMES, sequence_task
from nalmx.pntm.tasks.prompts import describe, prompts_of
from nalmx.pntm.tasks.specification import (
    Block,
    Compare,
    Fold,
    Pass,
    Repeat,
    Say,
    Specification,
    Stream,
    after_each,
    along,
    answer_of,
    say,
    spell,
)

SPECIFIED = [name for name in TASK_NAMES if sequence_task(name).specification is not None]
AB = ("a", "b")
COPY = Specification((Block(AB),), (spell(Stream()),))
TWO = Specification((Block(AB), "+", Block(AB)), ())

# What a prompt is, written apart from the shapes of specifications.
PATTERNS = {
    "parity": "[01]+",
    "cycle-navigation": r"[-0+]+",
    "modular-arithmetic": r"([-+*][0-6])+",
    "s3": "(123|132|213|231|312|321)+",
    "s5": "(s[1-4]|r)+",
    "copy": "[a-h]+",
    "reverse": "[a-h]+",
    "repeat-copy": "[a-h]+#+",
    "duplicate": "[a-h]+",
    "addition": r"[01]+\+[01]+",
    "addition-big-endian": r"[01]+\+[01]+",
    "subtraction": "[01]+-[01]+",
    "multiply": "[0-9]+",
    "comparison": r"[01]+\?[01]+",
    "sort": "[123]+",
    "majority": "[ab]+",
    "anbncn": "a+",
    "even-pairs": "[01]+",
    "modular-arithmetic-simple": "[0-4]([-+*][0-4])*",
    "parity-check": "[01]+",
    "cycle-position": "[-0+]+",
    "duplicate-string": "[01]+",
    "bucket-sort": "[0-4]+",
}
# Tasks that say of each prompt what they answer, and of all prompts which there are, but in no form.
UNSPECIFIED = {
    *("associative-recall", "stack", "stack-manipulation", "modular-arithmetic-brackets"),
    *("solve-equation", "missing-duplicate", "odds-first", "binary-multiplication", "compute-sqrt"),
}


def value(bits):
    return sum(2**place for place, bit in enumerate(bits) if bit == "1")


def is_prompt(name, prompt):
    text = "".join(prompt)
    if not re.fullmatch(PATTERNS[name], text):
        return False
    if name != "subtraction":
        return True
    left, right = text.split("-")
    return len(left) >= len(right) and value(left) >= value(right)


def is_recall(prompt):
    *pairs, ask, asked = prompt
    keys, values = pairs[::2], pairs[1::2]
    known = set("abcdefgh").issuperset(keys) and set("01234567").issuperset(values)
    return known and ask == "?" and len(keys) == len(values) and asked in keys


def is_stack(prompt):
    depths = np.cumsum([-1 if token == "pop" else 1 for token in prompt])
    return bool((depths >= 0).all())


def first_prompts(name, most):
    task = sequence_task(name)
    return islice(chain.from_iterable(prompts_of(task, n) for n in range(1, 50)), most)


def drawn(name, lengths=(1, 2, 3, 9, 40, 300), each=15):
    task, random = sequence_task(name), np.random.default_rng(7)
    return [task.draw(random, max(n, task.shortest)) for n in lengths for _ in range(each)]


def test_every_task_says_how_all_its_prompts_are_found():
    assert set(SPECIFIED) == set(PATTERNS)
    assert set(TASK_NAMES) - set(SPECIFIED) == UNSPECIFIED
    for name in TASK_NAMES:
        task = sequence_task(name)
        assert task.specification is not None or task.every is not None


@pytest.mark.parametrize("name", SPECIFIED)
def test_a_specification_says_what_the_task_answers(name):
    task = sequence_task(name)
    for prompt in chain(first_prompts(name, 1_500), drawn(name)):
        assert answer_of(task.specification, prompt) == task.answer(prompt)


@pytest.mark.parametrize("name", SPECIFIED)
def test_every_prompt_that_is_drawn_is_admitted(name):
    specification = sequence_task(name).specification
    assert all(map(specification.admits, drawn(name)))


@pytest.mark.parametrize("name", SPECIFIED)
def test_the_tokens_of_a_specification_are_those_of_prompts(name):
    task = sequence_task(name)
    assert set(task.specification.tokens) == set(task.prompt_tokens)


@pytest.mark.parametrize("name", SPECIFIED)
def test_what_is_admitted_and_listed_is_what_a_prompt_is(name):
    task = sequence_task(name)
    tokens = 0
    while tokens <= 9 and len(task.prompt_tokens) ** tokens <= 700:
        every = list(product(task.prompt_tokens, repeat=tokens))
        wanted = {prompt for prompt in every if is_prompt(name, prompt)}
        assert {prompt for prompt in every if task.specification.admits(prompt)} == wanted
        listed = list(prompts_of(task, tokens))
        assert len(listed) == len(set(listed))
        assert set(listed) == wanted
        tokens += 1
    assert tokens > 2


@pytest.mark.parametrize(("name", "tokens"), [("subtraction", 7), ("addition", 7)])
def test_longer_prompts_are_listed_once_each_too(name, tokens):
    task = sequence_task(name)
    listed = list(prompts_of(task, tokens))
    every = product(task.prompt_tokens, repeat=tokens)
    assert Counter(listed) == Counter(p for p in every if is_prompt(name, p))


def test_all_prompts_of_a_stack_are_those_that_never_pop_an_empty_one():
    task = sequence_task("stack")
    for tokens in range(6):
        listed = list(prompts_of(task, tokens))
        wanted = filter(is_stack, product(task.prompt_tokens, repeat=tokens))
        assert Counter(listed) == Counter(wanted)


def test_all_prompts_of_associative_recall_ask_for_a_key_that_was_given():
    task = sequence_task("associative-recall")
    for tokens in (0, 1, 2, 3, 5):
        assert list(prompts_of(task, tokens)) == []
    listed = list(prompts_of(task, 4))
    every = product(task.prompt_tokens, repeat=4)
    assert Counter(listed) == Counter(p for p in every if is_recall(p))
    # Of two pairs, one key may be asked for where both are equal, else two: 64 · (8 + 7 · 16).
    longer = list(prompts_of(task, 6))
    assert len(set(longer)) == len(longer) == 64 * 8 * (1 + 7 * 2)
    assert all(map(is_recall, longer))


def test_listed_prompts_of_a_block_that_may_be_empty_are_complete():
    shape = (Block(AB, 0), "+", Block(("c",), 2))
    task = replace(sequence_task("copy"), specification=Specification(shape, ()))
    for tokens in range(7):
        every = product("ab+c", repeat=tokens)
        wanted = {p for p in every if re.fullmatch(r"[ab]*\+cc+", "".join(p))}
        assert set(prompts_of(task, tokens)) == wanted


def test_a_specification_without_blocks_has_one_prompt():
    specification = Specification(("a", "b"), (say("c"),))
    task = replace(sequence_task("copy"), specification=specification)
    assert [list(prompts_of(task, tokens)) for tokens in range(4)] == [[], [], [AB], []]
    assert answer_of(specification, AB) == ("c",)


@pytest.mark.parametrize(
    "prompt", ["", "0", "+", "0 +", "+ 1", "0 + + 1", "0 + 1 + 1", "0 - 1", "0 + 1 2", "0+1"]
)
def test_a_prompt_of_another_shape_is_not_admitted(prompt):
    specification = sequence_task("addition").specification
    assert specification.admits(("0", "+", "1"))
    assert not specification.admits(tuple(prompt.split()))


def test_differences_below_zero_and_longer_second_operands_are_not_admitted():
    admits = sequence_task("subtraction").specification.admits
    assert admits(tuple("1-1"))
    assert admits(tuple("01-1"))
    assert not admits(tuple("0-1"))
    assert not admits(tuple("10-01"))
    assert not admits(tuple("1-00"))


def test_words_are_the_blocks_of_a_prompt():
    assert TWO.words(tuple("ab+b")) == (("a", "b"), ("b",))
    assert sequence_task("repeat-copy").specification.words(tuple("ab##")) == (AB, ("#", "#"))
    empty = Specification((Block(AB, 0), "+", Block(AB, 0)), ())
    assert empty.words(("+",)) == ((), ())


def test_a_block_ends_before_what_comes_next():
    assert Specification((Block(AB, 0), "b"), ()).words(tuple("aab")) == (("a", "a"),)
    assert not Specification((Block(AB, 0), "b"), ()).admits(tuple("abab"))


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("", "a prompt has fewer than 1 tokens at place 1"),
        ("ab", "a prompt has no '\\+' at place 3"),
        ("ab+", "a prompt has fewer than 1 tokens at place 4"),
        ("a+bx", "'x' at place 4 of a prompt is out of place"),
        ("xa+b", "a prompt has fewer than 1 tokens at place 1"),
    ],
)
def test_a_wrong_shape_is_told_with_its_place(prompt, said):
    for read in (TWO.words, lambda given: answer_of(TWO, given)):
        with pytest.raises(SettingError, match=f"^{said}$"):
            read(tuple(prompt))


def test_a_long_token_out_of_place_is_cut_short():
    with pytest.raises(SettingError) as raised:
        COPY.words(("a", "x" * 500))
    assert str(raised.value) == f"'{'x' * 20}' at place 2 of a prompt is out of place"


def test_a_shape_is_described_in_words():
    assert describe(TWO) == '{a, b}+ "+" {a, b}+'
    assert describe(Specification((Block(("c",), 0), Block(AB, 3)), ())) == "{c}* {a, b}+"
    assert describe(sequence_task("addition").specification) == '{0, 1}+ "+" {0, 1}+'


def test_a_stream_shows_some_of_the_tokens_in_either_direction():
    words = (tuple("abba"), tuple("aab"))
    assert along(words, Stream()) == tuple("abba")
    assert along(words, Stream(1, backward=True)) == tuple("baa")
    assert along(words, Stream(1, only=("b",))) == ("b",)
    assert along(words, Stream(0, only=("c",))) == ()


def pairs(with_first):
    """Say what two streams show at each place; the state counts the places."""
    walk = Pass(
        (Stream(0), Stream(1)), lambda n, seen: (n + 1, f"{n}{seen[0]}{seen[1]}"), with_first
    )
    return replace(TWO, instructions=(walk, Say(lambda n: f"{n} places")))


def test_a_pass_goes_on_to_the_longest_stream_or_with_the_first():
    both, first = pairs(False), pairs(True)
    assert answer_of(both, tuple("a+bb")) == ("0ab", "1Noneb", "2 places")
    assert answer_of(both, tuple("ab+b")) == ("0ab", "1bNone", "2 places")
    assert answer_of(first, tuple("a+bb")) == ("0ab", "1 places")
    assert answer_of(first, tuple("ab+b")) == ("0ab", "1bNone", "2 places")


def test_nothing_is_said_where_a_state_has_no_token():
    quiet = replace(COPY, instructions=(Say(lambda state: None), say("b"), Say(lambda state: None)))
    assert answer_of(quiet, ("a",)) == ("b",)


def test_counts_are_compared():
    counted = Compare(Stream(0, only=("a",)), Stream(0, only=("b",)), ("less", "same", "more"))
    specification = Specification((Block(AB),), (counted,))
    assert answer_of(specification, tuple("abb")) == ("less",)
    assert answer_of(specification, tuple("ab")) == ("same",)
    assert answer_of(specification, tuple("aab")) == ("more",)


def test_instructions_are_repeated_for_each_token_and_keep_their_state():
    body = (Pass((Stream(),), lambda n, seen: (n + 1, f"{seen[0]}{n}")), say("|"))
    specification = Specification((Block(AB), Block(("#",), 0)), (Repeat(1, body),))
    assert answer_of(specification, tuple("ab##")) == ("a0", "b1", "|", "a2", "b3", "|")
    assert answer_of(specification, tuple("ab")) == ()


def test_only_prompts_that_end_in_an_allowed_state_are_admitted():
    odd = Pass((Stream(),), lambda n, seen: ((n + 1) % 2, "a"))
    specification = Specification((Block(AB),), (odd,), ends_in=lambda n: n == 1)
    admitted = [len(p) for p in (("a",) * n for n in range(6)) if specification.admits(p)]
    assert admitted == [1, 3, 5]


def test_a_fold_follows_a_state_without_a_word():
    count = Fold(lambda n, token: n + 1, Stream(only=("a",)))
    specification = Specification((Block(AB),), (count, Say(lambda n: f"{n} a")))
    assert answer_of(specification, tuple("abba")) == ("2 a",)
    even = replace(specification, ends_in=lambda n: n % 2 == 0)
    assert even.admits(tuple("aba"))
    assert not even.admits(tuple("ab"))


def test_a_state_is_followed_and_said_after_each_token():
    specification = after_each(AB, lambda state, token: state + token, "-")
    assert answer_of(specification, tuple("ab")) == ("-a", "-ab")


@pytest.mark.parametrize("name", TASK_NAMES)
def test_a_prompt_of_a_task_is_told_from_others(name):
    task = sequence_task(name)
    for tokens in (1, 2, 3, 4):
        if len(task.prompt_tokens) ** tokens > 30_000:
            break
        every = product(task.prompt_tokens, repeat=tokens)
        assert set(filter(task.is_prompt, every)) == set(prompts_of(task, tokens))
    for example in task.examples(np.random.default_rng(3), 50, 20):
        assert task.is_prompt(example.prompt)
    assert not task.is_prompt(())
    assert not task.is_prompt(("pop", "?", "x"))


@pytest.mark.parametrize(("tokens", "least"), [((), 1), (("a",), -1)])
def test_a_block_has_tokens_and_a_least_number_of_them(tokens, least):
    with pytest.raises(SettingError, match="a block needs tokens"):
        Block(tokens, least)
