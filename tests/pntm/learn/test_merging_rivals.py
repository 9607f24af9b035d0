"""Whether examples decide a merged machine: other machines of its size, and ways that are hardly shown."""

from collections import deque
from itertools import product
from random import Random

import pytest

from nalmx.pntm.learn.merged import left_open, merged_machine
from nalmx.pntm.learn.merging import rivals
from nalmx.pntm.learn.merging.rivals import Undecided, rival_of
from nalmx.pntm.learn.merging.shown import least_shown
from nalmx.pntm.tasks import Example
from nalmx.pntm.transducer import Transducer
from nalmx.pntm.vocabulary import Vocabulary

FORMS = ("beside", "last")


def drawn(source, states, letters, outputs, form):
    """A random machine that says a token a step, or one in the end, made as small as it can be."""
    beside = form == "beside"

    def way():
        return source.randrange(states), (source.choice(outputs),) if beside else ()

    steps = tuple(tuple(way() for _ in letters) for _ in range(states))
    finals = tuple(() if beside else (source.choice(outputs),) for _ in range(states))
    return Transducer(tuple(letters), steps, finals).minimal()


def examples_of(machine, source, count, longest):
    prompts = [
        tuple(source.choices(machine.tokens, k=source.randint(1, longest))) for _ in range(count)
    ]
    return [Example(prompt, machine.answer(prompt)) for prompt in prompts]


def every_machine(states, form):
    """All machines of so many states over a and b that say x and y."""
    ways = [*product(range(states), [("x",), ("y",)] if form == "beside" else [()])]
    ends = [((),) * states] if form == "beside" else [*product([("x",), ("y",)], repeat=states)]
    for flat in product(ways, repeat=2 * states):
        rows = tuple(zip(flat[::2], flat[1::2], strict=True))
        yield from (Transducer(("a", "b"), rows, finals) for finals in ends)


def told_apart(one, other):
    """Whether two whole machines say something else to a prompt of one token or more."""
    seen, ahead = {(0, 0)}, deque([(0, 0)])
    while ahead:
        p, q = ahead.popleft()
        for left, right in zip(one.steps[p], other.steps[q], strict=True):
            if left[1] != right[1] or one.finals[left[0]] != other.finals[right[0]]:
                return True
            pair = left[0], right[0]
            if pair not in seen:
                seen.add(pair)
                ahead.append(pair)
    return False


def assert_rivals_are_those_among_all_machines(form, states, seed):
    source = Random(seed)
    truth = drawn(source, states, "ab", "xy", form)
    examples = examples_of(truth, source, source.choice([3, 6, 12, 30]), 5)
    fitting = [
        one
        for one in every_machine(truth.states, form)
        if all(one.answer(e.prompt) == e.answer for e in examples)
    ]
    others = [one for one in fitting if told_apart(truth, one)]
    vocabulary = Vocabulary(("a", "b"), ("x", "y"))
    rival = rival_of(truth, examples, vocabulary, form)
    assert (rival is None) == (not others)
    assert rival is None or rival.states <= truth.states
    assert rival is None or all(rival.answer(e.prompt) == e.answer for e in examples)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("states", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_a_rival_is_found_exactly_where_a_machine_of_that_size_is_one(form, states, seed):
    assert_rivals_are_those_among_all_machines(form, states, seed)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(12))
def test_a_rival_of_three_states_is_found_exactly_where_there_is_one(form, seed):
    assert_rivals_are_those_among_all_machines(form, 3, seed)


def test_a_search_that_is_too_long_decides_nothing(monkeypatch):
    truth = drawn(Random(3), 6, "ab", "xy", "beside")
    examples = examples_of(truth, Random(4), 200, 12)
    vocabulary = Vocabulary.of(examples)
    assert rival_of(truth, examples, vocabulary, "beside") is None
    monkeypatch.setattr(rivals, "_MOST_WORK", 1_000)
    with pytest.raises(Undecided):
        rival_of(truth, examples, vocabulary, "beside")
    with pytest.raises(Undecided):
        rival_of(truth, examples, vocabulary, "early")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tokens", [1, 2])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_least_shown_is_counted_prompt_by_prompt(form, tokens, seed):
    source = Random(seed)
    truth = drawn(source, 3, "ab", "xy", form)
    examples = examples_of(truth, source, 60, 9)
    counts = {
        (q, way, r): 0
        for q in range(truth.states)
        for way in product("ab", repeat=tokens)
        for r in range(truth.states)
    }
    for prompt in {e.prompt for e in examples}:
        for at in range(tokens, len(prompt) + 1):
            way, rest = prompt[at - tokens : at], prompt[at:]
            q = ended(truth, 0, prompt[: at - tokens])
            end = ended(truth, q, way)
            for r in range(truth.states):
                told = said(truth, r, rest) != said(truth, end, rest)
                counts[q, way, r] += told or r == end
    least, prompt = least_shown(truth, examples, tokens)
    assert least == min(counts.values())
    q, way = ended(truth, 0, prompt[:-tokens]), prompt[-tokens:]
    assert min(n for (state, own, _), n in counts.items() if (state, own) == (q, way)) == least


def ended(machine, state, prompt):
    for token in prompt:
        state = machine.steps[state][machine.tokens.index(token)][0]
    return state


def said(machine, state, prompt):
    words = []
    for token in prompt:
        state, word = machine.steps[state][machine.tokens.index(token)]
        words.append(word)
    return words, machine.finals[state]


def decided(truth, examples):
    """What merging gives, and whether the examples decide it."""
    vocabulary = Vocabulary.of(examples)
    found = merged_machine(tuple(examples), vocabulary)
    return found, found is not None and left_open(found, examples, vocabulary) is None


def assert_none_is_wrong(seeds, least):
    """Of random machines of 2 to 12 states, none that is decided is another than the truth."""
    count = 0
    for seed in seeds:
        source = Random(seed)
        form, letters = source.choice(FORMS), "abcd"[: source.choice([2, 2, 3, 4])]
        truth = drawn(source, source.randint(2, 12), letters, "xyz"[: source.choice([2, 3])], form)
        examples = examples_of(truth, source, round(30 * (1000 / 30) ** source.random()), 15)
        found, is_decided = decided(truth, examples)
        if is_decided:
            count += 1
            assert not told_apart(truth, found.transducer), seed
    assert count >= least


def test_no_machine_that_examples_decide_is_wrong():
    assert_none_is_wrong(range(20), 4)


@pytest.mark.slow
def test_no_machine_of_many_that_examples_decide_is_wrong():
    assert_none_is_wrong(range(1_000, 2_000), 200)


def test_what_is_left_open_is_said_with_a_prompt():
    source = Random(0)
    truth = drawn(Random(5), 4, "ab", "xy", "beside")
    many = examples_of(truth, source, 400, 12)
    found, is_decided = decided(truth, many)
    assert is_decided
    vocabulary = Vocabulary.of(many)
    assert left_open(found, many[:12], vocabulary).startswith("where `")
    thinned = [e for e in many if "a a" not in " ".join(e.prompt)]
    some, _ = decided(truth, thinned)
    assert some is None or left_open(some, thinned, vocabulary) is not None
