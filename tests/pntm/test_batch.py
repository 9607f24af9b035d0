"""Compiled decoding of many prompts says what the machine says."""

import time

import numpy as np
import pytest
from helpers_machines import (
    changed,
    copier,
    counter,
    either,
    endless,
    hand_made,
    parity,
    random_machine,
    random_prompts,
    recall,
)

from nalmx.errors import SettingError
from nalmx.pntm import Vocabulary, batch
from nalmx.pntm.batch import decode_batch
from nalmx.pntm.machine import BLANK, STAY, Decision, Machine


def one_by_one(machine, prompts, limits):
    return [machine.decode(p, limit) for p, limit in zip(prompts, limits, strict=True)]


@pytest.mark.parametrize("make", [copier, parity, counter, either, recall])
def test_a_batch_is_decoded_as_each_prompt_is(make):
    machine = make()
    prompts = random_prompts(machine, 0, 80, 40)
    limits = np.random.default_rng(0).integers(0, 60, len(prompts)).tolist()
    answers = decode_batch(machine, prompts, limits)
    assert answers == one_by_one(machine, prompts, limits)
    assert all(isinstance(answer, tuple | None) for answer in answers)


def test_any_machine_is_decoded_as_it_decodes():
    outcomes = set()
    for seed in range(150):
        machine = random_machine(seed)
        prompts = random_prompts(machine, seed, 12)
        limits = np.random.default_rng(seed).integers(0, 40, len(prompts)).tolist()
        answers = decode_batch(machine, prompts, limits)
        assert answers == one_by_one(machine, prompts, limits), seed
        outcomes |= {None if answer is None else min(2, len(answer)) for answer in answers}
    assert outcomes == {None, 0, 1, 2}


def test_nothing_of_a_prompt_is_left_for_the_next():
    forgetful = hand_made(
        Vocabulary(("a", "b"), ("a",)),
        [Decision(None, 0, ((BLANK, 1),), 2), Decision(answer=4), Decision(answer=3)],
        writes=[(0, 0, 1)],
    )
    # The end comes at once where nothing was written, and never otherwise.
    assert decode_batch(forgetful, [("b",), ("a",), ("b",), ("b",)], [5] * 4) == [(), None, (), ()]


def test_limits_count_tokens_of_the_answer():
    machine, prompt = copier(), ("a", "b", "a")
    assert decode_batch(machine, [prompt] * 3, [2, 3, 4]) == [None, prompt, prompt]
    assert decode_batch(endless(), [("a",), ()], [100_000, 0]) == [None, None]
    # A limit below 0 is none, as it is for the machine.
    assert decode_batch(machine, [prompt], [-1]) == [prompt]
    assert decode_batch(machine, [], []) == []
    with pytest.raises(ValueError, match="shorter"):
        decode_batch(machine, [prompt], [])


def test_answers_much_longer_than_prompts_find_room():
    machine = hand_made(
        Vocabulary(("a",), ("a",)),  # a = a end
        [Decision(None, 0, ((5, 2),), 1), Decision(answer=2), Decision(answer=3)],
        moves=[(2, 0, 1, -1)],
        writes=[(0, 0, 5)],
        starts=((0, 5000),),
    )
    assert decode_batch(machine, [("a",)] * 2, [5000, 4999]) == [("a",) * 5000, None]


def test_tokens_never_seen_are_refused():
    with pytest.raises(SettingError, match="'c' was never seen"):
        decode_batch(copier(), [("a",), ("a", "c")], [9, 9])


@pytest.mark.parametrize("far", [10**8, 2**40, -(2**62)])
def test_cells_too_far_for_an_array_are_left_to_the_machine(far, monkeypatch):
    known = recall()
    machine = changed(known, "jumps", known.arrays()["jumps"] == 9, far)
    asked = []
    decode = Machine.decode
    monkeypatch.setattr(Machine, "decode", lambda *given: asked.append(given) or decode(*given))
    prompts = [tuple("a0b1a1b"), tuple("a0b1a")]
    assert decode_batch(machine, prompts, [5, 5]) == [("1",), ("0",)]
    assert len(asked) == 2
    assert decode_batch(known, prompts, [5, 5]) == [("1",), ("0",)]
    assert len(asked) == 2


def test_a_read_head_may_be_anywhere():
    known = recall()
    jumping = known.arrays()["jumps"] != STAY
    jumping[:, :, 0] = False
    machine = changed(known, "jumps", jumping, 2**31)
    assert decode_batch(machine, [tuple("a0b")], [5]) == [()]


def test_symbols_no_array_holds_are_never_seen():
    table = [Decision(None, 0, ((10**30, 1), (BLANK, 2)), None), Decision(answer=2)]
    machine = hand_made(Vocabulary(("a",), ("a",)), [*table, Decision(answer=3)])
    assert decode_batch(machine, [("a",)], [5]) == [()]


@pytest.mark.slow
@pytest.mark.parametrize("make", [parity, either, copier])
def test_a_million_tokens_a_second(make):
    machine = make()
    prompts = random_prompts(machine, 3, 12, 4)
    prompts = [prompt * 2000 for prompt in prompts if prompt]
    limits = [len(prompt) for prompt in prompts]
    decode_batch(machine, prompts[:1], limits[:1])
    rates = []
    for _ in range(3):
        start = time.perf_counter()
        answers = decode_batch(machine, prompts, limits)
        rates.append(sum(map(len, [*prompts, *answers])) / (time.perf_counter() - start))
    assert max(rates) > 1e6


def test_storage_is_bounded(monkeypatch):
    monkeypatch.setattr(batch, "_MOST_CELLS", 1000)
    prompt = ("a", "b") * 3000
    assert decode_batch(copier(), [prompt], [6000]) == [prompt]
