"""`nalmx verify expr` as a user meets it: output, exit codes and refusals."""

import json
from contextlib import contextmanager

import pytest

from nalmx.cli import main

FAST = ["--points", "20000"]


def run(capsys, *arguments):
    code = main(["verify", "expr", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def run_json(capsys, *arguments):
    code, out, err = run(capsys, *arguments, "--json")
    assert err == ""
    return code, json.loads(out)


def test_an_identity_is_proved(capsys):
    code, out, _ = run(capsys, "x1*x2", "--truth", "x2*x1", "--range", "[20,40]")
    assert code == 0
    assert out.startswith("proved: ")


def test_json_has_the_documented_keys(capsys):
    code, verdict = run_json(capsys, "x1*x2", "--truth", "x2*x1", "--range", "[20,40]")
    assert code == 0
    assert verdict["verdict"] == "proved"
    assert verdict["bound"] == "0"
    assert verdict["domain"] == {"x1": "[20,40]", "x2": "[20,40]"}
    assert verdict["arithmetic"] == "reals"
    documented = ("verdict", "method", "bound", "counterexample", "points", "domain", "arithmetic")
    assert set(documented) | {"seconds"} <= set(verdict)


def test_every_float32_of_a_range_can_be_checked(capsys):
    claim = ["x*(x + 1)", "--truth", "x*x + x", "--range", "[1,1.001]", "--every-float32"]
    code, verdict = run_json(capsys, *claim, "--tolerance", "abs:1e-9")
    assert (code, verdict["verdict"], verdict["inputs"]) == (0, "bounded", "float32")
    assert verdict["points"] == 8389
    code, verdict = run_json(capsys, *claim, "--tolerance", "abs:1e-9", "--arithmetic", "float32")
    assert (code, verdict["verdict"]) == (1, "refuted")
    code, verdict = run_json(capsys, *claim, "--tolerance", "abs:1e-6", "--arithmetic", "float32")
    assert (code, verdict["verdict"]) == (0, "bounded")
    assert 1e-9 < float(verdict["largest_difference"]) <= float(verdict["bound"]) <= 1e-6


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--every-float32"], "give a tolerance"),
        (["--every-float32", "--arithmetic", "float16"], "leave out --every-float32"),
        (["--every-float32", "--tolerance", "abs:1"], "exactly one input"),
    ],
)
def test_what_an_exhaustive_check_cannot_do_is_said_in_one_line(capsys, more, said):
    claim = ["x*y" if "abs:1" in more else "x", "--truth", "x", "--range", "[1,2]"]
    code, out, err = run(capsys, *claim, *more)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_the_time_limit_holds_for_every_float32_too(capsys):
    claim = [
        "x*(x + 1)",
        "--truth",
        "x*x + x",
        "--range",
        "[-1e30,1e30]",
        "--tolerance",
        "abs:1e60",
    ]
    code, verdict = run_json(capsys, *claim, "--every-float32", "--timeout", "0.1", "--quiet")
    assert (code, verdict["verdict"]) == (3, "unknown")
    assert verdict["reason"].startswith("the time limit of 0.1 s was reached after ")
    assert 0 < verdict["points"] < 2**31


@pytest.mark.parametrize("as_json", [False, True])
def test_a_will_is_what_the_command_prints_where_time_is_over(capsys, monkeypatch, as_json):
    wills = []

    @contextmanager
    def noted(seconds, text, code):
        wills.append((seconds, text(), code))
        yield

    monkeypatch.setattr("nalmx.commands._claim.last_will", noted)
    more = ["--json"] if as_json else []
    run(capsys, "x", "--truth", "x", "--range", "[0,1]", "--timeout", "7", *more)
    ((seconds, text, code),) = wills
    assert (seconds, code) == (7.0, 3)
    reason = "the time limit of 7 s was reached"
    assert json.loads(text)["reason"] == reason if as_json else reason in text
    assert text.endswith("\n")
    assert text.count("\n") == (1 if as_json else 2)


def test_a_false_claim_is_refuted_with_a_shrunk_counterexample(capsys):
    code, verdict = run_json(
        capsys, "x1*x2", "--truth", "x1+x2", "--range", "[-9,9]", "--range", "x2=[3,4]"
    )
    assert code == 1
    assert verdict["counterexample"]["point"] == {"x1": "0", "x2": "3"}
    assert verdict["counterexample"]["left"] == "0"
    assert verdict["counterexample"]["right"] == "3"


def test_what_cannot_be_proved_is_tested_and_says_so(capsys):
    code, verdict = run_json(
        capsys, "acos(cos(4))*x1", "--truth", "(2*pi - 4)*x1", "--range", "[0,9]", *FAST
    )
    assert code == 0
    assert verdict["verdict"] == "tested"
    assert verdict["points"] > 20_000
    assert verdict["reason"].startswith("not proved")


def test_a_level_that_is_not_reached_exits_with_3(capsys):
    claim = ["acos(cos(4))", "--truth", "2*pi - 4"]
    assert run(capsys, *claim, "--require", "tested")[0] == 0
    assert run(capsys, *claim, "--require", "bounded")[0] == 3


def test_undefined_on_both_sides_is_unknown_and_exits_with_3(capsys):
    code, verdict = run_json(capsys, "1/x1", "--truth", "1/x1", "--range", "[-1,1]")
    assert code == 3
    assert verdict["verdict"] == "unknown"
    assert "division by zero at x1 = 0" in verdict["reason"]


def test_a_removable_pole_is_refuted(capsys):
    code, verdict = run_json(capsys, "x1/x1", "--truth", "1", "--range", "[-1,1]")
    assert code == 1
    assert verdict["counterexample"]["point"] == {"x1": "0"}


@pytest.mark.parametrize(("tolerance", "code"), [("0", 1), ("abs:1e-3", 0), ("rel:1e-6", 1)])
def test_tolerances(capsys, tolerance, code):
    claim = ["x1*1.00001", "--truth", "x1", "--range", "[1,6]", *FAST]
    assert run(capsys, *claim, "--tolerance", tolerance)[0] == code


def test_unions_and_named_ranges(capsys):
    claim = ["x1/x2*x2", "--truth", "x1", "--range", "[-9,9]"]
    assert run(capsys, *claim, "--range", "x2=[[-6,-2],[2,6]]", "--require", "proved")[0] == 0
    assert run(capsys, *claim, "--range", "x2=[[-6,-2],[-1,6]]")[0] == 1


@pytest.mark.parametrize("text", ["-x1*x2", "-x2", "--x1", "-1", "-sqrt(x1)", "-j*n", "-q*h"])
def test_an_expression_may_begin_with_a_minus_sign(capsys, text):
    assert run(capsys, text, "--truth", text, "--range", "[1,2]", *FAST)[0] == 0


def test_inputs_may_have_names(capsys):
    claim = ["mass*acceleration", "--truth", "acceleration*mass", "--range", "[0,1]"]
    assert run(capsys, *claim)[0] == 0


def test_constants_need_no_range(capsys):
    assert run(capsys, "1/3 + 1/6", "--truth", "0.5")[0] == 0
    assert run(capsys, "0.1 + 0.2", "--truth", "0.30000000000000004")[0] == 1


def test_conditions_are_compared_with_conditions(capsys):
    assert run(capsys, "x1 <= x2", "--truth", "~(x2 < x1)", "--range", "[0,9]", *FAST)[0] == 0
    assert run(capsys, "x1 <= x2", "--truth", "x1 < x2", "--range", "[0,9]", *FAST)[0] == 1


def test_the_same_seed_gives_the_same_verdict(capsys):
    claim = ["x1**2", "--truth", "x1*abs(x1)", "--range", "[-3,9]", "--seed", "5"]
    first, second = (run_json(capsys, *claim)[1] for _ in range(2))
    assert {**first, "seconds": 0} == {**second, "seconds": 0}


GOOD = ["x1", "--truth", "x1"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["x1"],
        ["--truth", "x1", "--range", "[0,1]"],
        GOOD,
        [*GOOD, "--range", "[1,0]"],
        [*GOOD, "--range", "[]"],
        [*GOOD, "--range", ""],
        [*GOOD, "--range", "[0,nan]"],
        [*GOOD, "--range", "[-inf,inf]"],
        [*GOOD, "--range", "[0,1e999999999]"],
        [*GOOD, "--range", "[0,1/0]"],
        [*GOOD, "--range", "[__import__('os'),1]"],
        [*GOOD, "--range", "x9=[0,1]"],
        [*GOOD, "--range", "[0,1]", "--range", "[0,2]"],
        [*GOOD, "--range", "x1=[0,1]", "--range", "x1=[0,2]"],
        [*GOOD, "--range", "=[0,1]"],
        [*GOOD, "--range", "[0,1]", "--tolerance", "-1"],
        [*GOOD, "--range", "[0,1]", "--tolerance", "abs:nan"],
        [*GOOD, "--range", "[0,1]", "--tolerance", "1e-6"],
        [*GOOD, "--range", "[0,1]", "--require", "hoped"],
        [*GOOD, "--range", "[0,1]", "--device", "tpu"],
        [*GOOD, "--range", "[0,1]", "--device", "cuda:99"],
        [*GOOD, "--range", "[0,1]", "--seed", "-1"],
        [*GOOD, "--range", "[0,1]", "--points", "0"],
        [*GOOD, "--range", "[0,1]", "--surprise"],
        ["x1", "--truth", "x1 < 2", "--range", "[0,1]"],
        ["x1", "--truth", "nan", "--range", "[0,1]"],
        ["x1", "--truth", "y + ", "--range", "[0,1]"],
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_in_one_line_with_exit_code_2(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("nalmx: ")
    assert err.count("\n") == 1


def test_an_error_in_the_truth_says_where(capsys):
    assert "--truth: column 4" in run(capsys, "x1", "--truth", "x1 $ 2", "--range", "[0,1]")[2]


def test_an_arithmetic_makes_the_left_side_a_float_program(capsys):
    claim = [
        "x*x - 2*x + 1",
        "--truth",
        "(x - 1)**2",
        "--range",
        "[0,2]",
        "--arithmetic",
        "float64",
    ]
    code, verdict = run_json(capsys, *claim, "--tolerance", "abs:1e-15")
    assert (code, verdict["verdict"], verdict["inputs"]) == (0, "bounded", "real")
    assert verdict["arithmetic"].startswith("left side in float64 as written: inputs (any real")
    assert 4e-16 < float(verdict["bound"]) < 1e-15
    code, out, _ = run(capsys, *claim, "--tolerance", "abs:1e-16")
    assert (code, out.split(":")[0]) == (1, "refuted")
    assert "arithmetic: left side in float64 as written" in out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--arithmetic", "float8"], "is not an arithmetic; write reals, or one of"),
        (["--arithmetic", "float32", "--where-defined"], "without where_defined"),
        (["--arithmetic", "float32", "--export-tests", "t.py"], "leave it out, or --arithmetic"),
    ],
)
def test_what_no_arithmetic_is_for_is_said_in_one_line(capsys, more, said):
    code, out, err = run(capsys, "x + 1", "--truth", "x + 1", "--range", "[1,2]", *more)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
