"""Verdicts on what machines answer, the shortest counterexamples, and certificates of both."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import chain, count, product

import numpy as np
import pytest
from helpers_machines import changed, copier, hand_made, parity

from nalmx.errors import CertificateError
from nalmx.pntm import Vocabulary
from nalmx.pntm.machine import ROW, Decision
from nalmx.pntm.proofs import answers, provers
from nalmx.pntm.proofs.answers import Comparison, Enumerated, enumerated, shrunk, truth_of
from nalmx.pntm.proofs.certificate import SequenceCertificate
from nalmx.pntm.proofs.check import (
    check_agreement,
    check_agreement_on,
    check_examples,
    check_truth,
)
from nalmx.pntm.proofs.verdict import SequenceVerdict, WrongAnswer
from nalmx.pntm.tasks import Example, sequence_task
from nalmx.pntm.tasks.prompts import prompts_of
from nalmx.report.programs import sequence_verdict_lines
from nalmx.train.interrupted import Interrupted, interruptible
from nalmx.verify.certificate import digest_of
from nalmx.verify.effort import Effort

BITS, LETTERS = ("0", "1"), tuple("abcdefgh")
PARITY, COPY, STACK = map(sequence_task, ("parity", "copy", "stack"))
QUICK = Effort(tokens=20_000)


@pytest.fixture(scope="module", autouse=True)
def _short():
    """Less time and fewer tries than on the command line."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(provers, "_FIRST_TOKENS", 10_000)
        patched.setattr(answers, "_HYPOTHESIS_EXAMPLES", 60)
        patched.setattr(answers, "_SHRINKING_EXAMPLES", 60)
        yield


def stack():
    """Pushes and pops at the end of a tape: a b c d pop 0 to 4, = 5, a b c d 6 to 9, end 10."""
    items = tuple("abcd")
    moves = [(u, 0, head, 1) for u in range(4) for head in (0, 1)]
    moves += [(4, 0, 0, -1), (4, 0, 1, -1), *((u, 0, 1, -1) for u in range(6, 10))]
    return hand_made(
        Vocabulary((*items, "pop"), items),
        [Decision(None, 0, tuple((u + 1, u + 1) for u in range(4)), 5)]
        + [Decision(answer=answer) for answer in range(6, 11)],
        moves=moves,
        writes=[(u, 0, u + 1) for u in range(4)],
    )


def wrong_from(right, length):
    """The machine, but it stops at once after prompts of so many tokens or more."""
    tapes, size, equals = right.tapes, right.vocabulary.size, right.vocabulary.equals
    starts = [*right.starts.tolist(), [0, length]]
    made = hand_made(right.vocabulary, right.table, starts=starts)
    for part in ("moves", "writes"):
        made = changed(made, part, np.s_[:, :tapes], right.arrays()[part])
    made = changed(made, "moves", np.s_[:equals, tapes, 0], 1)
    made = changed(made, "writes", np.s_[:equals, tapes], 1)
    assert made.actions.shape[0] == size
    shift = 3
    behind = [
        replace(
            node,
            branches=tuple((seen, child + shift) for seen, child in node.branches),
            otherwise=None if node.otherwise is None else node.otherwise + shift,
        )
        for node in right.table
    ]
    first = Decision(None, ROW, ((equals, 1),), shift)
    early = Decision(None, tapes, ((1, 2),), shift)
    end = Decision(answer=right.vocabulary.end)
    return replace(made, table=(first, early, end, *behind))


def changed_answer(machine, wanted, new):
    table = tuple(Decision(answer=new) if n.answer == wanted else n for n in machine.table)
    return replace(machine, table=table)


def wrong_twice():
    """Parity that says 0 behind a second one in a row: it looks at what it said, 0 1 = 0 1 end."""
    right = parity()
    table = list(right.table)
    at = next(i for i, n in enumerate(table) if n.tape == ROW and n.branches == ((4, 4),))
    assert table[table[at].otherwise].answer == 4
    table[at] = replace(table[at], branches=((4, table[at].otherwise),))
    return replace(right, table=tuple(table))


def first_wrong(machine, task, longest):
    """The length of the shortest prompt that is answered wrongly, by trying."""
    for tokens in range(1, longest + 1):
        for prompt in prompts_of(task, tokens):
            if machine.decode(prompt) != task.answer(prompt):
                return tokens
    return None


@pytest.fixture(scope="module")
def checked():
    machines = {
        "proved": (parity(), PARITY),
        "refuted": (wrong_twice(), PARITY),
        "up to length": (stack(), STACK),
    }
    return {
        name: (machine, task, check_truth(machine, task, QUICK))
        for name, (machine, task) in machines.items()
    }


def test_a_right_machine_is_proved(checked):
    _, _, found = checked["proved"]
    assert found.verdict == "proved"
    assert found.method == provers.PROOF
    assert found.domain == "{0, 1}+"
    assert found.counterexample is None
    assert found.evidence is not None


def test_a_wrong_machine_is_refuted_with_a_shortest_counterexample(checked):
    machine, task, found = checked["refuted"]
    example = found.counterexample
    assert (found.verdict, found.evidence) == ("refuted", None)
    assert len(example.prompt) == first_wrong(machine, task, 4) == 2
    assert example.shortest
    assert example.left == machine.decode(example.prompt) != example.right
    assert example.right == task.answer(example.prompt)


@pytest.mark.parametrize("old", [3, 4, 5])
def test_every_counterexample_of_a_machine_with_a_wrong_answer_is_a_shortest_one(old):
    for new in {3, 4, 5} - {old}:
        machine = changed_answer(parity(), old, new)
        example = check_truth(machine, PARITY, QUICK).counterexample
        assert example.shortest
        assert len(example.prompt) == first_wrong(machine, PARITY, 4)


def test_a_machine_that_is_wrong_behind_all_short_prompts_is_refuted():
    machine = wrong_from(copier(LETTERS), 13)
    found = check_truth(machine, COPY, QUICK)
    assert found.verdict == "refuted"
    assert (len(found.counterexample.prompt), found.counterexample.left) == (13, ())
    assert found.counterexample.right == found.counterexample.prompt
    # There are too many prompts of twelve tokens to say that none of them is answered wrongly.
    assert not found.counterexample.shortest


@pytest.mark.slow
def test_a_machine_that_is_wrong_after_long_prompts_only_is_refuted_by_a_thinned_one():
    machine = wrong_from(copier(LETTERS), 77)
    found = check_truth(machine, COPY, QUICK)
    assert found.verdict == "refuted"
    assert len(found.counterexample.prompt) == 77
    assert found.counterexample.right == found.counterexample.prompt


def test_a_long_counterexample_becomes_the_shortest_one_where_all_shorter_can_be_tried():
    machine = wrong_from(parity(), 5)
    assert first_wrong(machine, PARITY, 6) == 5
    comparison = Comparison(machine, truth_of(PARITY))
    long = ("1",) * 90
    wrong = shrunk(comparison, PARITY, WrongAnswer(long, (), PARITY.answer(long), False))
    assert (len(wrong.prompt), wrong.shortest) == (5, True)


def test_a_long_counterexample_of_a_task_without_a_specification_is_shrunk_too():
    machine = wrong_from(stack(), 3)
    comparison = Comparison(machine, truth_of(STACK))
    long = ("a",) * 60
    wrong = shrunk(comparison, STACK, WrongAnswer(long, (), STACK.answer(long), False))
    assert len(wrong.prompt) == first_wrong(machine, STACK, 6)
    assert wrong.shortest


def test_an_answer_that_does_not_end_is_wrong():
    machine = changed_answer(parity(), 5, 3)
    example = check_truth(machine, PARITY, QUICK).counterexample
    assert example.left is None
    assert example.to_json()["left"] is None


def test_what_has_no_proof_is_proved_up_to_a_length(checked):
    _, _, found = checked["up to length"]
    verdict = found
    assert (verdict.verdict, verdict.method) == ("proved up to length", provers.ENUMERATION)
    assert verdict.domain == "prompts of stack"
    assert verdict.longest >= 3
    assert verdict.longest_tried == 10_000
    every = sum(1 for n in range(1, 4) for _ in prompts_of(STACK, n))
    assert verdict.prompts > every
    assert "no form that a proof for all lengths could use" in verdict.reason
    assert (
        f"all prompts of {verdict.longest + 1} tokens takes more than 20,000 tokens"
        in verdict.reason
    )
    assert found.evidence is None


def test_without_effort_a_right_machine_is_tested_only():
    found = check_truth(stack(), STACK, Effort(tokens=0))
    assert (found.verdict, found.longest) == ("tested", None)


def test_without_time_nothing_is_known():
    found = check_truth(parity(), PARITY, Effort(seconds=-1.0))
    assert (found.verdict, found.prompts, found.longest_tried) == ("unknown", 0, None)
    assert "more time than there is" in found.reason


def test_effort_is_counted_and_the_clock_says_nothing(monkeypatch):
    """A machine ten times as slow gets the same verdict."""
    first = check_truth(stack(), STACK, QUICK)
    ticks = count()
    monkeypatch.setattr("time.monotonic", lambda: next(ticks) * 0.01)
    assert check_truth(stack(), STACK, replace(QUICK, seconds=1e9)) == first


def test_a_proof_beyond_its_effort_is_not_found():
    found = check_truth(parity(), PARITY, replace(QUICK, operations=100))
    assert (found.verdict, found.evidence) == ("proved up to length", None)
    assert found.reason.startswith("no proof was found with the effort there is")


def test_a_stop_ends_a_proof():
    asked = count()
    with pytest.raises(Interrupted), interruptible(lambda: next(asked) > 100):
        check_truth(parity(), PARITY, QUICK)


def test_a_proof_that_does_not_check_is_not_believed(monkeypatch, checked):
    _, _, found = checked["proved"]
    empty = replace(found.evidence, situations={})
    monkeypatch.setattr(provers, "find_proof", lambda *given, **settings: empty)
    verdict = check_truth(parity(), PARITY, QUICK)
    assert verdict.verdict == "proved up to length"
    assert verdict.reason.startswith("a situation was not foreseen")


def test_a_proof_needs_columns_that_add_up(monkeypatch):
    monkeypatch.setattr(provers, "computes", lambda specification: False)
    verdict = check_truth(parity(), PARITY, QUICK)
    assert verdict.reason.startswith("the columns of the specification do not add up")


def verdict_of(level, longest=None, machine="a machine"):
    return SequenceVerdict(level, "by hand", machine, longest=longest)


@pytest.mark.parametrize(
    ("level", "codes"),
    [
        ("proved", (0, 0, 0)),
        ("proved up to length", (0, 3, 3)),
        ("tested", (0, 3, 3)),
        ("unknown", (3, 3, 3)),
        ("refuted", (1, 1, 1)),
    ],
)
def test_exit_codes_say_what_is_established_at_the_required_level(level, codes):
    verdict = verdict_of(level)
    assert tuple(verdict.exit_code(need) for need in ("tested", "bounded", "proved")) == codes
    assert verdict.exit_code() == codes[0]


def test_enumeration_goes_on_from_what_is_known():
    asked = []

    def truth(prompts):
        asked.extend(prompts)
        return [PARITY.answer(prompt) for prompt in prompts]

    comparison = Comparison(parity(), truth)
    done = enumerated(comparison, PARITY, 1_000, shorter_than=4)
    assert done == Enumerated(3, 14)
    assert len(asked) == len(set(asked)) == 14
    asked.clear()
    later = enumerated(comparison, PARITY, 65, done)
    assert later == Enumerated(4, 14 + 16)
    assert {len(prompt) for prompt in asked} == {4}


def test_short_prompts_are_answered_up_to_a_number_of_them():
    asked = []

    def truth(prompts):
        asked.extend(prompts)
        return [PARITY.answer(prompt) for prompt in prompts]

    assert enumerated(Comparison(parity(), truth), PARITY, 33) == Enumerated(2, 6)
    assert len(asked) == 6
    assert enumerated(Comparison(parity(), truth), PARITY, 34) == Enumerated(3, 14)
    assert len(asked) == 6 + 14


def test_every_machine_is_asked_the_simple_prompts_that_a_search_asks():
    def asked_of(machine):
        asked = []

        def truth(prompts):
            asked.extend(prompts)
            return [PARITY.answer(prompt) for prompt in prompts]

        assert answers.searched(Comparison(machine, truth), PARITY, 7) is None
        return asked

    first = asked_of(parity())
    assert len(first) == answers._HYPOTHESIS_EXAMPLES
    assert asked_of(parity()) == first


def test_two_proved_machines_agree_without_a_look_at_them():
    proved = verdict_of("proved")
    found = check_agreement(proved, proved, None, None, PARITY, QUICK)
    assert (found.verdict, found.domain) == ("proved", "{0, 1}+")


def test_machines_that_differ_are_refuted_with_both_answers():
    found = check_agreement(
        verdict_of("proved"), verdict_of("refuted"), parity(), wrong_twice(), PARITY, QUICK
    )
    example = found.counterexample
    assert found.verdict == "refuted"
    assert example.shortest
    assert (example.left, example.right) == (
        parity().decode(example.prompt),
        wrong_twice().decode(example.prompt),
    )


def test_machines_that_are_right_up_to_lengths_agree_up_to_the_shorter_one():
    left, right = (verdict_of("proved up to length", longest) for longest in (9, 4))
    for one, other in ((left, right), (right, left)):
        found = check_agreement(one, other, stack(), stack(), STACK, QUICK)
        assert (found.verdict, found.longest) == ("proved up to length", 4)
        assert found.method == "both are proved to answer as the task says up to it"


def test_machines_that_are_wrong_alike_agree_up_to_a_length():
    refuted = verdict_of("refuted")
    found = check_agreement(refuted, refuted, wrong_twice(), wrong_twice(), PARITY, QUICK)
    assert found.verdict == "proved up to length"
    assert found.longest >= 3
    assert found.reason.startswith("no proof that both answer alike was looked for")


def examples(machine, longest=3):
    every = chain.from_iterable(product(BITS, repeat=n) for n in range(1, longest + 1))
    return [Example(prompt, machine.decode(prompt)) for prompt in every]


def test_examples_that_are_answered_as_they_say_are_tested_and_no_more():
    found = check_examples(parity(), examples(parity()), "the examples")
    assert (found.verdict, found.domain, found.prompts) == ("tested", "the examples", 14)
    assert "not known" in found.reason
    assert found.exit_code("proved") == 3


def test_examples_that_are_answered_otherwise_refute():
    given = [*examples(parity())[::-1], Example(("1", "0", "1"), ("1", "1", "1"))]
    found = check_examples(parity(), given, "the examples")
    assert found.verdict == "refuted"
    assert found.counterexample.prompt == ("1", "0", "1")
    assert found.counterexample.left == ("1", "1", "0")
    assert found.counterexample.right == ("1", "1", "1")


def test_the_first_counterexample_among_examples_is_a_short_one():
    found = check_examples(wrong_twice(), examples(parity())[::-1], "the examples")
    assert len(found.counterexample.prompt) == 2


def test_an_example_with_tokens_never_seen_is_answered_wrongly():
    strange = Example(("2",), ("1",))
    found = check_examples(parity(), [*examples(parity()), strange], "the examples")
    assert found.verdict == "refuted"
    assert found.counterexample == WrongAnswer(("2",), None, ("1",), shortest=False)
    assert found.prompts == 15
    unsayable = check_examples(parity(), [Example(("1",), ("9",))], "the examples")
    assert unsayable.counterexample.right == ("9",)


def test_wrong_answers_to_examples_are_counted_and_the_shortest_few_kept():
    given = [Example(e.prompt, ("1",) * 9) for e in examples(parity())][::-1]
    found = check_examples(parity(), [*given, Example(("0", "7"), ("0",))], "the examples")
    assert (found.wrong.count, found.wrong.examples, found.wrong.unseen) == (15, 15, 1)
    assert [one.prompt for one in found.wrong.few] == [("0",), ("1",), ("0", "0")]
    data = found.to_json()["wrong"]
    assert (data["count"], len(data["shortest"])) == (15, 3)
    text = "\n".join(map(str, sequence_verdict_lines({"a": found}, {"a": "program ↔ truth"})))
    assert "refuted, 15 of 15 of the examples are answered otherwise, 1 with a token never" in text
    assert text.endswith("\n  and 12 more")


def test_a_token_never_seen_is_named_where_it_refutes():
    found = check_examples(parity(), [Example(("7",), ("0",))], "x")
    text = "\n".join(map(str, sequence_verdict_lines({"a": found}, {"a": "program ↔ truth"})))
    assert "  program: (the token 7 was never seen in training)" in text
    assert found.to_json()["counterexample"]["unseen"] == "7"


def test_training_examples_taken_for_errors_are_counted_and_others_still_refute():
    noisy = [*examples(parity()), Example(("1",), ("0",))]
    found = check_examples(parity(), examples(parity()), "the examples of test", noisy)
    assert (found.verdict, found.prompts, found.wrong) == ("tested", 29, None)
    assert (found.errors.count, found.errors.examples) == (1, 15)
    assert found.to_json()["taken_for_errors"]["shortest"][0]["prompt"] == ["1"]
    text = "\n".join(map(str, sequence_verdict_lines({"a": found}, {"a": "program ↔ truth"})))
    assert "tested, answers 14 of 15 training examples; 1 is taken for an error; " in text
    assert "  taken for an error: 1\n  program: 1\n  truth: 0" in text
    refuted = check_examples(parity(), noisy[-1:], "the examples of test", noisy)
    assert (refuted.verdict, refuted.wrong.count, refuted.errors.count) == ("refuted", 1, 1)


def test_machines_are_compared_on_given_prompts():
    prompts = [e.prompt for e in examples(parity())]
    same = check_agreement_on(parity(), parity(), prompts, "the prompts")
    assert (same.verdict, same.prompts) == ("tested", 14)
    other = check_agreement_on(parity(), wrong_twice(), prompts, "the prompts")
    assert other.verdict == "refuted"
    assert other.counterexample.right == wrong_twice().decode(other.counterexample.prompt)


@pytest.fixture(scope="module")
def certificates(checked):
    made = {
        name: SequenceCertificate.of(machine, task, found, "a test").data
        for name, (machine, task, found) in checked.items()
    }
    # Few enough to answer them all again at once.
    made["up to length"] = sealed(made["up to length"], longest=3)
    return made


def sealed(data, **changes):
    data = {**json.loads(json.dumps(data)), **changes}
    return {**data, "sha256": digest_of(data)}


def replayed(data, seconds=5.0):
    return SequenceCertificate.from_json(data, "the file").replay(seconds=seconds)


@pytest.mark.parametrize(("name", "code"), [("proved", 0), ("refuted", 1), ("up to length", 0)])
def test_a_certificate_is_established_again_from_its_file(certificates, tmp_path, name, code):
    path = tmp_path / "certificate.json"
    SequenceCertificate.from_json(certificates[name], "it").save(path)
    replay = replayed(json.loads(path.read_text()))
    assert replay.established
    assert replay.reason is None
    assert replay.steps
    assert replay.exit_code() == code
    with pytest.raises(CertificateError, match="never overwritten"):
        SequenceCertificate.from_json(certificates[name], "it").save(path)


def test_the_steps_of_a_replay_say_what_was_done(certificates):
    assert "what the machine says is what is specified" in replayed(certificates["proved"]).steps[0]
    wrongly = "the machine answers a prompt of 2 tokens wrongly"
    assert replayed(certificates["refuted"]).steps == (wrongly,)
    every = sum(1 for n in (1, 2, 3) for _ in prompts_of(STACK, n))
    (step,) = replayed(certificates["up to length"]).steps
    assert step == f"all {every:,} prompts of up to 3 tokens are answered rightly"


def test_an_altered_certificate_does_not_have_its_digest(certificates):
    for data in certificates.values():
        for name in set(data) - {"sha256", "schema", "verdict", "kind"}:
            with pytest.raises(CertificateError, match="was altered"):
                replayed({**data, name: "x"})
        with pytest.raises(CertificateError, match="was altered"):
            replayed({**data, "verdict": "tested"})


@pytest.mark.parametrize("data", [[], "x", {}, {"kind": "flight"}])
def test_what_is_no_certificate_of_a_sequence_task_is_refused(data):
    with pytest.raises(CertificateError, match="not a certificate of a sequence task"):
        SequenceCertificate.from_json(data, "the file")


def test_a_certificate_of_another_schema_or_with_other_entries_is_refused(certificates):
    data = certificates["proved"]
    for schema in (3, 0, True, 2.0, "2", None):
        with pytest.raises(CertificateError, match="has the schema"):
            replayed(sealed(data, schema=schema))
    for other in (sealed(data, more=1), sealed(data, verdict="certain"), sealed(data, verdict=[])):
        with pytest.raises(CertificateError, match="entries are not what they should be"):
            replayed(other)
    with pytest.raises(CertificateError, match="is damaged"):
        replayed(sealed(data, task="flying"))


def test_a_certificate_of_the_first_schema_is_established_by_multipliers_that_are_looked_for(
    certificates,
):
    data = certificates["proved"]
    proof = {name: part for name, part in data["proof"].items() if name != "contradictions"}
    first = sealed(data, schema=1, proof=proof)
    assert replayed(first).established
    assert "looked for, since the file is of the first schema" in replayed(first).steps[1]
    assert "the multipliers in the file" in replayed(data).steps[1]
    not_established(sealed(first, machine=wrong_twice().to_json()), "the proof has a gap: ")
    for other in (sealed(data, proof=proof), sealed(data, schema=1)):
        with pytest.raises(CertificateError, match="its proof"):
            replayed(other)


def test_a_proof_without_its_multipliers_establishes_nothing(certificates):
    data = certificates["proved"]
    without = sealed(data, proof={**data["proof"], "contradictions": []})
    not_established(without, "the proof has a gap: ")
    forged = json.loads(json.dumps(data["proof"]))
    forged["contradictions"][0][0][0] = 7
    not_established(sealed(data, proof=forged), "multipliers do not add up to a contradiction")


def not_established(data, reason, seconds=5.0):
    replay = replayed(data, seconds)
    assert not replay.established
    assert reason in replay.reason
    assert replay.exit_code() == 3


def test_a_proof_does_not_establish_what_a_forged_machine_says(certificates):
    for machine in (wrong_twice(), changed_answer(parity(), 5, 4), wrong_from(parity(), 99)):
        forged = sealed(certificates["proved"], machine=machine.to_json())
        not_established(forged, "the proof has a gap: ")


def test_enumeration_does_not_establish_what_a_forged_machine_says(certificates):
    forged = wrong_from(stack(), 3).to_json()
    not_established(sealed(certificates["up to length"], machine=forged), "wrongly")


def test_a_missing_or_foreign_proof_establishes_nothing(certificates):
    data = certificates["proved"]
    not_established(sealed(data, proof=None), "it holds no proof")
    not_established(sealed(data, task="copy"), "the proof has a gap: ")
    stacked = sealed(certificates["up to length"], verdict="proved", proof=data["proof"])
    not_established(stacked, "it holds no proof")
    empty = sealed(data, proof={**data["proof"], "situations": [], "facts": []})
    not_established(empty, "a situation was not foreseen")


def test_a_proof_that_takes_too_long_is_not_established(certificates):
    not_established(certificates["proved"], "the time limit of -1 s", seconds=-1.0)


@pytest.mark.parametrize("longest", [None, 0, -3, True, "3", 2.0, 10**9, [3]])
def test_a_length_that_is_none_is_not_established(certificates, longest):
    forged = sealed(certificates["up to length"], longest=longest)
    not_established(forged, "it does not say up to which length")


def test_a_length_that_was_never_reached_is_not_established(certificates):
    forged = sealed(certificates["up to length"], longest=900)
    not_established(forged, "there was time for all prompts of up to", seconds=0.2)


def test_a_counterexample_is_answered_again(certificates):
    data = certificates["refuted"]
    right = sealed(data, machine=parity().to_json())
    not_established(right, "the machine answers its counterexample as the task says")
    for prompt, reason in (
        (["0"], "the machine answers its counterexample as the task says"),
        (["2"], "its prompt is none of the task"),
        ([], "its prompt is none of the task"),
        ([1], "its counterexample cannot be read"),
        (None, "its counterexample cannot be read"),
        (7, "its counterexample cannot be read"),
        ({"0": 1}, "its counterexample cannot be read"),
        ("0", "its counterexample cannot be read"),
    ):
        not_established(sealed(data, counterexample={"prompt": prompt}), reason)
    for junk in (None, [], 5, "x", {}, [[]]):
        not_established(sealed(data, counterexample=junk), "its counterexample cannot be read")


@pytest.mark.parametrize("prompt", [["pop"], ["a", "pop", "pop"], ["x"], [], ["a", "="]])
def test_a_counterexample_that_is_no_prompt_of_a_stack_is_not_established(certificates, prompt):
    forged = sealed(
        certificates["up to length"], verdict="refuted", counterexample={"prompt": prompt}
    )
    assert not replayed(forged).established


@pytest.mark.parametrize("level", ["tested", "unknown"])
def test_weaker_verdicts_cannot_be_replayed(certificates, level):
    not_established(
        sealed(certificates["proved"], verdict=level), "no verdict that can be replayed"
    )


JUNK = (None, True, -1, 2**70, 0.5, "x", [], {}, [[]], [None], {"a": [1]})


def test_no_damage_establishes_a_wrong_machine_or_ends_in_a_traceback(certificates):
    wrong, refused = wrong_twice().to_json(), 0
    for name, data in certificates.items():
        parts = [sealed(data, **{part: junk}) for part in data for junk in JUNK]
        for part in wrong:
            for junk in JUNK:
                machine = {**data["machine"], part: junk}
                parts.append(sealed(data, machine=machine))
                if name == "proved":
                    parts.append(sealed(data, machine={**wrong, part: junk}))
        for forged in parts:
            try:
                replay = replayed(forged, seconds=0.2)
            except CertificateError:
                refused += 1
                continue
            same = {"machine", "verdict", "task", "longest", "proof", "counterexample"}
            untouched = all(forged[part] == data[part] for part in same)
            if replay.established and not untouched and name == "proved":
                found = SequenceCertificate.from_json(forged, "it").machine
                assert all(found.decode(e.prompt) == e.answer for e in examples(parity()))
    assert refused > 100


def test_verdicts_and_replays_need_no_torch():
    code = (
        "import sys\n"
        f"sys.path[:0] = {[p for p in sys.path if p.endswith('tests')]!r}\n"
        "from helpers_machines import parity\n"
        "from nalmx.pntm.tasks import sequence_task\n"
        "from nalmx.pntm.proofs.certificate import SequenceCertificate\n"
        "from nalmx.pntm.proofs import check\n"
        "task = sequence_task('parity')\n"
        "found = check.check_truth(parity(), task)\n"
        "made = SequenceCertificate.of(parity(), task, found, 'a test')\n"
        "assert made.replay().established\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_verdicts_are_data(checked):
    for _, _, found in checked.values():
        data = json.loads(json.dumps(found.to_json()))
        assert data["verdict"] == found.verdict
        assert data["longest"] == found.longest
    assert np.isfinite(checked["proved"][2].seconds)


def test_a_token_that_was_never_seen_in_training_is_answered_wrongly():
    verdict = check_truth(copier(("a",)), sequence_task("copy"))
    assert verdict.verdict == "refuted"
    assert verdict.counterexample == WrongAnswer(("b",), None, ("b",), shortest=True)
    agreement = check_agreement_on(parity(), parity(), [("2",), ("1",)], "two prompts")
    assert (agreement.verdict, agreement.prompts) == ("tested", 2)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_examples_that_contradict_each_other_are_refuted(order):
    both = [Example(("1",), ("0",)), Example(("1",), ("1",))]
    assert check_examples(parity(), [both[k] for k in order], "x").verdict == "refuted"
