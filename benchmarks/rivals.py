"""Rivals of `nalmx fit` on the same rows and for the same time: how many laws does each find?

    pip install gplearn pyoperon psrn torchsisso
    python benchmarks/rivals.py [--rivals nalmx,gplearn] [--seconds 5] [--noise 0.01] [--only I.12]

The 71 algebraic laws of the Feynman Symbolic Regression Database, 1,000 rows each, as in laws.py. Each rival
gets the rows, one core and so many seconds, and says one formula, its best by its own measure. It has *found*
the law where the formula is within 1e-4 of the truth, both at 1,000 new points of the ranges and at 1,000
of ranges that are wider by half to either side; it *fits* where it is so on the ranges alone. Differences are
relative to the value, or to a thousandth of the root mean square where that is more; with noise, a hundred
times as much is allowed. That the formula is the law only nalmx says: its claims are counted, too. Settings
are those of the authors but for the functions, which are those of the laws. Seconds are processor time;
pyoperon, which counts those of the wall, gets three times as many. Writes benchmarks/results/rivals.json;
what stands there is not run again.
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import numpy as np
from laws import Law, laws, rows_of

from nalmx.errors import NalmxError
from nalmx.expression import Expression, to_text
from nalmx.expression.syntaxes import read
from nalmx.fit import Rows, fit
from nalmx.fit.values import evaluate
from nalmx.verify import Effort

RESULTS = Path(__file__).parent / "results" / "rivals.json"
SLACK = 120.0  # seconds of the wall after which a rival is stopped that does not end
_WIDER = 1.5
ENOUGH = 1e-12  # the mean square at which a rival may stop


def by_nalmx(rows: Rows, seconds: float, noise: float) -> tuple[str, bool]:
    found = fit(rows, Effort(seconds=seconds), noise=noise or "auto")
    best = found.formula or (found.best and found.best.expression)
    return (to_text(best) if best else "0"), found.formula is not None


def by_gplearn(rows: Rows, seconds: float, noise: float) -> tuple[str, bool]:
    from gplearn.genetic import SymbolicRegressor

    functions = ("add", "sub", "mul", "div", "sqrt", "log", "sin", "cos", "neg", "inv")
    model = SymbolicRegressor(
        generations=1, function_set=functions, feature_names=list(rows.names), metric="mse",
        warm_start=True, random_state=0,
    )  # fmt: skip
    start = time.process_time()
    while True:
        model.fit(rows.inputs, rows.target)
        if time.process_time() - start > seconds or model.run_details_["best_fitness"][-1] < ENOUGH:
            return str(model._program), False
        model.set_params(generations=model.generations + 1)


def by_pyoperon(rows: Rows, seconds: float, noise: float) -> tuple[str, bool]:
    from pyoperon.sklearn import SymbolicRegressor

    model = SymbolicRegressor(
        allowed_symbols="add,sub,mul,div,sqrt,square,exp,log,sin,cos,constant,variable",
        optimizer_iterations=5, generations=10**6, max_evaluations=10**9, max_selection_pressure=10**6,
        epsilon=ENOUGH, max_time=round(3 * seconds), random_state=0,
    )  # fmt: skip
    model.fit(rows.inputs, rows.target)
    return model.get_model_string(model.model_, precision=17, names=list(rows.names)), False


def by_psrn(rows: Rows, seconds: float, noise: float) -> tuple[str, bool]:
    import torch
    from psrn import PSRN_Regressor

    time.time = time.process_time  # by which its time is limited; in this process alone
    functions = ["Add", "Mul", "Sub", "Div", "Identity", "Sin", "Cos", "Exp", "Log", "Sqrt"]
    stage = {
        "operators": functions,
        "time_limit": round(seconds),
        "n_psrn_inputs": 5,
        "n_sample_variables": 3,
    }
    named = {f"x{place}": name for place, name in enumerate(rows.names)}  # c and B are not allowed
    model = PSRN_Regressor(
        variables=list(named), use_const=False, n_symbol_layers=2, device=torch.device("cpu"),
        token_generator_config={"base": {"has_const": False, "tokens": functions}},
        stage_config={"default": stage, "stages": [{}]},
    )  # fmt: skip
    _, front = model.fit(
        rows.inputs,
        rows.target[:, None],
        n_down_sample=100,
        threshold=ENOUGH,
        top_k=10,
        real_time_display=False,
    )
    best = model.replace_variables(max(front, key=lambda one: one[1])[0], to_repr=True)
    return re.sub(r"\bx\d+\b", lambda found: named[found[0]], best), False


def by_torchsisso(rows: Rows, seconds: float, noise: float) -> tuple[str, bool]:
    import pandas
    from TorchSisso import SissoModel

    columns = dict(zip(rows.names, rows.inputs.T, strict=True))
    table = pandas.DataFrame({"target of the law": rows.target, **columns})
    functions = ["+", "-", "*", "/", "sqrt", "pow(2)", "exp", "ln", "sin", "cos"]
    found = SissoModel(table, operators=functions, n_expansion=3, n_term=1, k=20).fit()
    return str(found[1]), False


RIVALS: dict[str, Callable[[Rows, float, float], tuple[str, bool]]] = {
    "nalmx": by_nalmx,
    "gplearn": by_gplearn,
    "pyoperon": by_pyoperon,
    "psrn": by_psrn,
    "torchsisso": by_torchsisso,
}


def serve(connection: Connection, rival: str, rows: Rows, seconds: float, noise: float) -> None:
    start = time.process_time()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            text, claims = RIVALS[rival](rows, seconds, noise)
    except Exception as error:  # of any library
        connection.send({"error": f"{type(error).__name__}: {error}"[:200]})
    else:
        took = round(time.process_time() - start, 2)
        connection.send({"formula": text, "claimed": claims, "seconds": took})


def said(rival: str, rows: Rows, seconds: float, noise: float) -> dict:
    """What a rival says in a process of its own, which is stopped if it does not end."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(there, rival, rows, seconds, noise), daemon=True)
    process.start()
    there.close()
    try:
        return here.recv() if here.poll(seconds + SLACK) else {"error": "did not end"}
    except EOFError:
        return {"error": "died"}
    finally:
        process.kill()


def is_near(found: Expression, law: Law, allowed: float, is_beyond: bool) -> bool:
    """Whether a formula is near the truth at 1,000 points of the ranges, or of wider ones."""
    random = np.random.default_rng(1)
    columns = {}
    for name, draw in law.draws.items():
        values = draw(random, 1_000)
        lower, upper = values.min(), values.max()
        if is_beyond:
            # Signs stay: a root may be written in several ways for those of the table.
            wider = lower / _WIDER if lower > 0 else lower - (upper - lower) / 2
            values = wider + (values - lower) * (upper * _WIDER - wider) / (upper - lower)
        columns[name] = values
    truth = evaluate(law.truth, columns)
    good = np.isfinite(truth)
    with np.errstate(all="ignore"):
        difference = np.abs(evaluate(found, columns) - truth)[good]
    scale = np.maximum(np.abs(truth[good]), 1e-3 * np.sqrt((truth[good] ** 2).mean()))
    return bool((difference <= allowed * scale).all())


def judged(law: Law, found: dict, noise: float) -> str:
    if "error" in found:
        return "none"
    try:
        formula = read(found["formula"]).expression
    except NalmxError as error:
        return f"unreadable: {error}"
    allowed = 1e-2 if noise else 1e-4
    if not is_near(formula, law, allowed, is_beyond=False):
        return "wrong claim" if found["claimed"] else "no"
    if is_near(formula, law, allowed, is_beyond=True):
        return "claimed" if found["claimed"] else "found"
    return "claimed, not beyond" if found["claimed"] else "fits"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rivals", default=",".join(RIVALS))
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    ours = known.setdefault(f"{arguments.seconds:g} s, noise {arguments.noise:g}", {})
    for rival in arguments.rivals.split(","):
        told = ours.setdefault(rival, {})
        for place, law in enumerate(law for law in laws(arguments.only) if law.is_algebraic):
            if law.name in told:  # judged anew, since that takes no time
                told[law.name]["said"] = judged(law, told[law.name], arguments.noise)
                continue
            rows = rows_of(law, 1_000, arguments.noise, place)
            found = said(rival, rows, arguments.seconds, arguments.noise)
            told[law.name] = {"said": judged(law, found, arguments.noise), **found}
            print(f"{rival:10} {law.name:10} {told[law.name]}"[:180], flush=True)
            if not arguments.only:
                RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
        counts = Counter(one["said"] for one in told.values())
        took = median(one.get("seconds", arguments.seconds) for one in told.values())
        print(f"{rival:10} {dict(counts)}, median {took:.2f} s", flush=True)


if __name__ == "__main__":
    main()
