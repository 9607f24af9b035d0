"""Merging terms: brackets, rules that agree with plain reading, and what counts as learned."""

from random import Random

import numpy as np
import pytest

from nalmx.pntm.learn.config import learnable
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.learn.nested import left_open, nested_words
from nalmx.pntm.learn.nesting.forest import forest_of, pairs_of
from nalmx.pntm.learn.nesting.merge import nested_automaton
from nalmx.pntm.learn.nesting.terms import CONFLICT, FIRST_STATE, hash_table, judge, read
from nalmx.pntm.tasks import Example, sequence_task


def sums(count, seed=0, longest=20, modulus=3):
    """Sums and differences in brackets, modulo a number, as they are written."""
    random, found = Random(seed), []

    def drawn(length):
        if length < 5:
            number = random.randrange(modulus)
            return str(number), number
        left = random.randint(1, length - 4)
        (one, a), (other, b) = drawn(left), drawn(length - 3 - left)
        sign = random.choice("+-")
        return f"({one}{sign}{other})", a + b if sign == "+" else a - b

    for _ in range(count):
        text, value = drawn(random.randint(1, longest))
        found.append(Example.of(text, str(value % modulus)))
    return found


@pytest.mark.parametrize(
    ("prompts", "pairs"),
    [
        (["(())", "a", "()a"], (("(", ")"),)),
        (["([])", "[()]", "(([]))"], (("(", ")"), ("[", "]"))),
        (["()()", "()"], ()),
        (["((a)", "(a)"], ()),
        (["aab", "ab"], ()),
        (["([)]", "()", "[]"], ()),
    ],
)
def test_brackets_are_what_every_prompt_closes_and_some_prompt_nests(prompts, pairs):
    assert pairs_of([tuple(prompt) for prompt in prompts]) == pairs


def test_terms_are_shared_and_come_after_their_parts():
    forest = forest_of(
        [Example.of("(1+1)", "2"), Example.of("(1+1)+(1+1)", "4"), Example.of("((1))", "1")]
    )
    assert forest.pairs == (("(", ")"),)
    # (), 1, 1+, 1+1, ((1)), (1+1), ...: each once.
    assert len(forest.left) == len({*zip(forest.left, forest.symbols, forest.inside, strict=True)})
    assert all(forest.left[1:] < np.arange(1, len(forest.left)))
    assert all(forest.inside[1:] < np.arange(1, len(forest.left)))
    assert [forest.answers[k] for k in forest.said] == [("1",), ("2",), ("4",)]


def test_equal_prompts_with_two_answers_have_no_automaton():
    assert forest_of([Example.of("a", "x"), Example.of("a", "y"), Example.of("b", "y")]) is None
    assert forest_of([Example.of("a", "xy"), Example.of("b", "x")]) is None


def read_plainly(terms, rules, labels):
    """Each term read by rules, one after the other; the labels of what they come to, or None."""
    forms, known = [], {FIRST_STATE - q: label for q, label in enumerate(labels) if label >= 0}
    names = dict(rules)
    for left, symbol, inside, label, _ in terms:
        key = (
            forms[left] if left >= 0 else left, symbol, forms[inside] if inside >= 0 else inside
        )  # fmt: skip
        form = names.setdefault(key, len(names) + 1_000_000)
        forms.append(form)
        if label >= 0 and known.setdefault(form, label) != label:
            return None
    return known


@pytest.mark.parametrize("seed", range(3))
def test_what_speaks_for_a_state_is_what_plain_reading_says(seed):
    """A state can stand for a term exactly where reading all examples so contradicts nothing."""
    random = Random(seed)
    examples = sums(60, seed, longest=12)
    forest = forest_of(examples)
    terms = forest.terms()
    original, labels, rules, nats = terms.copy(), [-1], {}, np.ones(len(forest.answers))
    table, new_table, stamp = hash_table(10_000), hash_table(10_000), 0
    conflicts = fits = 0
    count = len(terms)
    for _ in range(12):
        own = np.array(labels, np.int64)
        lines = np.array([(*k, q) for k, q in rules.items()], np.int64).reshape(-1, 4)
        count = read(terms, count, lines, own, table)
        assert count >= 0
        labels = own.tolist()
        plain = read_plainly(original.tolist(), rules, [-1] * len(labels))
        assert {FIRST_STATE - q: a for q, a in enumerate(labels) if a >= 0}.items() <= plain.items()
        blue = [t for t in range(count) if terms[t, 0] < 0 and terms[t, 2] < 0]
        if not blue:
            break
        term = random.choice(blue)
        key = tuple(terms[term, :3].tolist())
        told = np.zeros(len(labels))
        stamp, _ = judge(terms, count, own, table, nats, term, new_table, stamp, told)
        possible = []
        for q in range(len(labels)):
            found = read_plainly(
                original.tolist(), {**rules, key: FIRST_STATE - q}, [-1] * len(labels)
            )
            assert (found is None) == (told[q] == CONFLICT)
            conflicts, fits = conflicts + (found is None), fits + (found is not None)
            possible += [q] if found is not None else []
        chosen = random.choice([*possible, len(labels)])
        labels += [-1] * (chosen == len(labels))
        rules[key] = FIRST_STATE - chosen
    assert conflicts
    assert fits


def test_sums_in_brackets_are_found_and_right_at_any_length():
    found = nested_automaton(sums(1_500))
    assert found.pairs == (("(", ")"),)
    assert found.states <= 15
    assert all(found.answer(e.prompt) == e.answer for e in sums(200, seed=1, longest=300))
    assert found.answer(tuple("(1+")) is None


def test_prompts_without_brackets_have_a_finite_automaton():
    task = sequence_task("cycle-position")
    examples = task.examples(np.random.default_rng(0), 300, 12)
    found = nested_automaton(examples)
    assert (found.pairs, found.states) == ((), 5)
    assert all(
        found.answer(e.prompt) == e.answer for e in task.examples(np.random.default_rng(1), 50, 200)
    )


def test_sums_in_brackets_are_learned_and_the_machine_is_right_at_any_length():
    learned = learn(sums(3_000), method="merging")
    assert (learned.way, learned.learned, learned.reason) == ("nesting", True, None)
    assert learned.machine.vocabulary.silent > 0
    assert all(learned.machine.decode(e.prompt) == e.answer for e in sums(50, seed=1, longest=200))


def test_few_examples_leave_open_where_some_step_leads():
    examples = tuple(sums(250))
    found = nested_words(examples, learnable(examples))
    assert found is None or left_open(found, examples) is not None


@pytest.mark.parametrize("seed", range(3))
def test_answers_without_a_rule_are_not_learned(seed):
    random = Random(seed)
    examples = [Example(e.prompt, (random.choice("012"),)) for e in sums(600, seed)]
    once = list({e.prompt: e for e in examples}.values())
    assert nested_words(tuple(once), learnable(once)) is None
