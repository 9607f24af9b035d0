"""Merging terms: brackets, rules that agree with plain reading, and what counts as learned."""

from random import Random

import numpy as np
import pytest
from helpers_nested import Truth, drawn, drawn_walks, told_apart

from nalmx.pntm.learn.config import learnable
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.learn.nested import left_open, nested_words
from nalmx.pntm.learn.nesting import shown
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


def spoken_plainly(terms, labels, rules, term, strict):
    """The labels of terms built on one that agree with others, if need be with each other, by rules."""
    forms, built, known = [], {term}, {}
    names = dict(rules)
    for at, (left, symbol, inside, label, _) in enumerate(terms):
        key = (
            forms[left] if left >= 0 else left, symbol, forms[inside] if inside >= 0 else inside
        )  # fmt: skip
        forms.append(names.setdefault(key, len(names) + 1_000_000))
        if left in built or inside in built:
            built.add(at)
        if label >= 0:
            known.setdefault(forms[-1], [0, 0])[at in built] += 1
    for q, label in enumerate(labels):
        known.setdefault(FIRST_STATE - q, [0, 0])[0] += label >= 0
    return sum(
        own if others else 0 if strict else max(own - 1, 0) for others, own in known.values()
    )


@pytest.mark.parametrize(("seed", "strict"), [(0, False), (1, True), (2, False)])
def test_what_speaks_for_a_state_is_what_plain_reading_says(seed, strict):
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
        stamp, _ = judge(terms, count, own, table, nats, term, new_table, stamp, told, strict)
        possible = []
        for q in range(len(labels)):
            found = read_plainly(
                original.tolist(), {**rules, key: FIRST_STATE - q}, [-1] * len(labels)
            )
            assert (found is None) == (told[q] == CONFLICT)
            conflicts, fits = conflicts + (found is None), fits + (found is not None)
            possible += [q] if found is not None else []
            if found is not None:
                lines = terms[:count].tolist()
                new = {**rules, key: FIRST_STATE - q}
                assert told[q] == spoken_plainly(lines, own.tolist(), new, term, strict)
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


@pytest.mark.parametrize("strict", [False, True])
def test_sums_are_found_with_any_evidence(strict):
    found = nested_automaton(sums(1_500, modulus=2), strict=strict)
    assert all(found.answer(e.prompt) == e.answer for e in sums(100, 1, 100, modulus=2))


@pytest.mark.slow
def test_an_equation_in_brackets_is_found_by_what_agrees_with_others():
    task = sequence_task("solve-equation")
    examples = tuple(task.examples(np.random.default_rng([0, 0]), 10_000, 40))
    tests = task.examples(np.random.default_rng(1), 100, 500, 500)
    assert nested_automaton(examples) is None
    found = nested_words(examples, learnable(examples))
    assert found.exam.right == 1
    assert all(found.automaton.answer(e.prompt) == e.answer for e in tests)
    assert "is shown" in left_open(found, examples)


def test_prompts_without_brackets_have_a_finite_automaton():
    task = sequence_task("cycle-position")
    examples = task.examples(np.random.default_rng(0), 300, 12)
    found = nested_automaton(examples)
    assert (found.pairs, found.states) == ((), 5)
    assert all(
        found.answer(e.prompt) == e.answer for e in task.examples(np.random.default_rng(1), 50, 200)
    )


def test_the_machine_of_sums_in_brackets_is_right_at_any_length():
    found = learn(sums(3_000), method="merging")
    assert (found.way, found.exam.right) == ("nesting", 1)
    assert found.machine.vocabulary.silent > 0
    assert all(found.machine.decode(e.prompt) == e.answer for e in sums(50, seed=1, longest=200))


def test_what_is_shown_in_every_way_is_learned():
    """Letters are counted modulo 2, and a bracket turns what is within."""
    odd = Truth(
        {(0, "a"): 1, (1, "a"): 0},
        {(p, "()", q): 1 - (p ^ q) for p in (0, 1) for q in (0, 1)},
        ["even", "odd"],
        "a",
        ("()",),
    )
    examples = odd.examples(Random(0), 5_000, 50)
    found = nested_words(examples, learnable(examples))
    assert left_open(found, examples) is None
    assert told_apart(odd, found.automaton) is None
    few = examples[::10]
    assert "is shown" in left_open(nested_words(few, learnable(few)), few)


def drawn_and_found(seed):
    """A random automaton, examples of it, and what is found of them."""
    random = Random(seed)
    truth = drawn(random, near_copies=seed % 3)
    examples = truth.examples(
        random, round(100 * 60 ** random.random()), random.choice([8, 20, 40])
    )
    return truth, examples, nested_words(examples, learnable(examples))


@pytest.mark.parametrize("seed", [37, 76, 122])
def test_a_state_that_is_nearly_another_one_is_not_learned_away(seed):
    """All prompts held out are answered rightly, every rule is shown often, and yet a state is missing."""
    truth, examples, found = drawn_and_found(seed)
    assert found.exam.right == 1
    assert found.automaton.states < len(truth.ends)
    assert told_apart(truth, found.automaton) is not None
    assert "is shown" in left_open(found, examples)


@pytest.mark.slow
def test_no_random_automaton_that_is_learned_is_wrong():
    learned = 0
    for seed in range(600):
        truth, examples, found = drawn_and_found(seed)
        if found is not None and left_open(found, examples) is None:
            learned += 1
            assert told_apart(truth, found.automaton) is None, seed
    assert learned > 0


@pytest.mark.slow
def test_no_random_automaton_of_which_some_steps_are_allowed_is_learned_wrongly():
    learned = 0
    for seed in range(1_000):
        random = Random(seed)
        truth = drawn_walks(random, near_copies=seed % 3)
        examples = truth.examples(random, round(50 * 60 ** random.random()), 15)
        found = nested_words(examples, learnable(examples)) if len(examples) >= 20 else None
        if found is not None and left_open(found, examples) is None:
            learned += 1
            assert truth.told_apart(found.automaton) is None, seed
    assert learned > 200


def told_plainly(automaton, prompt):
    """The ways of a prompt, each with the states that would change the answer, by reading it with each."""
    single, opening, closing = automaton.numbers

    def read(changed=None, to=None):
        around, state, giver, ways = [], 0, None, []
        for place, token in enumerate(prompt):
            if token in opening:
                around.append((state, giver))
                state, giver = 0, None
                continue
            if token in closing:
                before, one = around.pop()
                rule, givers = (before, closing[token], state), (one, giver)
            else:
                rule, givers = (state, single[token], -1), (giver, None)
            if rule not in automaton.rules:
                return None, ways
            ways.append((place, (rule, *givers)))
            giver = rule
            state = to if place == changed else automaton.rules[rule]
        return automaton.finals[state], ways

    answer, ways = read()
    for place, way in ways:
        yield way, [read(place, other)[0] != answer for other in range(automaton.states)]


def test_what_a_prompt_tells_is_what_reading_it_with_another_state_says():
    examples = sums(400)
    automaton = nested_automaton(examples)
    reading = shown.Reading(automaton)
    prompts = [example.prompt for example in examples[:100]]
    fast = [sorted(((w, o.tolist()) for w, o in reading.told(p)), key=repr) for p in prompts]
    assert fast == [sorted(told_plainly(automaton, prompt), key=repr) for prompt in prompts]


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
