"""How many of the identities that SymPy tests its simplification of functions with are settled.

    python benchmarks/sympy_identities.py [--seconds 20] [--only NAME]

Each `assert trigsimp(A) == B` and the like in `sympy/simplify/tests` of the installed SymPy states that A is
B. The files are read as data, by Python's own syntax tree: nothing in them is run. An equality counts where
both sides are real expressions of the functions that nalmx knows; others (complex numbers, matrices,
integrals, what a loop makes) are counted as not expressible, with the reason. Each is stated with every
input in [0.5,3] and in [-3,3], and is settled where it is `proved` or `refuted`, or is proved to hold where
its sides are defined. Writes benchmarks/results/sympy_identities.json.
"""

import argparse
import ast
import importlib.util
import json
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

from herbie_rules import RANGES, settled

from nalmx.errors import NalmxError
from nalmx.expression import parse

RESULTS = Path(__file__).resolve().parent / "results" / "sympy_identities.json"
FILES = ("test_trigsimp.py", "test_fu.py")
# Functions that change how an expression is written, and not its value.
KEEPING = {
    "trigsimp",
    "exptrigsimp",
    "simplify",
    "fu",
    "T",
    "futrig",
    "factor",
    "expand",
    "expand_trig",
}
KEEPING |= {"TRmorrie", "TRpower", "factor_terms", "powsimp", "together", "S", "Integer", "radsimp"}
KEEPING |= {f"TR{k}" for k in (*range(23), "2i", "10i", "12i", "14", "15", "16", "111")}
KNOWN = {"sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "coth", "sech", "csch"}
KNOWN |= {"asin", "acos", "atan", "exp", "log", "sqrt", "cbrt", "atan2", "asinh", "acosh", "atanh"}
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
NAMED = {"Half": "(1/2)", "One": "1", "Zero": "0", "NegativeOne": "(-1)", "Pi": "pi"}


class NotExpressible(Exception):
    """What is written is no real expression that nalmx knows."""


class Reader:
    """Texts of the expressions in one test function, whose names may be set before."""

    def __init__(self, symbols, known):
        self._symbols, self._known = symbols, known

    def text(self, node):
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                return str(node.value)
            case ast.Name(id="pi" | "E" as name):
                return name
            case ast.Name(id=name) if name in self._known:
                return self.text(self._known[name])
            case ast.Name(id=name) if name in self._symbols:
                return f"{name}_" if name in KNOWN else name
            case ast.Attribute(value=ast.Name(id="S"), attr=name) if name in NAMED:
                return NAMED[name]
            case ast.UnaryOp(op=ast.USub(), operand=inside):
                return f"(-{self.text(inside)})"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
                return f"({self.text(left)} {SIGNS[type(op)]} {self.text(right)})"
            case ast.Call(func=ast.Name(id="Rational"), args=[top, bottom]):
                return f"({self.text(top)}/{self.text(bottom)})"
            case ast.Call(func=ast.Name(id="root"), args=[inside, degree]):
                return f"({self.text(inside)})**(1/{self.text(degree)})"
            case ast.Call(func=ast.Name(id=name), args=[inside, *_]) if name in KEEPING:
                return self.text(inside)
            case ast.Call(func=ast.Attribute(value=inside, attr=name)) if name in KEEPING:
                return self.text(inside)
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in KNOWN:
                return f"{name}({', '.join(map(self.text, given))})"
        raise NotExpressible(ast.unparse(node)[:60])


def symbols_of(tree):
    """The names that are symbols: imported from `sympy.abc`, or made by `symbols` or `Symbol`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "sympy.abc":
            found |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            makes = node.value.func
            if isinstance(makes, ast.Name) and makes.id in ("symbols", "Symbol"):
                found |= {n.id for n in ast.walk(node.targets[0]) if isinstance(n, ast.Name)}
    return found


def equalities(path):
    """The name, left and right side of each equality that a file of tests asserts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    symbols = symbols_of(tree)
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef):
            continue
        known = {}
        for node in ordered(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                known.pop(name, None)
                used = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
                if not used & {name, "symbols", "Symbol"}:
                    known[name] = node.value
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Compare):
                terms = [node.test.left, *node.test.comparators]
                if all(isinstance(op, ast.Eq) for op in node.test.ops) and changes(node):
                    reader = Reader(symbols - set(known), dict(known))
                    for left, right in pairwise(terms):
                        yield f"{path.stem}:{node.lineno}", reader, left, right


def ordered(function):
    """The statements of a function in order, those of loops left out: their names have many values."""
    for node in function.body:
        yield node
        if isinstance(node, ast.With | ast.If):
            yield from node.body


def changes(node):
    """Whether an assertion speaks of a function that changes how an expression is written."""
    calls = (n for n in ast.walk(node) if isinstance(n, ast.Call))
    names = (getattr(n.func, "id", getattr(n.func, "attr", "")) for n in calls)
    return any(name in KEEPING - {"S", "Integer"} for name in names)


def main():
    parser = argparse.ArgumentParser(description="The identities of SymPy's own tests.")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each claim")
    parser.add_argument("--only", default="", help="identities whose name has this in it")
    asked = parser.parse_args()
    found = {extent: Counter() for extent in RANGES}
    left_open, inexpressible = [], []
    start = time.process_time()
    spec = importlib.util.find_spec("sympy.simplify.tests")
    (folder,) = map(Path, spec.submodule_search_locations)
    for name, reader, left, right in (e for file in FILES for e in equalities(folder / file)):
        if asked.only not in name:
            continue
        try:
            sides = [parse(reader.text(side)) for side in (left, right)]
        except (NotExpressible, NalmxError) as error:
            inexpressible.append({"name": name, "why": str(error)[:100]})
            continue
        for extent in RANGES:
            verdict, reason = settled(*sides, extent, asked.seconds)
            found[extent][verdict] += 1
            if not verdict.startswith(("prov", "refu")):
                left_open.append({"name": name, "on": extent, "verdict": verdict})
                print(f"{name} on {extent}: {verdict}, {reason}", flush=True)
    figures = {
        "identities": sum(found[RANGES[0]].values()),
        "not_expressible": len(inexpressible),
        "verdicts": {extent: dict(counts) for extent, counts in found.items()},
        "settled": {
            extent: sum(n for verdict, n in counts.items() if verdict.startswith(("prov", "refu")))
            for extent, counts in found.items()
        },
        "processor_seconds": round(time.process_time() - start),
        "open": left_open,
        "why_not_expressible": inexpressible,
    }
    lists = ("open", "why_not_expressible")
    print(json.dumps({name: figures[name] for name in figures if name not in lists}, indent=1))
    if not asked.only:
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
