"""Each single change of a certificate, with a new digest: refused, not established, or not shown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from helpers_machines import parity
from helpers_mutations import PWNED, mutations, sampled

from nalmx.cli import main
from nalmx.expression import parse, variables
from nalmx.pntm.machine import Machine
from nalmx.pntm.proofs.certificate import SequenceCertificate
from nalmx.pntm.proofs.search import find_proof
from nalmx.pntm.proofs.verdict import SequenceVerdict, WrongAnswer
from nalmx.pntm.tasks import sequence_task
from nalmx.pntm.tasks.prompts import prompts_of
from nalmx.storage import same_json
from nalmx.verify import Claim, Domain, Effort, Tolerance, Verdict, check
from nalmx.verify.certificate import Certificate, certify, digest_of

CLAIMS = {
    "proved": ("abs(x)", "Max(x, -x)", "[-3,3]", "0"),
    "bounded": ("x*1.00001", "x", "[2,6]", "abs:1e-4"),
    "refuted": ("x + y", "x*y", "[2,6]", "0"),
    "refuted between": ("1/(x**2 - 2)", "1", "[1,2]", "abs:1000"),
    "tested": ("sin(x)*log(x)", "sin(x)*log(x)", "[1,9]", "0"),
}
MACHINES = ("machine proved", "machine up to length", "machine refuted")
SAMPLE = 12


@pytest.fixture(scope="module")
def made():
    """A certificate of every verdict."""
    found = {}
    for name, (*sides, extent, tolerance) in CLAIMS.items():
        left, right = map(parse, sides)
        domain = Domain.parse([extent], variables(left, right))
        claim = Claim(left, right, domain, Tolerance.parse(tolerance))
        facts = {"points": 9, "violating_fraction_below": 0.3}
        swept = Verdict.on(claim, "tested", "uniform points", **facts) if name == "tested" else None
        made = certify(claim, Effort(examples=20, points=100), verdict=swept)
        found[name] = dict(made.data)
    task = sequence_task("parity")
    proof = find_proof(parity(), task.specification)
    checked = {
        "machine proved": SequenceVerdict("proved", "", "", evidence=proof),
        "machine up to length": SequenceVerdict("proved up to length", "", "", longest=3),
        "machine refuted": SequenceVerdict(
            *("refuted", "", ""), counterexample=WrongAnswer(("1",), ("1",), ("1",), True)
        ),
    }
    for name, one in checked.items():
        machine = wrong() if name == "machine refuted" else parity()
        found[name] = dict(SequenceCertificate.of(machine, task, one, "a test").data)
    return found


def wrong():
    """A machine of parity with one answer changed."""
    machine = parity()
    table = list(machine.table)
    leaf = next(n for n, node in enumerate(table) if node.answer == machine.vocabulary.end - 1)
    table[leaf] = replace(table[leaf], answer=machine.vocabulary.end - 2)
    return replace(machine, table=tuple(table))


def printed(capsys, path, data):
    """What the command line says of a certificate with this content and its digest."""
    path.write_text(json.dumps({**data, "sha256": digest_of(data)}))
    code = main(["verify", "certificate", str(path), "--json", "--timeout", "5"])
    out, err = capsys.readouterr()
    assert code in (0, 1, 2, 3)
    assert "Traceback" not in err
    if code == 2:
        assert (out, err.count("\n")) == ("", 1)
        return code, {}
    shown = json.loads(out)
    del shown["seconds"]
    return code, shown


def claims_again(shown):
    """The verdict on the claim that is printed, found without the certificate."""
    texts = shown["claim"]
    left, right = parse(texts["left"]), parse(texts["right"])
    domain = Domain.parse([f"{n}={r}" for n, r in texts["domain"].items()], tuple(texts["domain"]))
    return check(Claim(left, right, domain, Tolerance.parse(texts["tolerance"]))).verdict


def answers_again(data, shown):
    """Whether the machine of a certificate answers short prompts as the verdict says."""
    task, machine = sequence_task(shown["task"]), Machine.from_json(data["machine"])
    wrong = [
        prompt
        for tokens in range(1, 7)
        for prompt in prompts_of(task, tokens)
        if machine.decode(prompt) != task.answer(prompt)
    ]
    return bool(wrong) == (shown["verdict"] == "refuted")


def is_sound(original, changed, before, after):
    """What is printed of a changed certificate is what was printed before, or true by itself."""
    (_, known), (code, shown) = before, after
    if code == 2:
        return True
    if code == 3:  # nothing is established, and nothing of the file is shown but claim and verdict
        return shown["bound"] is None if "bound" in shown else True
    if shown == known:
        return True
    if "task" in shown:
        return answers_again(changed, shown)
    claim_changed = not same_json(original["claim"], changed["claim"])
    if claim_changed:
        return claims_again(shown) == shown["verdict"]
    # The same claim: another way through it that was walked, or another bound that was shown.
    return shown["verdict"] == known["verdict"] and PWNED not in json.dumps(shown)


@pytest.mark.parametrize("name", [*CLAIMS, *MACHINES])
def test_a_changed_certificate_prints_nothing_that_is_not_established(capsys, tmp_path, made, name):
    original = made[name]
    before = printed(capsys, tmp_path / "c.json", original)
    assert before[0] == (1 if "refuted" in name else 3 if name == "tested" else 0)
    outcomes = []
    for what, changed in sampled(original, SAMPLE):
        after = printed(capsys, tmp_path / "c.json", changed)
        assert is_sound(original, changed, before, after), what
        outcomes.append(after[0])
    assert 2 in outcomes


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CLAIMS, *MACHINES])
def test_every_changed_certificate_prints_nothing_that_is_not_established(
    capsys, tmp_path, made, name
):
    before = printed(capsys, tmp_path / "c.json", made[name])
    for what, changed in mutations(made[name]):
        after = printed(capsys, tmp_path / "c.json", changed)
        assert is_sound(made[name], changed, before, after), what


@pytest.mark.parametrize(
    "changes",
    [
        {"provenance": {"source": PWNED, "weights_sha256": PWNED, "seed": 8}},
        {"versions": {PWNED: PWNED}},
    ],
    ids=str,
)
def test_what_the_file_only_says_is_not_printed(capsys, tmp_path, made, changes):
    path = tmp_path / "c.json"
    data = {**made["bounded"], **changes}
    path.write_text(json.dumps({**data, "sha256": digest_of(data)}))
    assert main(["verify", "certificate", str(path)]) == 0
    assert PWNED not in capsys.readouterr().out


@pytest.mark.parametrize("size", ["-1", "0", "1e-9", "5e-5 ", "1", None])
def test_a_largest_difference_that_is_not_met_is_not_established(made, size):
    data = {**made["bounded"], "largest_difference": size}
    replay = Certificate.from_json({**data, "sha256": digest_of(data)}).replay()
    assert not replay.established
    assert "largest difference" in replay.reason


def test_a_key_that_stands_there_twice_is_refused(capsys, tmp_path, made):
    path = tmp_path / "c.json"
    text = json.dumps(made["proved"])
    path.write_text(text.replace('{"schema": 1', '{"schema": 1, "schema": 1'))
    assert main(["verify", "certificate", str(path)]) == 2
    assert 'the key "schema" stands there twice' in capsys.readouterr().err
