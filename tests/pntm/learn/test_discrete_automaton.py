"""Hidden automata recovered from what answers tell about prefixes."""

import numpy as np
import pytest

from nalmx.pntm.learn.discrete.automaton import learn_automaton
from nalmx.pntm.tasks import Example
from nalmx.pntm.vocabulary import Vocabulary

LETTERS = "ab"


def draw_machine(seed, states=5):
    """Transitions and binary outputs, all states reachable and no two of them the same."""
    random = np.random.default_rng(seed)
    while True:
        table = random.integers(0, states, (states, len(LETTERS)))
        outputs = random.integers(0, 2, states)
        classes = outputs
        for _ in range(states):
            kinds = np.concatenate([classes[:, None], classes[table]], axis=1).tolist()
            known = {kind: at for at, kind in enumerate(sorted(set(map(tuple, kinds))))}
            classes = np.array([known[tuple(kind)] for kind in kinds])
        reached = {0}
        for _ in range(states):
            reached |= {int(s) for state in reached for s in table[state]}
        if len(reached) == len(set(classes.tolist())) == states:
            return table, outputs


def states_of(table, prompt):
    state, passed = 0, []
    for token in prompt:
        state = int(table[state, LETTERS.index(token)])
        passed.append(state)
    return passed


def draw(machine, seed, count, longest, answer, shortest=1):
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        prompt = tuple(random.choice(list(LETTERS), random.integers(shortest, longest + 1)))
        prompt = tuple(map(str, prompt))
        found.append(Example(prompt, answer(states_of(machine[0], prompt))))
    return found


def same_states(learned, machine, prompts):
    """Whether the states of both stand for the same prefixes, one for one."""
    pairs = {
        pair
        for prompt in prompts
        for pair in zip(states_of(learned, prompt), states_of(machine[0], prompt), strict=True)
    }
    return len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def check(learned, machine):
    assert learned is not None
    assert len(learned) == 5
    # What is no prompt token leaves the state alone.
    assert (learned[:, len(LETTERS) :] == np.arange(5)[:, None]).all()
    fresh = draw(machine, 99, 50, 60, lambda passed: (), shortest=60)
    assert same_states(learned, machine, [example.prompt for example in fresh])


@pytest.mark.parametrize("seed", range(6))
def test_an_automaton_is_recovered_from_labels_of_every_prefix(seed):
    machine = draw_machine(seed)
    examples = draw(
        machine, seed, 200, 20, lambda passed: tuple(str(machine[1][s]) for s in passed)
    )
    check(learn_automaton(Vocabulary.of(examples), examples), machine)


@pytest.mark.parametrize("seed", range(6))
def test_an_automaton_is_recovered_from_final_states(seed):
    machine = draw_machine(seed)
    examples = draw(machine, seed, 100, 12, lambda passed: (f"s{passed[-1]}",))
    assert any(len(example.answer) != len(example.prompt) for example in examples)
    check(learn_automaton(Vocabulary.of(examples), examples), machine)


def test_a_changed_transition_is_another_automaton():
    machine = draw_machine(1)
    examples = draw(machine, 1, 300, 20, lambda passed: tuple(f"s{s}" for s in passed))
    learned = learn_automaton(Vocabulary.of(examples), examples)
    prompts = [example.prompt for example in examples]
    assert same_states(learned, machine, prompts)
    other = machine[0].copy()
    other[2, 0] = (other[2, 0] + 1) % 5
    assert not same_states(learned, (other, machine[1]), prompts)


@pytest.mark.parametrize("whole", [False, True])
def test_contradicting_answers_have_no_automaton(whole):
    machine = draw_machine(2)

    def answer(passed):
        labels = tuple(str(machine[1][s]) for s in passed)
        return labels if whole else labels[-1:]

    examples = draw(machine, 3, 200, 10, answer)
    vocabulary = Vocabulary.of(examples)
    assert learn_automaton(vocabulary, examples) is not None
    last = examples[-1].answer[-1]
    wrong = (*examples[-1].answer[:-1], "1" if last == "0" else "0")
    assert learn_automaton(vocabulary, [*examples, Example(examples[-1].prompt, wrong)]) is None


def test_answers_that_never_repeat_or_never_differ_have_no_automaton():
    prompts = [tuple(f"{n:08b}") for n in range(60)]
    own = [Example(prompt, (f"n{n}",)) for n, prompt in enumerate(prompts)]
    assert learn_automaton(Vocabulary.of(own), own) is None
    alike = [Example(prompt, ("x",)) for prompt in prompts]
    assert learn_automaton(Vocabulary.of(alike), alike) is None
