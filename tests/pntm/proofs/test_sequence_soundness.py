"""Machines that are wrong must not be proved, however rarely they are, and whoever made the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import chain, islice, product
from typing import NamedTuple

import numpy as np
import pytest
from helpers_machines import changed
from helpers_proofs import with_what_follows
from helpers_pytest import thinned

from nalmx.pntm.machine import BLANK, ROW, STAY, Decision, Machine
from nalmx.pntm.proofs import search
from nalmx.pntm.proofs.checking import check_proof
from nalmx.pntm.proofs.proof import Gap, Proof
from nalmx.pntm.proofs.search import find_proof
from nalmx.pntm.tasks import Token, Tokens
from nalmx.pntm.tasks.specification import (
    Block,
    Compare,
    Pass,
    Repeat,
    Say,
    Specification,
    Stream,
    answer_of,
    say,
    spell,
)
from nalmx.pntm.vocabulary import Vocabulary

LETTERS = ("a", "b")
SYMBOLS = {"a": 1, "b": 2}
GIVEN, EQUALS, SAID = "given", "=", "said"
COPY = Specification((Block(LETTERS),), (spell(Stream()),))


@pytest.fixture(autouse=True)
def _few_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that looks at few prompts is fast; whatever it finds is checked all the same."""
    monkeypatch.setattr(search, "_PROMPTS", 80)


class Do(NamedTuple):
    """What a token does to a tape: moves of the heads, what is written, where the read head goes."""

    write_move: int = 0
    read_move: int = 0
    symbol: int = STAY
    jump: int = STAY


class Tree(NamedTuple):
    """A decision of the table, with trees or answers as branches."""

    tape: int
    branches: Mapping[int, Tree | Token]
    otherwise: Tree | Token


END = "end"
Does = Callable[[int, str, Token], dict[int, Do]]  # of the state after a token, its role, the token


def machine(
    given: Tokens,
    said: Tokens,
    does: Does,
    tree: Tree | Token | Callable[[Vocabulary], Tree | Token],
    *,
    after: Callable[[int, str, Token], int] = lambda state, role, token: 0,
    states: int = 1,
    starts: tuple[tuple[int, int], ...] = ((0, -1),),
) -> Machine:
    vocabulary = Vocabulary(given, said)
    tokens = [(GIVEN, t) for t in given] + [(EQUALS, "=")] + [(SAID, t) for t in (*said, END)]
    size, tapes = vocabulary.size, len(starts)
    register = [[after(state, *token) for token in tokens] for state in range(states)]
    rows = [does(state, *token) for state in range(states) for token in tokens]
    controls = np.array([[row.get(k, Do()) for k in range(tapes)] for row in rows], np.int64)
    jumps = np.stack([np.full((states * size, tapes), STAY), controls[..., 3]], axis=-1)
    made = tree(vocabulary) if callable(tree) else tree
    return Machine.of_arrays(
        vocabulary,
        np.array(register, np.int64),
        controls[..., :2],
        jumps,
        np.array(starts, np.int64),
        controls[..., 2],
        tuple(_nodes(made, vocabulary)),
    )


def _nodes(tree: Tree | Token, vocabulary: Vocabulary) -> list[Decision]:
    nodes: list[Decision | None] = []

    def add(one: Tree | Token) -> int:
        at = len(nodes)
        if isinstance(one, str):
            known = [*vocabulary.answer, END]
            nodes.append(Decision(vocabulary.equals + 1 + known.index(one)))
            return at
        nodes.append(None)
        branches = tuple((value, add(child)) for value, child in one.branches.items())
        nodes[at] = Decision(None, one.tape, branches, add(one.otherwise))
        return at

    add(tree)
    return [node for node in nodes if node is not None]


def row(vocabulary: Vocabulary, state: int, role: str, token: Token) -> int:
    """The control row of a token."""
    said = {**{t: k + 1 for k, t in enumerate(vocabulary.answer)}, END: len(vocabulary.answer) + 1}
    symbol = vocabulary.prompt.index(token) if role == GIVEN else vocabulary.equals
    return state * vocabulary.size + symbol + (said[token] if role == SAID else 0)


def copies(state: int, role: str, token: Token) -> dict[int, Do]:
    """Write letters to the first tape, then read them one by one."""
    if role == GIVEN:
        return {0: Do(1, 0, SYMBOLS[token])} if token in SYMBOLS else {}
    return {0: Do(0, 2 if role == EQUALS else 1)}


LETTER = Tree(0, {1: "a", 2: "b"}, END)
OTHER = Tree(0, {1: "b", 2: "a"}, END)
COPIES = machine(LETTERS, LETTERS, copies, LETTER)


def prompts(specification: Specification, longest: int) -> Iterator[Tokens]:
    """All prompts of a specification with blocks up to a length."""
    parts: list[list[Tokens]] = [
        [(part,)]
        if isinstance(part, str)
        else [
            word for n in range(part.least, longest + 1) for word in product(part.tokens, repeat=n)
        ]
        for part in specification.shape
    ]
    for words in product(*parts):
        prompt = tuple(chain.from_iterable(words))
        if specification.admits(prompt):
            yield prompt


def is_right(made: Machine, specification: Specification, longest: int = 5) -> bool:
    """Whether a machine says what is specified, by trying."""
    for prompt in islice(prompts(specification, longest), 300):
        answer = answer_of(specification, prompt)
        if made.decode(prompt, len(answer) + 1) != answer:
            return False
    return True


def _wrong_after_three() -> tuple[Machine, Specification]:
    def tree(vocabulary: Vocabulary) -> Tree:
        return Tree(ROW, {row(vocabulary, 3, SAID, t): OTHER for t in LETTERS}, LETTER)

    def after(state: int, role: str, token: Token) -> int:
        return min(state + (role == SAID), 3)

    return machine(LETTERS, LETTERS, copies, tree, after=after, states=4), COPY


def _wrong_after_a_long_prompt() -> tuple[Machine, Specification]:
    def tree(vocabulary: Vocabulary) -> Tree:
        return Tree(ROW, {row(vocabulary, 6, EQUALS, "="): OTHER}, LETTER)

    def after(state: int, role: str, token: Token) -> int:
        return min(state + (role == GIVEN), 6)

    return machine(LETTERS, LETTERS, copies, tree, after=after, states=7), COPY


def _wrong_on_nothing() -> tuple[Machine, Specification]:
    def tree(vocabulary: Vocabulary) -> Tree:
        first = Tree(0, {1: "a", 2: "b"}, "a")
        return Tree(ROW, {row(vocabulary, 0, EQUALS, "="): first}, LETTER)

    return machine(LETTERS, LETTERS, copies, tree), replace(COPY, shape=(Block(LETTERS, 0),))


def _wrong_at_the_last() -> tuple[Machine, Specification]:
    def does(state: int, role: str, token: Token) -> dict[int, Do]:
        one = copies(state, role, token)[0]
        return {0: one, 1: one}

    tree = Tree(1, {BLANK: OTHER}, LETTER)  # the second tape is read one cell ahead
    return machine(LETTERS, LETTERS, does, tree, starts=((0, -1), (0, 0))), COPY


def _wrong_where_lengths_are_equal() -> tuple[Machine, Specification]:
    def does(state: int, role: str, token: Token) -> dict[int, Do]:
        done = copies(state, role, token)
        if role == GIVEN:
            count = Do(1, 0, 1) if token in LETTERS else Do(0, 1)
            done.update({1: count, 2: count})
        return done

    def tree(vocabulary: Vocabulary) -> Tree:
        equal = Tree(1, {1: Tree(2, {BLANK: OTHER}, LETTER)}, LETTER)
        return Tree(ROW, {row(vocabulary, 0, EQUALS, "="): equal}, LETTER)

    shape = (Block(LETTERS), Block(("x",)))
    made = machine((*LETTERS, "x"), LETTERS, does, tree, starts=((0, -1), (0, 0), (0, 1)))
    return made, replace(COPY, shape=shape)


def _repeats(wrong: bool) -> tuple[Machine, Specification]:
    """Copy the letters for each mark; wrong ones not as they are from the second time on."""

    def does(state: int, role: str, token: Token) -> dict[int, Do]:
        if token == "#":
            return {1: Do(1, 0, 1)}
        done = copies(state, role, token)
        if role == SAID and token == "|":
            return {0: Do(jump=1), 1: Do(0, 1)}
        return {**done, 1: Do(0, 1)} if role == EQUALS else done

    def after(state: int, role: str, token: Token) -> int:
        return 1 if role == SAID and token == "|" else state

    def tree(vocabulary: Vocabulary) -> Tree:
        again = Tree(0, {1: "a", 2: "b"}, "|")
        swapped = Tree(0, {1: "b", 2: "a"}, "|") if wrong else again
        later = {row(vocabulary, 1, SAID, t): swapped for t in (*LETTERS, "|")}
        return Tree(1, {1: Tree(ROW, later, again)}, END)

    made = machine(
        (*LETTERS, "#"),
        (*LETTERS, "|"),
        does,
        tree,
        after=after,
        states=2,
        starts=((0, -1), (0, 0)),
    )
    body = (spell(Stream()), say("|"))
    return made, Specification((Block(LETTERS), Block(("#",))), (Repeat(1, body),))


def _says_again(kept_in: int) -> tuple[Machine, Specification]:
    """Forward, backward, and what was kept the first (0) or the second (1) time: forward is right."""

    def does(state: int, role: str, token: Token) -> dict[int, Do]:
        if role == SAID and token in LETTERS:
            kept = Do(1, 0, SYMBOLS[token]) if state == kept_in else Do(0, int(state == 2))
            return {0: Do(0, -1 if state == 1 else 1), 1: kept}
        if role == SAID and token == "|":
            return {0: Do(0, -1)} if state == 1 else {1: Do(0, 1)}
        return copies(state, role, token)

    def after(state: int, role: str, token: Token) -> int:
        return min(state + (token == "|"), 2)

    def tree(vocabulary: Vocabulary) -> Tree:
        last = {row(vocabulary, 2, SAID, t) for t in (*LETTERS, "|")}
        heard = Tree(1, {1: "a", 2: "b"}, END)
        return Tree(ROW, dict.fromkeys(last, heard), Tree(0, {1: "a", 2: "b"}, "|"))

    made = machine(
        LETTERS, (*LETTERS, "|"), does, tree, after=after, states=3, starts=((0, -1), (0, 0))
    )
    passes = (spell(Stream()), spell(Stream(backward=True)), spell(Stream()))
    first, second, third = passes
    return made, Specification((Block(LETTERS),), (first, say("|"), second, say("|"), third))


def _ends_far_from_here(distance: int) -> tuple[Machine, Specification]:
    """Stop once a head comes to what was written, which takes this many tokens."""

    def does(state: int, role: str, token: Token) -> dict[int, Do]:
        return {
            **copies(state, role, token),
            1: Do(1, 0, 1) if role == GIVEN else Do(0, 1),
        }

    tree = Tree(1, {1: END}, LETTER)
    return machine(LETTERS, LETTERS, does, tree, starts=((0, -1), (0, -distance))), COPY


def _begins_out_of_range() -> tuple[Machine, Specification]:
    """−2⁶³ and 2⁶³ − 1 are as far apart as 0 and −1, for numbers that wrap around."""
    return replace(COPIES, starts=np.array([[-(2**63), 2**63 - 1]])), COPY


WRONG = {
    "after the third token": _wrong_after_three,
    "after a long prompt": _wrong_after_a_long_prompt,
    "on the empty prompt": _wrong_on_nothing,
    "at the last token": _wrong_at_the_last,
    "where two blocks are equally long": _wrong_where_lengths_are_equal,
    "in the second repetition": lambda: _repeats(wrong=True),
    "where a tape keeps what is said the second time only": lambda: _says_again(kept_in=1),
    "after seven tokens": lambda: _ends_far_from_here(7),
    "where a head begins out of the range of numbers": _begins_out_of_range,
}


@pytest.mark.parametrize("made", thinned(WRONG.values(), 3), ids=[*WRONG])
def test_a_machine_that_is_rarely_wrong_is_not_proved(
    made: Callable[[], tuple[Machine, Specification]],
) -> None:
    wrong, specification = made()
    assert not is_right(wrong, specification, 8)
    assert not isinstance(find_proof(wrong, specification), Proof)


def test_a_machine_that_goes_wrong_after_more_tokens_than_can_be_tried_is_not_proved() -> None:
    assert not isinstance(find_proof(*_ends_far_from_here(10**18)), Proof)


def test_their_right_counterparts_are_proved() -> None:
    for made, specification in ((COPIES, COPY), _repeats(wrong=False)):
        assert is_right(made, specification)
        assert isinstance(find_proof(made, specification), Proof)


@cache
def _proof() -> Proof:
    proof = find_proof(COPIES, COPY)
    assert isinstance(proof, Proof)
    return proof


def _near_copies() -> Iterator[Machine]:
    """Machines that differ from the one that copies in one control or one entry."""
    for place in np.ndindex(COPIES.arrays()["moves"].shape):
        yield from (changed(COPIES, "moves", place, step) for step in (-1, 0, 1, 2))
    for place in np.ndindex(COPIES.arrays()["writes"].shape):
        yield from (changed(COPIES, "writes", place, symbol) for symbol in (STAY, BLANK, 1, 2))
    for step in (-2, 0, 1):
        yield replace(COPIES, starts=COPIES.starts + np.array([[0, step]]))
    for at, node in enumerate(COPIES.table):
        for answer in COPIES.vocabulary.outputs if node.answer is not None else ():
            table = list(COPIES.table)
            table[at] = Decision(answer)
            yield replace(COPIES, table=tuple(table))


def test_a_proof_is_not_taken_for_a_machine_that_differs_where_it_matters() -> None:
    taken = refused = 0
    for made in _near_copies():
        gap = check_proof(made, COPY, with_what_follows(made, COPY, _proof()))
        if is_right(made, COPY):
            taken += gap is None
        else:
            assert gap is not None
            refused += 1
    assert taken > 20
    assert refused > 30


@pytest.mark.slow
def test_a_search_finds_no_proof_of_a_machine_that_differs_where_it_matters() -> None:
    proved = [
        made for made in list(_near_copies())[::12] if isinstance(find_proof(made, COPY), Proof)
    ]
    assert proved
    assert all(is_right(made, COPY) for made in proved)


def test_facts_that_cannot_hold_do_not_prove_a_wrong_machine() -> None:
    wrong, specification = _ends_far_from_here(3)
    size = len(next(iter(_proof().situations.values()))[0])
    impossible = ((-1, *[0] * (size - 1)),)
    for first_only in (False, True):
        situations = {
            now: impossible if first_only == (now.token == LETTERS.index("b") + 1) else invariants
            for now, invariants in _proof().situations.items()
        }
        for made, meant in ((wrong, specification), (COPIES, COPY)):
            proof = with_what_follows(made, meant, replace(_proof(), situations=situations))
            assert check_proof(made, meant, proof) is not None


def test_situations_left_out_or_without_facts_are_gaps() -> None:
    for gone in _proof().situations:
        left = {now: invariants for now, invariants in _proof().situations.items() if now != gone}
        assert check_proof(COPIES, COPY, replace(_proof(), situations=left)) is not None
    without = dict.fromkeys(_proof().situations, ())
    assert check_proof(COPIES, COPY, replace(_proof(), situations=without)) is not None


def test_strengthened_facts_are_gaps_and_never_prove_a_wrong_machine() -> None:
    random = np.random.default_rng(0)
    wrong = replace(COPIES, starts=COPIES.starts + np.array([[0, 1]]))
    listed = list(_proof().situations)
    for _ in range(100):
        situations = dict(_proof().situations)
        now = listed[random.integers(len(listed))]
        invariants = list(situations[now])
        at = int(random.integers(len(invariants)))
        invariants[at] = (invariants[at][0] - int(random.integers(1, 4)), *invariants[at][1:])
        situations[now] = tuple(invariants)
        proof = with_what_follows(wrong, COPY, Proof(situations, _proof().memory))
        assert check_proof(wrong, COPY, proof) is not None


AWKWARD = {
    "a repetition that says nothing": (
        (Block(LETTERS),),
        (Repeat(0, (Say(lambda state: None),)), spell(Stream())),
    ),
    "a repetition of nothing": ((Block(LETTERS),), (Repeat(0, ()), spell(Stream()))),
    "a repetition of a block that may be empty": (
        (Block(("a",), 0), Block(("b",))),
        (Repeat(1, (spell(Stream()),)),),
    ),
    "blocks that share tokens": (
        (Block(LETTERS), Block(("b",), 0)),
        (spell(Stream()), spell(Stream(1))),
    ),
    "a block that ends before one of its tokens": ((Block(LETTERS, 0), "b"), (spell(Stream()),)),
    "a block of many tokens at least": ((Block(LETTERS, 8),), (spell(Stream()),)),
    "a stream of nothing": ((Block(LETTERS),), (spell(Stream(only=())), spell(Stream()))),
    "a token that was never seen": ((Block(LETTERS),), (spell(Stream()), say("z"))),
    "a comparison": (
        (Block(("a",)), Block(("b",))),
        (Compare(Stream(), Stream(1), ("a", "a", "b")),),
    ),
    "no instructions": ((Block(LETTERS),), ()),
    "no blocks": (("a", "b"), (say("a"), say("b"))),
    "a pass that ends with its first stream": (
        (Block(("a",)), Block(("b",))),
        (Pass((Stream(), Stream(1)), lambda state, seen: (state, seen[0] or ""), True),),
    ),
}


@pytest.mark.parametrize("name", thinned(AWKWARD))
def test_an_awkward_specification_is_answered_without_an_error_and_without_a_false_proof(
    name: str,
) -> None:
    specification = Specification(*AWKWARD[name])
    found = find_proof(COPIES, specification)
    least = max((block.least for block in specification.blocks), default=0)
    if isinstance(found, Proof):
        assert is_right(COPIES, specification, max(4, least))
    assert isinstance(found, Gap) or check_proof(COPIES, specification, found) is None
