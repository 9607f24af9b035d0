"""No outcome is true or false by itself, so that `assert check(claim)` cannot pass on a refuted one."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import numpy as np
import pytest

import nalmx
from nalmx.errors import NalmxError, SettingError, TruthValueError
from nalmx.expression import parse
from nalmx.pntm.learn.learn import learn
from nalmx.pntm.proofs.check import check_truth
from nalmx.pntm.proofs.verdict import SequenceVerdict
from nalmx.pntm.tasks import sequence_task
from nalmx.verify import REQUIRABLE, Claim, Domain, Verdict, check

PACKAGE = Path(nalmx.__file__).parent
# What only an outcome has: fields, and methods and properties.
FIELDS = {"verdict", "learned", "reached", "established", "counterexample", "outcome", "failure"}
FIELDS |= {"bound", "formula_verdict", "undecided", "right"}
METHODS = {"exit_code", "agreeing", "found"}


def outcomes() -> list[tuple[str, str]]:
    """Module and name of every class that says how something came out."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        text = path.read_text()
        for node in ast.walk(ast.parse(text)) if "class " in text else ():
            if not isinstance(node, ast.ClassDef):
                continue
            fields = {
                part.target.id
                for part in node.body
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
            }
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            # Beside `left`, `right` is the side of a claim; beside `relation`, `bound` is a limit.
            inner = fields & {"left", "relation"} or node.name.startswith("_")
            if (fields & FIELDS or methods & METHODS) and not inner:
                found.append((module, node.name))
    return found


# Outcomes of checking and of learning that are surely there.
SOME = {"Verdict", "SequenceVerdict", "Replay", "FormulaOutcome", "MachineOutcome", "Learned"}
SOME |= {"Score", "SequenceResults", "Extraction", "Difference", "Finding"}


def test_no_outcome_is_true_or_false() -> None:
    found = outcomes()
    assert {name for _, name in found} > SOME
    for module, name in found:
        kind = getattr(importlib.import_module(module), name)
        with pytest.raises(
            TruthValueError, match=rf"{name} is neither true nor false; write .+ \S+"
        ):
            bool(object.__new__(kind))


def refuted() -> Verdict:
    return check(Claim(parse("x"), parse("x + 1"), Domain.parse(["[0,1]"], ["x"])))


def test_an_assert_on_a_verdict_says_what_to_write() -> None:
    with pytest.raises(NalmxError, match=r"such as verdict\.holds\('proved'\)"):
        assert refuted()
    with pytest.raises(TypeError):
        _ = [verdict for verdict in [refuted()] if verdict]


def test_a_verdict_still_equals_itself_and_is_not_nothing() -> None:
    assert refuted() == refuted()
    assert refuted() is not None


def test_what_checks_and_learners_return_has_no_truth_value() -> None:
    task = sequence_task("parity")
    examples = task.examples(np.random.default_rng(0), 50, longest=8)
    learned = learn(examples, method="discrete")
    for outcome in (learned, check_truth(learned.machine, task)):
        with pytest.raises(TruthValueError):
            bool(outcome)


@pytest.mark.parametrize("require", REQUIRABLE)
@pytest.mark.parametrize("level", ["proved", "bounded", "tested", "refuted", "unknown"])
def test_a_verdict_holds_at_its_level_and_below(level, require) -> None:
    verdict = Verdict(level, "a method", {}, "0")
    order = ["refuted", "unknown", *REQUIRABLE]
    wanted = level in REQUIRABLE and order.index(level) >= order.index(require)
    assert verdict.holds(require) is wanted
    assert (verdict.exit_code(require) == 0) is wanted


@pytest.mark.parametrize("require", REQUIRABLE)
@pytest.mark.parametrize(
    ("level", "holding"),
    [
        ("proved", REQUIRABLE),
        ("proved up to length", ("tested",)),
        ("tested", ("tested",)),
        ("refuted", ()),
        ("unknown", ()),
    ],
)
def test_a_verdict_on_answers_holds_likewise(level, holding, require) -> None:
    verdict = SequenceVerdict(level, "a method", "")
    assert verdict.holds(require) is (require in holding)
    assert (verdict.exit_code(require) == 0) is (require in holding)


@pytest.mark.parametrize("level", ["refuted", "unknown", "prooved", ""])
def test_a_level_that_no_claim_can_hold_at_is_refused(level) -> None:
    for verdict in (refuted(), SequenceVerdict("proved", "a method", "")):
        with pytest.raises(SettingError, match="choose one of: tested, bounded, proved"):
            verdict.holds(level)
