"""Certificates: what is true is established again, and nothing that was altered is believed."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from nalmx.errors import CertificateError
from nalmx.expression import build, parse, variables
from nalmx.verify import Claim, Domain, Effort, Tolerance, check
from nalmx.verify.certificate import Certificate, certify, digest_of

NETWORK = "exp(0.99999*log(abs(x)+1e-7)+1.00001*log(abs(y)+1e-7))"
CLAIMS = {
    "proved": ("x*y", "y*x", "[2,6]", "0"),
    "proved within": ("(x**2 - 1)/(x - 1)", "x + 1", "[2,6]", "abs:1e-6"),
    "proved by cases": ("abs(x - y)", "Max(x, y) - Min(x, y)", "[-3,3]", "0"),
    "proved roots": ("sqrt(x**2)", "Piecewise((x, x >= 0), (-x, True))", "[-3,3]", "0"),
    "proved powers": ("exp(2*log(x) + log(y))", "x**2*y", "[1,4]", "0"),
    "proved points": ("Max(x, 3)", "Piecewise((3, x == 2), (x, True))", "[[2,2],[5,6]]", "0"),
    "bounded points": ("exp(x)", "1 + 2*x", "[[0,0],[1,1.001]]", "abs:0.3"),
    "refuted point": ("1/(x - 2)", "x", "[2,2]", "0"),
    "proved constants": ("2 + 2", "4", "[0,1]", "0"),
    "proved condition": ("(x < y) | (x == y)", "x <= y", "[0,1]", "0"),
    "bounded polynomial": ("x*y + 0.00001*x", "x*y", "[2,6]", "abs:1e-4"),
    "bounded network": (NETWORK, "x*y", "[2,6]", "abs:2e-4"),
    "bounded union": ("1.00001*x*y*z + 1e-6", "x*y*z", "[[-6,-2],[2,6]]", "abs:1e-2"),
    "bounded abs": ("abs(x)*1.00001", "Max(x, -x)", "[-3,3]", "abs:1e-4"),
    "bounded conditions": (
        *("Piecewise((x, x >= y), (y, True)) + 0.0001*x*y", "Max(x, y)", "[-3,3]", "abs:1e-2"),
    ),
    "bounded relative": ("x*y*1.00001", "x*y", "[1,6]", "rel:2e-5"),
    "bounded series": ("exp(x)", "1 + x + x**2/2 + x**3/6", "[-1/2,1/2]", "abs:3e-3"),
    "bounded tanh": ("tanh(1000*x)", "sign(x)", "[1/10,2]", "abs:1e-6"),
    "bounded sines": ("sin(x) + 1e-9*cos(y)", "sin(x)", "[0,9]", "abs:1e-8"),
    "refuted": ("x + y", "x*y", "[2,6]", "0"),
    "refuted within": (NETWORK, "x*y", "[2,6]", "abs:1e-5"),
    "refuted pole": ("x/x", "1", "[-1,1]", "0"),
    "refuted irrational": ("sqrt(x)", "x", "[2,3]", "0"),
    "refuted between": ("1/(x**2 - 2)", "1", "[1,2]", "abs:1000"),
    "refuted condition": ("x < 3", "x < 4", "[2,6]", "0"),
}
SMALL = Effort(examples=50, points=500)


def claim(left, right, extent, tolerance):
    left, right = parse(left), parse(right)
    return Claim(
        left,
        right,
        Domain.parse([extent], variables(left, right)),
        Tolerance.parse(tolerance),
    )


@pytest.fixture(scope="module")
def made():
    return {name: certify(claim(*texts), SMALL) for name, texts in CLAIMS.items()}


def again(certificate, **changes):
    """The certificate of a forger who changes entries and writes a new digest."""
    data = copy.deepcopy(certificate.to_json())
    for path, value in changes.items():
        *places, last = path.split("__")
        part = data
        for place in places:
            part = part[int(place) if place.isdigit() else place]
        part[int(last) if last.isdigit() else last] = value
    return Certificate.from_json({**data, "sha256": digest_of(data)})


@pytest.mark.parametrize("name", CLAIMS)
def test_a_certificate_is_written_read_and_established_again(made, tmp_path, name):
    certificate = made[name]
    assert certificate.verdict == name.split()[0]
    certificate.save(tmp_path / "c.json")
    loaded = Certificate.load(tmp_path / "c.json")
    assert loaded.to_json() == certificate.to_json()
    steps = []
    replay = loaded.replay(steps.append)
    assert replay.reason is None
    assert replay.established
    assert set(replay.steps) <= set(steps)
    assert any("second arithmetic" in step for step in replay.steps)
    assert replay.exit_code() == (1 if certificate.verdict == "refuted" else 0)


def test_it_holds_what_a_reader_needs(made):
    data = made["bounded network"].to_json()
    assert data["schema"] == 1
    assert data["claim"]["domain"] == {"x": "[2,6]", "y": "[2,6]"}
    assert data["claim"]["tolerance"] == "abs:0.0002"
    assert data["arithmetic"] == "reals"
    assert float(data["largest_difference"]) <= float(data["bound"]) <= 2e-4
    assert set(data["versions"]) == {"nalmx", "python", "python-flint", "mpmath"}
    assert made["proved roots"].data["evidence"]["cases"][0]["conditions"]
    assert len(made["bounded union"].data["evidence"]["pieces"][0]["cuts"]) == 8


def test_provenance_is_kept_and_part_of_the_digest():
    certificate = certify(
        claim(*CLAIMS["proved"]), source="seed 3 of nmu", weights_sha256="ab" * 32, seed=3
    )
    assert certificate.data["provenance"]["seed"] == 3
    altered = {**certificate.to_json(), "provenance": {**certificate.data["provenance"], "seed": 4}}
    with pytest.raises(CertificateError, match="altered"):
        Certificate.from_json(altered)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("bounded network", {"bound": "1.3e-4"}),
        ("bounded network", {"bound": "3e-4"}),
        ("bounded network", {"bound": "-1"}),
        ("bounded network", {"bound": None}),
        ("bounded network", {"bound": "nan"}),
        ("bounded network", {"largest_difference": "1.35e-4"}),
        ("bounded network", {"evidence__largest_at": None}),
        ("bounded network", {"evidence__largest_at__x": "7"}),
        ("bounded network", {"claim__domain__x": "[2,7]"}),
        ("bounded network", {"claim__domain__y": "[-2,6]"}),
        ("bounded network", {"claim__tolerance": "abs:1e-4"}),
        ("bounded network", {"claim__tolerance": "0"}),
        ("bounded network", {"claim__right": "x*y + 1/1000"}),
        ("bounded network", {"evidence__pieces": []}),
        ("bounded network", {"evidence__pieces__0__cuts": []}),
        ("bounded network", {"evidence__pieces__0__cuts__0": "0 ."}),
        ("bounded network", {"evidence__pieces__0__cuts__0": ". ."}),
        ("bounded network", {"evidence__pieces__0__cuts__0": "7 . ."}),
        ("bounded network", {"evidence__pieces__0__cuts__0": "٣ . ."}),
        ("bounded network", {"evidence__pieces__0__cuts__0": "0 " * 200 + ". " * 200 + "."}),
        ("bounded network", {"evidence__pieces__0__cuts__0": ""}),
        ("bounded network", {"evidence__pieces__0__functions": ["0"]}),
        ("bounded network", {"evidence__pieces__0__ranges__x": "[2,3]"}),
        ("bounded conditions", {"evidence__pieces__0__conditions": ["x - x > 0"]}),
        ("bounded abs", {"evidence__pieces__0__cap": "0"}),
        ("bounded network", {"method": "an oracle"}),
        ("bounded network", {"points": 7}),
        ("bounded network", {"arithmetic": "float32"}),
        ("bounded union", {"evidence__pieces__0__cuts__7": ""}),
        ("bounded relative", {"claim__domain__x": "[0,6]"}),
        ("proved", {"claim__right": "y*x + 1e-30"}),
        ("proved", {"bound": "1"}),
        ("proved", {"method": "exact algebra: magic"}),
        ("proved", {"verdict": "refuted"}),
        ("proved", {"verdict": "tested", "evidence": {}}),
        ("proved within", {"claim__domain__x": "[0,6]"}),
        ("proved by cases", {"evidence__cases": []}),
        ("refuted", {"counterexample__point__x": "7"}),
        ("refuted", {"counterexample__point__x": "no"}),
        ("refuted", {"counterexample__point": {}}),
        ("refuted", {"counterexample__point": {"x": "2", "y": "2"}}),
        ("refuted", {"counterexample__left": "1"}),
        ("refuted", {"reason": "because"}),
        ("refuted", {"method": "an oracle"}),
        ("refuted", {"evidence": {"more": 1}}),
        ("bounded network", {"reason": "because"}),
        ("proved", {"reason": "because"}),
        ("refuted", {"counterexample": None}),
        ("refuted", {"claim__right": "x + y"}),
        ("refuted", {"verdict": "proved"}),
        ("refuted between", {"counterexample__beyond__x": "3"}),
    ],
    ids=str,
)
def test_a_forger_who_writes_a_new_digest_is_not_believed(made, name, changes):
    replay = again(made[name], **changes).replay(seconds=20)
    assert not replay.established
    assert replay.reason
    assert "\n" not in replay.reason
    assert replay.exit_code() == 3


def test_a_leaf_that_is_dropped_leaves_a_hole(made):
    cuts = made["bounded network"].data["evidence"]["pieces"][0]["cuts"][0]
    assert cuts.endswith(" . .")
    for shorter in (cuts[: -len(" .")], cuts.replace(" . ", " ", 1)):
        replay = again(made["bounded network"], evidence__pieces__0__cuts__0=shorter).replay()
        assert not replay.established
        assert "cuts do not cover the domain" in replay.reason


def test_cuts_are_only_a_hint_and_a_true_bound_needs_none(made):
    replay = again(
        made["bounded network"], evidence__pieces__0__cuts__0=".", bound="0.0002"
    ).replay()
    assert replay.established


def test_a_proved_claim_is_not_bounded_by_a_swapped_word(made):
    data = {**made["proved within"].to_json(), "verdict": "bounded"}
    with pytest.raises(CertificateError, match="damaged"):
        Certificate.from_json({**data, "sha256": digest_of(data)})


def test_an_engine_that_errs_is_contradicted_by_the_second_arithmetic(made, monkeypatch):
    """What a wrong proof of algebra would come to: the points tell."""
    from nalmx.verify.algebra.case import Case
    from nalmx.verify.algebra.decision import Finding
    from nalmx.verify.replaying import replay as module
    from nalmx.verify.replaying.evidence import written

    case = Case.whole(made["proved"].claim)
    proved = Finding("proved", pieces=(), defined=True, cases=(case,), rational=True)
    monkeypatch.setattr(module, "decide", lambda *_: proved)
    for right in ("y*x + 1e-30", "y*x + 1/(x - 2)"):
        certificate = again(made["proved"], claim__right=right, evidence=written(proved))
        replay = certificate.replay()
        assert not replay.established
        assert "contradicts" in replay.reason


def test_too_little_time_is_said(made):
    replay = made["bounded series"].replay(seconds=1e-9)
    assert not replay.established


@pytest.mark.parametrize("name", ["proved", "bounded network", "refuted"])
def test_any_single_change_is_noticed(made, name):
    data = made[name].to_json()
    for key in set(data) - {"schema"}:
        with pytest.raises(CertificateError):
            Certificate.from_json({**data, key: "other"})
    with pytest.raises(CertificateError, match="the schema 2"):
        Certificate.from_json({**data, "schema": 2})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'{"schema": 1}',
        b'{"schema": true}',
        b'{"schema": NaN}',
        b'{"schema": ' + b"9" * 10_000 + b"}",
        b"[" * 100_000,
        b'{"schema": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff\xfe\x00",
        b"[" + b" " * 40_000_000 + b"]",
    ],
    ids=lambda content: repr(content[:14]),
)
def test_damaged_files_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "c.json"
    path.write_bytes(content)
    with pytest.raises(CertificateError) as error:
        Certificate.load(path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300 + len(str(path))


@pytest.mark.parametrize(
    "changes",
    [
        {"claim": []},
        {"claim__left": 7},
        {"claim__left": "x1 +"},
        {"claim__left": "(" * 5_000 + "x" + ")" * 5_000},
        {"claim__left": "x**999999999"},
        {"claim__left": "x < 1"},
        {"claim__left": "other*y"},
        {"claim__left": "x" * 100_000},
        {"claim__domain": ["x"]},
        {"claim__domain": {f"x{n}": "[0,1]" for n in range(2_000)}},
        {"claim__domain__x": "[6,2]"},
        {"claim__domain__x": "[2," + "9" * 10_000 + "]"},
        {"claim__tolerance": "abs:-1"},
        {"claim__extra": "1"},
        {"verdict": "certain"},
        {"verdict": ["proved"]},
        {"evidence": None},
        {"provenance": {}},
        {"points": "7"},
        {"bound": 7},
        {"counterexample": "x"},
        {"counterexample": {"point": [1]}},
        {"counterexample": {"point": {"x": 1}, "beyond": None}},
        {"counterexample": {"point": {}}},
        {"unknown_entry": 1},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_misshapen_certificate_with_a_right_digest_is_refused(made, changes):
    with pytest.raises(CertificateError) as error:
        again(made["proved"], **changes)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    "changes",
    [
        {"evidence__pieces": {}},
        {"evidence__pieces": [7]},
        {"evidence__pieces__0__cuts": "."},
        {"evidence__pieces__0__cuts": [["."]]},
        {"evidence__largest_at": [1]},
        {"evidence__extra": 1},
        {"evidence": {}},
    ],
    ids=str,
)
def test_misshapen_evidence_is_refused(made, changes):
    with pytest.raises(CertificateError, match="damaged"):
        again(made["bounded network"], **changes)


def test_a_file_is_never_overwritten_and_a_missing_one_is_said(made, tmp_path):
    path = tmp_path / "c.json"
    path.write_text("mine")
    with pytest.raises(CertificateError, match="never overwritten"):
        made["proved"].save(path)
    assert path.read_text() == "mine"
    with pytest.raises(CertificateError, match="cannot be written"):
        made["proved"].save(tmp_path / "nowhere" / "c.json")
    for missing, said in ((tmp_path / "other.json", "there is no file"), (tmp_path, "is a folder")):
        with pytest.raises(CertificateError, match=said):
            Certificate.load(missing)


@pytest.mark.parametrize(
    "left", ["Piecewise((x, x > 1/3), (x + 1/100, True))", "x + floor(3*x)/100"]
)
def test_a_largest_difference_where_a_side_jumps_is_established_again(left):
    certificate = certify(claim(left, "x", "[[1/3,1/3],[4/3,4/3]]", "rel:1"))
    assert certificate.verdict == "bounded"
    assert "1/3" in certificate.data["evidence"]["largest_at"]["x"]
    assert certificate.replay().established


def test_a_tested_claim_is_a_record_and_nothing_is_replayed():
    certificate = certify(claim("Max(atan(x), atan(1))", "atan(Max(x, 1))", "[0,9]", "0"), SMALL)
    assert certificate.verdict == "tested"
    replay = certificate.replay()
    assert not replay.established
    assert "record" in replay.reason


def test_a_verdict_that_a_second_run_does_not_reach_is_not_certified(monkeypatch):
    from nalmx.verify import certificate as module

    wanted = claim(*CLAIMS["bounded network"])
    verdict = check(wanted)
    assert verdict.verdict == "bounded"
    monkeypatch.setattr(module, "WITHOUT_POINTS", ())
    certificate = certify(wanted, verdict=replace(verdict, evidence=None))
    assert certificate.verdict == "unknown"
    assert "did not reach it" in certificate.data["reason"]
    assert not certificate.replay().established


def test_a_claim_too_long_to_be_written_is_refused():
    part = parse(" + ".join(f"x**{n}" for n in range(1_000)))
    wide = build.total([part, build.product([part, part, part])])
    with pytest.raises(CertificateError, match="cannot be written as a certificate"):
        certify(Claim(wide, wide, Domain.parse(["[0,1]"], ["x"])))


def test_it_is_the_same_in_another_process_and_replays_without_torch(made, tmp_path):
    names = ["proved by cases", "bounded conditions", "bounded network", "refuted within"]
    for name in names:
        made[name].save(tmp_path / f"{name}.json")
    code = (
        "import sys, pathlib\n"
        "from nalmx.verify.certificate import Certificate\n"
        f"for name in {names!r}:\n"
        f"    replay = Certificate.load(pathlib.Path({str(tmp_path)!r}) / (name + '.json')).replay()\n"
        "    assert replay.established, replay.reason\n"
        "assert not {'torch', 'sympy', 'hypothesis', 'numba'} & set(sys.modules)\n"
    )
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_the_file_is_plain_json(made, tmp_path):
    made["proved"].save(tmp_path / "c.json")
    data = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    assert data["sha256"] == digest_of(data)


@pytest.mark.parametrize("name", ["proved by cases", "bounded network", "bounded conditions"])
def test_evidence_at_hand_is_written_down_and_not_found_again(made, name, monkeypatch):
    from nalmx.verify import certificate as module

    stated = claim(*CLAIMS[name])
    verdict = check(stated, SMALL)
    assert verdict.evidence is not None
    assert verdict == replace(verdict, evidence=None)
    assert "evidence" not in verdict.to_json()
    assert "evidence" not in repr(verdict)
    monkeypatch.setattr(module, "check", None)
    assert certify(stated, verdict=verdict).data == made[name].data


def test_evidence_that_is_not_at_hand_is_found_again(made):
    stated = claim(*CLAIMS["bounded network"])
    known = replace(check(stated, SMALL), evidence=None)
    assert certify(stated, SMALL, verdict=known).data == made["bounded network"].data
