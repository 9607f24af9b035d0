"""Proofs of what machines answer at every length: found, checked apart, and not to be deceived."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from helpers_machines import changed, copier, hand_made, parity
from helpers_proofs import with_what_follows
from helpers_pytest import thinned

from nalmx.clock import limited
from nalmx.errors import CertificateError
from nalmx.pntm import Vocabulary
from nalmx.pntm.keys import Keys
from nalmx.pntm.machine import BLANK, ROW, Decision
from nalmx.pntm.minimise import minimise
from nalmx.pntm.proofs.checking import check_proof
from nalmx.pntm.proofs.induction import completed
from nalmx.pntm.proofs.place_value import computes
from nalmx.pntm.proofs.proof import Gap, Memory, Place, Proof, Situation
from nalmx.pntm.proofs.proof_json import proof_from_json, proof_to_json
from nalmx.pntm.proofs.search import find_proof
from nalmx.pntm.tasks import sequence_task
from nalmx.pntm.tasks.specification import Block, Say, answer_of

AB = ("a", "b")
BITS = ("0", "1")


def specification(name):
    return sequence_task(name).specification


def of_letters(name):
    """The specification of a task on a and b only."""
    return replace(specification(name), shape=(Block(AB),))


def decisions(tree):
    """A table from a tree: a token, or a column with what is seen there and anything else."""
    nodes = []

    def add(one):
        at = len(nodes)
        if isinstance(one, int):
            nodes.append(Decision(answer=one))
            return at
        nodes.append(None)
        column, branches, otherwise = one
        pairs = tuple((seen, add(child)) for seen, child in branches.items())
        nodes[at] = Decision(None, column, pairs, add(otherwise))
        return at

    add(tree)
    return nodes


def reverse():
    """Says letters from the last to the first: a 0, b 1, = 2, a 3, b 4, end 5."""
    return hand_made(
        Vocabulary(AB, AB),
        decisions((0, {1: 3, 2: 4}, 5)),
        moves=[(u, 0, head, 1) for u in (0, 1) for head in (0, 1)]
        + [(u, 0, 1, -1) for u in (3, 4)],
        writes=[(0, 0, 1), (1, 0, 2)],
    )


def duplicate():
    """Jumps back to the first letter at the bar: a 0, b 1, = 2, a 3, b 4, | 5, end 6."""
    register = [[0] * 5 + [1, 0], [1] * 7]
    last = dict.fromkeys((7 + 3, 7 + 4, 7 + 5), 6)
    rows = [(7 * state + u, u) for state in (0, 1) for u in (0, 1, 3, 4)]
    return hand_made(
        Vocabulary(AB, (*AB, "|")),
        decisions((0, {1: 3, 2: 4}, (ROW, last, 5))),
        moves=[(row, 0, int(u > 2), 1) for row, u in rows],
        writes=[(row, 0, u + 1) for row, u in rows if u < 2],
        jumps=[(7 + 5, 0, 1, 1)],
        starts=((0, 1),),
        register=register,
    )


def duplicate_by_listening():
    """The second time it says what it wrote down while it spoke: a tape of it, and one of letters."""
    register = [[0] * 5 + [1, 0], [1] * 7]
    rows = [(7 * state + u, u) for state in (0, 1) for u in (0, 1, 3, 4)]
    given = [(row, 1, u + 1) for row, u in rows if u < 2]
    heard = [(row, 0, u - 2) for row, u in rows if u > 2]
    first = (1, {1: 3, 2: 4}, 5)
    again = (1, {BLANK: 6}, (0, {1: 3, 2: 4}, 6))
    return hand_made(
        Vocabulary(AB, (*AB, "|")),
        decisions((ROW, dict.fromkeys((7 + 3, 7 + 4, 7 + 5), again), first)),
        moves=[(row, tape, 0, 1) for row, tape, _ in [*given, *heard]]
        + [(row, 1, 1, 1) for row, u in rows if u > 2]
        + [(7 + u, 0, 1, 1) for u in (3, 4)],
        writes=[*given, *heard],
        jumps=[(7 + 5, 1, 1, 1)],
        starts=((0, 1), (0, 1)),
        register=register,
    )


def two_numbers(sign, answers, tree, tapes):
    """Two numbers on tapes, the first ones of `tapes` read one cell further than the others."""
    vocabulary = Vocabulary((*BITS, sign), answers)
    size = vocabulary.size
    register = [[0, 0, 1, *[0] * (size - 3)], [1, 1, 1, *[1] * (size - 3)]]
    given = [(size * state + u, tape) for tape, (state, _) in enumerate(tapes) for u in (0, 1)]
    said = [size + u for u in range(4, size - 1)]
    return hand_made(
        vocabulary,
        decisions(tree),
        moves=[(row, tape, 0, 1) for row, tape in given]
        + [(row, tape, 1, 1) for row in said for tape in range(len(tapes))],
        writes=[(row, tape, row % size + 1) for row, tape in given],
        starts=[(0, read) for _, read in tapes],
        register=register,
    )


def comparison():
    """0 1 ? = and < = > end as 4 to 7, all in state 1 behind the sign."""
    same = (ROW, {8 + 4: 4, 8 + 6: 6}, 5)
    one = (1, {2: same}, 6)  # the first digit is 1
    blank = (1, {BLANK: 7, 1: same}, 4)
    return two_numbers(
        "?", ("<", "=", ">"), (0, {BLANK: blank, 2: one}, (1, {2: 4}, same)), [(0, 1), (1, 1)]
    )


def addition():
    """The carry shows in the digits one place back, and in what was said there."""

    def said(carry, ones):
        return 4 + (carry + ones) % 2

    def column(carry):
        one = (1, {2: said(carry, 2)}, said(carry, 1))
        blank = (1, {BLANK: 5 if carry else 6, 1: said(carry, 0)}, said(carry, 1))
        return (0, {2: one, BLANK: blank}, (1, {2: said(carry, 1)}, said(carry, 0)))

    # 0 1 + = 0 1 end: a one was said where the carry into that place made it up, so none is left.
    differ = (ROW, {7 + 4: column(1)}, column(0))
    carry = (2, {2: (3, {2: column(1)}, differ)}, (3, {2: differ}, column(0)))
    return two_numbers("+", BITS, carry, [(0, 1), (1, 1), (0, 0), (1, 0)])


MADE = {
    "copy": (lambda: copier(AB), lambda: of_letters("copy")),
    "copy of eight letters": (lambda: copier("abcdefgh"), lambda: specification("copy")),
    "parity": (parity, lambda: specification("parity")),
    "reverse": (reverse, lambda: of_letters("reverse")),
    "duplicate": (duplicate, lambda: of_letters("duplicate")),
    "duplicate by listening": (duplicate_by_listening, lambda: of_letters("duplicate")),
    "comparison": (comparison, lambda: specification("comparison")),
    "addition": (addition, lambda: specification("addition")),
}
# The proof of addition takes seconds to be found.
EACH = [pytest.param(name, marks=pytest.mark.slow if name == "addition" else ()) for name in MADE]
QUICK = ["copy", "parity", "reverse", "duplicate", "comparison"]


class Proved(dict):
    """Machines with their specifications and the proofs that were found, when they are asked for."""

    def __missing__(self, name):
        make, specified = MADE[name]
        machine, meant = make(), specified()
        self[name] = machine, meant, find_proof(machine, meant)
        return self[name]


@pytest.fixture(scope="module")
def proved():
    return Proved()


def prompts(meant, longest=6):
    random = np.random.default_rng(3)
    for _ in range(80):
        parts = [
            (part,)
            if isinstance(part, str)
            else tuple(random.choice(part.tokens, random.integers(1, longest + 1)).tolist())
            for part in meant.shape
        ]
        yield tuple(token for part in parts for token in part)


def is_right(machine, meant):
    answers = ((prompt, answer_of(meant, prompt)) for prompt in prompts(meant))
    return all(machine.decode(prompt, len(a) + 1) == a for prompt, a in answers)


@pytest.mark.parametrize("name", EACH)
def test_a_right_machine_is_proved_and_the_proof_checks_again_apart(proved, name):
    machine, meant, proof = proved[name]
    assert is_right(machine, meant)
    assert isinstance(proof, Proof), proof
    assert check_proof(machine, meant, proof) is None


@pytest.mark.parametrize("name", EACH)
def test_a_proof_read_from_a_file_is_the_same_and_checks(proved, name):
    machine, meant, proof = proved[name]
    again = proof_from_json(json.loads(json.dumps(proof_to_json(proof))))
    assert again == proof
    assert check_proof(machine, meant, again) is None


def test_a_machine_that_speaks_from_what_it_said_needs_to_remember_where_that_was(proved):
    assert proved["duplicate by listening"][2].memory.echoes == "follow"
    assert proved["duplicate"][2].memory == Memory()


@pytest.mark.slow
def test_a_machine_that_adds_needs_to_remember_what_it_said(proved):
    assert proved["addition"][2].memory.tokens


@pytest.mark.parametrize("name", ["copy", "parity", "comparison"])
def test_a_minimised_machine_is_proved(proved, name):
    machine, meant, _ = proved[name]
    small = minimise(machine, Keys.of(machine, prompts(meant)))
    assert isinstance(find_proof(small, meant), Proof)


def changed_answer(machine, wanted, new):
    """The machine with another token in all leaves of one."""
    table = tuple(Decision(answer=new) if n.answer == wanted else n for n in machine.table)
    return replace(machine, table=table)


CHANGES = {
    "an answer of copy": ("copy", lambda m: changed_answer(m, 3, 4), "'b' .* where 'a' should"),
    "the end of copy": ("copy", lambda m: changed_answer(m, 5, 3), "'a' .* where the end should"),
    "an answer of parity": ("parity", lambda m: changed_answer(m, 4, 5), "'end' .* where '1'"),
    "a move of copy": (
        "copy",
        lambda m: changed(m, "moves", (3, 0, 1), 2),
        "cannot be ruled out where .* should be said",
    ),
    "a missing move of reverse": (
        "reverse",
        lambda m: changed(m, "moves", (4, 0, 1), 0),
        "cannot be ruled out where .* should be said",
    ),
    "a start of copy": (
        "copy",
        lambda m: changed(m, "starts", (0, 1), 2),
        "cannot be ruled out where .* should be said",
    ),
    "a symbol of reverse": (
        "reverse",
        lambda m: changed(m, "writes", (0, 0), 2),
        "'b' cannot be ruled out where 'a' should be said",
    ),
    "a jump of duplicate": (
        "duplicate",
        lambda m: changed(m, "jumps", (7 + 5, 0, 1), 2),
        "cannot be ruled out where .* should be said",
    ),
}


@pytest.mark.parametrize("change", thinned(CHANGES, 8))
def test_a_machine_with_one_thing_wrong_has_no_proof_and_the_gap_says_why(proved, change):
    name, make, reason = CHANGES[change]
    machine, meant, proof = proved[name]
    wrong = make(machine)
    assert not is_right(wrong, meant)
    gap = find_proof(wrong, meant)
    assert isinstance(gap, Gap)
    assert re.search(reason, gap.reason), gap.reason
    assert isinstance(check_proof(wrong, meant, proof), Gap)


def test_a_table_without_an_answer_is_no_proof(proved):
    machine, meant, proof = proved["copy"]
    silent = replace(machine, table=(Decision(None, 0, ((1, 1),), 2), *map(Decision, (3, 5))))
    silent = replace(silent, table=(Decision(None, 0, ((1, 1), (BLANK, 2))), *silent.table[1:]))
    assert check_proof(silent, meant, proof).reason == (
        "nothing cannot be ruled out where 'b' should be said"
    )


@pytest.mark.slow
@pytest.mark.parametrize("at", range(4))
def test_the_proof_of_addition_is_none_of_a_wrong_adder(proved, at):
    machine, meant, proof = proved["addition"]
    wrong = [
        changed(machine, "starts", (2, 1), 1),
        changed(machine, "starts", (1, 1), 2),
        changed(machine, "writes", (1, 2), 1),
        changed_answer(machine, 6, 4),
    ][at]
    assert not is_right(wrong, meant)
    assert check_proof(wrong, meant, proof) is not None


def test_a_proof_of_one_machine_is_none_of_another_that_is_wrong(proved):
    wrong = 0
    names = [name for name in MADE if name != "addition"]
    for own, other in product(names, names):
        machine, (_, meant, proof) = proved[own][0], proved[other]
        if not set(meant.tokens) <= set(machine.vocabulary.prompt) or is_right(machine, meant):
            continue
        assert isinstance(check_proof(machine, meant, proof), Gap), (own, other)
        wrong += 1
    assert wrong > 8


def test_the_proof_of_a_machine_that_copies_is_none_of_one_that_says_more(proved):
    machine, meant, _ = proved["duplicate"]
    assert isinstance(check_proof(machine, meant, proved["copy"][2]), Gap)


def test_facts_of_another_length_are_refused(proved):
    machine, meant, proof = proved["copy"]
    for invariants in (((0,),), ((0,) * 40,), ((),), ((0.0,) * 8,), ((True,) * 8,)):
        other = replace(proof, situations=dict.fromkeys(proof.situations, invariants))
        assert check_proof(machine, meant, other) == Gap("the proof is of another machine")


@pytest.mark.parametrize("name", QUICK)
def test_no_situation_can_be_left_out(proved, name):
    machine, meant, proof = proved[name]
    for gone in proof.situations:
        left = {now: invariants for now, invariants in proof.situations.items() if now != gone}
        gap = check_proof(machine, meant, replace(proof, situations=left))
        assert gap == Gap("a situation was not foreseen")
        gap = completed(machine, meant, Proof(left, proof.memory))
        assert (gap.reason, gap.situation) == ("a situation was not foreseen", gone)
    assert check_proof(machine, meant, replace(proof, situations={})) is not None


@pytest.mark.parametrize("name", QUICK)
def test_a_wrong_fact_is_not_confirmed(proved, name):
    machine, meant, proof = proved[name]
    size = len(next(form for invariants in proof.situations.values() for form in invariants))
    for now, invariants in proof.situations.items():
        for wrong in ((-1, *[0] * (size - 1)), (-9, 1, *[0] * (size - 2))):
            situations = {**proof.situations, now: (*invariants, wrong)}
            stated = with_what_follows(machine, meant, Proof(situations, proof.memory))
            assert check_proof(machine, meant, stated) == Gap("an invariant does not follow")
            gap = completed(machine, meant, stated)
            assert (gap.reason, gap.invariants) == ("an invariant does not follow", (wrong,))


@pytest.mark.parametrize("name", QUICK)
def test_situations_that_are_never_reached_are_never_looked_at(proved, name):
    machine, meant, proof = proved[name]
    junk = {
        Situation(Place(999, "x", (7, None)), -5, 12345, ()): ((1, 2), (3,)),
        Situation(Place(0, 10**40, ()), 0, 0, ("lost", 3)): ((-1,),),
        Situation(Place(-1), 99, -99, (Place(5),) * 9): (),
    }
    sized = {
        now: ((3,) * len(proof.contradictions[0][0][1]),) * len(invariants)
        for now, invariants in junk.items()
    }
    again = replace(proof, situations={**sized, **proof.situations})
    assert check_proof(machine, meant, again) is None
    assert check_proof(machine, meant, proof_from_json(proof_to_json(again))) is None
    assert completed(machine, meant, Proof({**junk, **proof.situations}, proof.memory)) == replace(
        proof, situations={**junk, **proof.situations}
    )


@pytest.mark.parametrize("echoes", ["nothing", "last", "follow"])
@pytest.mark.parametrize("tokens", [False, True])
def test_another_memory_is_a_gap_or_no_difference_at_all(proved, tokens, echoes):
    for name in QUICK:
        machine, meant, proof = proved[name]
        other = with_what_follows(machine, meant, replace(proof, memory=Memory(tokens, echoes)))
        gap = check_proof(machine, meant, other)
        assert gap is None or gap.reason
        assert (gap is None) == isinstance(completed(machine, meant, other), Proof)
        wrong = changed_answer(machine, machine.vocabulary.end, machine.vocabulary.equals + 1)
        assert check_proof(wrong, meant, with_what_follows(wrong, meant, other))


def changed_numbers(contradictions):
    """Contradictions with one number one more or one less: a multiplier or an entry of a form."""
    for k, stated in enumerate(contradictions):
        for j, (multiplier, form) in enumerate(stated):
            for at, less in product(range(-1, len(form)), (-1, 1)):
                more = less if at < 0 else 0
                entries = tuple(entry + less * (at == place) for place, entry in enumerate(form))
                new = (*stated[:j], (multiplier + more, entries), *stated[j + 1 :])
                yield new, (*contradictions[:k], new, *contradictions[k + 1 :])


@pytest.mark.parametrize("name", ["copy", "reverse"])
def test_a_forged_multiplier_is_refused_or_shows_what_is_true_all_the_same(proved, name):
    machine, meant, proof = proved[name]
    refused = taken = 0
    for new, contradictions in changed_numbers(proof.contradictions):
        if check_proof(machine, meant, replace(proof, contradictions=contradictions)) is not None:
            refused += 1
            continue
        taken += 1
        total = [sum(n * form[at] for n, form in new) for at in range(len(new[0][1]))]
        assert total[0] < 0 < min(n for n, _ in new)
        assert not any(total[1:])
    assert refused > 500
    assert taken < 12


@pytest.mark.parametrize("name", QUICK)
def test_multipliers_are_needed_and_their_order_does_not_matter(proved, name):
    machine, meant, proof = proved[name]
    backwards = tuple(stated[::-1] for stated in proof.contradictions[::-1])
    assert check_proof(machine, meant, replace(proof, contradictions=backwards)) is None
    assert isinstance(check_proof(machine, meant, replace(proof, contradictions=())), Gap)


def spoiled(data):
    """The data with one part after the other replaced by something else."""
    parts = [0, -1] if isinstance(data, list) and data else []
    parts = list(data) if isinstance(data, dict) else parts
    for part in parts:
        for junk in (None, "x", -1, 0.5, [], {}, True, [[1]], {"at": 0}, 10**30):
            other = deepcopy(data)
            other[part] = junk
            yield other
        for below in spoiled(data[part]):
            other = deepcopy(data)
            other[part] = below
            yield other
        if isinstance(data, dict):
            yield {name: known for name, known in data.items() if name != part}


def test_a_damaged_proof_is_refused_or_shows_nothing_of_a_wrong_machine(proved):
    machine, meant, proof = proved["duplicate by listening"]
    wrong = changed_answer(machine, 3, 4)
    refused = read = 0
    for data in spoiled(proof_to_json(proof)):
        try:
            other = proof_from_json(data)
        except CertificateError:
            refused += 1
            continue
        read += 1
        check_proof(machine, meant, other)
        assert check_proof(wrong, meant, other) is not None
    assert refused > 50
    assert read > 5


@pytest.mark.parametrize("data", [None, [], {}, "proof", 3, {"memory": {}}, {"memory": None}])
def test_what_is_no_proof_is_refused(data):
    with pytest.raises(CertificateError, match="its proof cannot be read"):
        proof_from_json(data)


def with_control(**changes):
    """The machine that copies, changed at its first row, which is that of the token a."""
    machine = copier(AB)
    for part, (place, new) in changes.items():
        machine = changed(machine, part, place, new)
    return machine


def depends_on_the_prompt():
    """Its register knows the last letter, and `=` moves the read head after a only."""
    machine = copier(AB)
    register = np.array([[1, 0, 0, 0, 0, 0], [1, 0, 1, 0, 0, 0]])
    twice = np.concatenate([machine.actions] * 2)
    return changed(replace(machine, register=register, actions=twice), "moves", (6 + 2, 0, 1), 1)


OUTSIDE = {
    "back": (
        lambda: with_control(moves=((0, 0, 0), -1)),
        "tape 1: the write head does not go on cell by cell at 'a'",
    ),
    "far": (
        lambda: with_control(moves=((0, 0, 0), 2)),
        "tape 1: the write head does not go on cell by cell at 'a'",
    ),
    "in place": (
        lambda: with_control(writes=((2, 0), 1)),
        "tape 1: the write head does not go on cell by cell at '='",
    ),
    "jump": (
        lambda: with_control(jumps=((0, 0, 0), 5)),
        "tape 1: the write head jumps at 'a'",
    ),
    "read jump": (
        lambda: with_control(jumps=((0, 0, 1), 5)),
        "tape 1: the read head jumps by the token",
    ),
    "prompt": (depends_on_the_prompt, "tape 1: what '=' moves depends on the prompt"),
    "tokens": (lambda: copier(("a",)), "the token 'b' was never seen in training"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_machine_outside_of_what_can_be_proved_has_a_gap_that_says_why(proved, name):
    make, reason = OUTSIDE[name]
    _, meant, proof = proved["copy"]
    assert find_proof(make(), meant) == Gap(reason)
    assert completed(make(), meant, proof) == Gap(reason)
    assert isinstance(check_proof(make(), meant, proof), Gap)


def test_a_token_that_should_be_said_but_never_was_seen_is_a_gap():
    machine = copier(AB)
    mute = replace(machine, vocabulary=Vocabulary(AB, ("a", "c")))
    gap = find_proof(mute, of_letters("copy"))
    assert gap.reason == "the token 'b' of answers was never seen in training"


@pytest.mark.parametrize("questions", [0, 1, 30])
def test_search_and_check_count_what_they_ask(proved, questions):
    machine, meant, proof = proved["copy"]
    found = None
    with limited(questions):
        found = find_proof(machine, meant)
    assert found is None
    with limited(questions):
        found = check_proof(machine, meant, proof)
        found = "checked"
    assert found is None


def test_a_proof_is_the_same_on_every_call(proved):
    machine, meant, proof = proved["reverse"]
    assert find_proof(machine, meant) == proof


COLUMNS = ["addition", "addition-big-endian", "subtraction", "multiply"]


@pytest.mark.parametrize("name", [*COLUMNS, "copy"])
def test_the_columns_of_the_tasks_add_up(name):
    assert (specification(name).place_value is not None) == (name in COLUMNS)
    assert computes(specification(name))


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_that_compute_something_else_do_not_add_up(name):
    meant = specification(name)
    known = meant.place_value
    walk, last = meant.instructions
    more = tuple(weight + 1 for weight in known.weights)
    assert not computes(replace(meant, place_value=replace(known, weights=more)))
    assert not computes(replace(meant, place_value=replace(known, base=known.base + 1)))
    assert not computes(replace(meant, place_value=replace(known, carry=lambda state: 0)))
    assert not computes(replace(meant, start=1))
    assert not computes(replace(meant, instructions=(last, walk)))
    wrong = replace(walk, step=lambda carry, seen: (carry, "0"))
    assert not computes(replace(meant, instructions=(wrong, last)))


@pytest.mark.parametrize("name", ["addition", "addition-big-endian", "multiply"])
def test_columns_whose_last_carry_is_not_said_do_not_add_up(name):
    meant = specification(name)
    for token in (None, "1", "7"):
        silent = (meant.instructions[0], Say(lambda carry, token=token: token))
        assert not computes(replace(meant, instructions=silent))


def test_differences_below_zero_do_not_add_up():
    assert not computes(replace(specification("subtraction"), ends_in=None))


def test_carries_without_end_do_not_add_up():
    meant = specification("addition")
    walk, last = meant.instructions
    growing = replace(walk, step=lambda carry, seen: (carry + 1, "0"))
    value = replace(meant.place_value, carry=lambda carry: 0, weights=(0, 0))
    assert not computes(replace(meant, instructions=(growing, last), place_value=value))


def test_columns_that_leave_out_digits_compute_nothing():
    meant = specification("subtraction")
    assert not computes(replace(meant, no_longer=()))
    walk, last = specification("addition").instructions
    cut = replace(specification("addition"), instructions=(replace(walk, with_first=True), last))
    assert not computes(cut)
    odd = replace(walk.streams[0], only=("1",))
    some = replace(walk, streams=(odd, walk.streams[1]))
    assert not computes(replace(specification("addition"), instructions=(some, last)))


def test_columns_say_digits_of_their_base():
    meant = specification("multiply")
    assert not computes(replace(meant, place_value=replace(meant.place_value, base=7)))
    assert not computes(replace(meant, instructions=(*meant.instructions, Say(lambda state: "0"))))
