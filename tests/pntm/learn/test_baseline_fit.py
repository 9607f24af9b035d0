"""Baselines trained on tiny sequence tasks, and answers decoded token by token."""

import numpy as np
import pytest
import torch
from helpers_pytest import thinned

from nalmx.errors import UnknownNameError
from nalmx.pntm.baselines import BASELINES, new_baseline
from nalmx.pntm.learn.baseline import SETTINGS, BaselineSettings, _Fit, decode, fit_baseline
from nalmx.pntm.tasks import exact_match, sequence_task
from nalmx.pntm.vocabulary import Vocabulary
from nalmx.train import Interrupted

COPY, PARITY = sequence_task("copy"), sequence_task("parity")
VOCABULARY = Vocabulary(COPY.prompt_tokens, COPY.answer_tokens)


def examples(task, count, longest, seed=5):
    return task.examples(np.random.default_rng(seed), count, longest)


def literal_decode(model, vocabulary, prompt, limit):
    """The whole stream anew for every token."""
    stream, answer = list(vocabulary.encode_prompt(prompt)), []
    while len(answer) < limit:
        logits = model(torch.tensor([stream]))[0, -1]
        said = max(vocabulary.outputs, key=lambda symbol: logits[symbol].item())
        if said == vocabulary.end:
            break
        answer.append(said)
        stream.append(said)
    return vocabulary.decode(answer)


def test_every_baseline_has_settings():
    assert tuple(SETTINGS) == BASELINES


@pytest.mark.parametrize("name", thinned(BASELINES))
def test_prompts_of_several_lengths_are_decoded_as_each_would_be_alone(name):
    model = new_baseline(name, VOCABULARY.size, seed=1)
    prompts = [example.prompt for example in examples(COPY, 6, 7)]
    with torch.no_grad():
        # Ends become likely, so that some answers stop before others.
        model.embedding.weight.mul_(5)
        expected = [literal_decode(model, VOCABULARY, prompt, 9) for prompt in prompts]
    assert decode(model, VOCABULARY, prompts, 9) == expected


def test_no_prompts_have_no_answers():
    assert decode(new_baseline("gru", VOCABULARY.size, seed=1), VOCABULARY, [], 5) == []


@pytest.mark.parametrize(("name", "task"), thinned([("gru", PARITY), ("lstm", COPY)]))
def test_a_tiny_task_is_learnt_until_it_is_perfect_inside(name, task):
    told = []
    fitted = fit_baseline(name, task, longest=3, seed=0, budget_seconds=60, on_progress=told.append)
    assert fitted.reached
    assert (fitted.inside, fitted.method) == (1, "gradient")
    fresh = examples(task, 50, 3)
    assert exact_match(fitted.decode([e.prompt for e in fresh], 4), fresh) == 1
    assert all(progress.length <= 3 for progress in told)


def test_the_same_seed_gives_the_same_network():
    first, again, other = (
        fit_baseline("gru", PARITY, longest=2, seed=seed, budget_seconds=60) for seed in (4, 4, 5)
    )
    assert first.steps == again.steps
    pairs = zip(first.model.parameters(), again.model.parameters(), strict=True)
    assert all(torch.equal(one, two) for one, two in pairs)
    assert not torch.equal(first.model.embedding.weight, other.model.embedding.weight)


def test_a_spent_budget_is_said():
    fitted = fit_baseline("lstm", COPY, longest=20, seed=0, budget_seconds=0)
    assert not fitted.reached
    assert (fitted.steps, fitted.inside) == (0, 0)


def test_training_stops_on_request():
    asked = iter([False, False, True])
    with pytest.raises(Interrupted) as stopped:
        fit_baseline("lstm", COPY, seed=0, budget_seconds=60, stop_requested=lambda: next(asked))
    assert stopped.value.iteration == 2


def test_an_unknown_baseline_is_refused():
    with pytest.raises(UnknownNameError):
        fit_baseline("perceptron", COPY, seed=0, budget_seconds=1)


def test_the_loss_is_of_the_answer_and_its_end_only():
    model = new_baseline("gru", VOCABULARY.size, seed=0)
    fit = _Fit(model, VOCABULARY, COPY, BaselineSettings(1e-3, 8), longest=4, seed=0)
    inputs, targets = fit._tensors(examples(COPY, 5, 4))
    for row, example in zip(targets, examples(COPY, 5, 4), strict=True):
        counted = row[row >= 0].tolist()
        assert VOCABULARY.decode(counted[:-1]) == example.answer
        assert counted[-1] == VOCABULARY.end
        assert (row[: len(example.prompt)] < 0).all()
    assert inputs.shape == targets.shape


def test_lengths_grow_as_they_are_mastered():
    model = new_baseline("gru", VOCABULARY.size, seed=0)
    fit = _Fit(model, VOCABULARY, COPY, BaselineSettings(1e-3, 8, first=2), longest=9, seed=0)
    assert fit.length == 2
    fit._mastery = 2.0
    fit.step()
    assert fit.length == 3
