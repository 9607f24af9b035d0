"""Equal prompts with different answers are found and counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nalmx.pntm.tasks import Example
from nalmx.pntm.tasks.contradictions import answers_by_prompt, contradictions

A, B = ("a",), ("b",)
tokens = st.lists(st.sampled_from("ab"), max_size=2).map(tuple)
examples = st.lists(st.builds(Example, tokens, tokens), max_size=12)


def test_a_prompt_with_two_answers_is_a_contradiction_and_a_repeated_example_is_none() -> None:
    given_ones = [Example(A, A), Example(B, B), Example(A, B), Example(B, B), Example(A, B)]
    assert contradictions(given_ones) == {A: {A: 1, B: 2}}
    assert contradictions(given_ones[:2]) == {}


@given(examples)
def test_every_example_is_counted_once_beside_its_prompt(given_ones: list[Example]) -> None:
    grouped = answers_by_prompt(given_ones)
    assert sum(counts.total() for counts in grouped.values()) == len(given_ones)
    assert list(grouped) == list(dict.fromkeys(e.prompt for e in given_ones))
    assert all(grouped[e.prompt][e.answer] == given_ones.count(e) for e in given_ones)


@given(examples)
def test_examples_without_contradictions_are_a_function(given_ones: list[Example]) -> None:
    clear = [e for e in given_ones if e.prompt not in contradictions(given_ones)]
    function = {e.prompt: e.answer for e in clear}
    assert all(function[e.prompt] == e.answer for e in clear)
    assert {e.prompt for e in given_ones} - set(function) == set(contradictions(given_ones))
