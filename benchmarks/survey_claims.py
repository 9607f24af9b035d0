"""Sentences of the survey that can be checked, and the verdicts on them: writes docs/survey-claims.md.

    python benchmarks/survey_claims.py [--output FILE]

A claim is two expressions on a domain, as `nalmx verify expr` takes them, or a list of such claims that
exhausts what a module can be. Nothing is trained.
"""

import argparse
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import sympy

from nalmx.expression import Expression, parse, to_text
from nalmx.expression.symbolic import from_sympy
from nalmx.extract.formula import Formula
from nalmx.models import INALU, NALU, NMU
from nalmx.ranges import Range
from nalmx.runs.every_length import every_length
from nalmx.verify import Claim, Effort, check

DOCUMENT = Path(__file__).parents[1] / "docs" / "survey-claims.md"
EFFORT = Effort(points=20_000, device="cpu", seconds=20)
PHI = "((1 + sqrt(5))/2)"
TRIT, BIT = (-1, 0, 1), (0, 1)


@dataclass(frozen=True)
class Sentence:
    """What the survey says, where, the claim that it comes to, and what follows from its verdict."""

    section: str
    says: str
    claim: str
    verdict: str
    so: str


def settled(left, right, domain, tolerance="0"):
    """The verdict on one claim; a bound with its size, a refutation with its point."""
    found = check(Claim.of(left, right, domain, tolerance), EFFORT)
    if found.verdict == "refuted" and found.counterexample is not None:
        point = found.counterexample.to_json()["point"]
        return f"refuted at {', '.join(f'{name} = {value}' for name, value in point.items())}"
    return found.verdict if found.verdict != "bounded" else f"bounded within {tolerance}"


def counted(claims, domain):
    """How the claims of a list end: `54 of 54 refuted`."""
    ends = Counter(check(Claim.of(left, right, domain), EFFORT).verdict for left, right in claims)
    return ", ".join(f"{n} of {sum(ends.values())} {verdict}" for verdict, n in ends.most_common())


def x(count):
    return [sympy.Symbol(f"x{i + 1}", real=True) for i in range(count)]


def expressions(outputs):
    return [from_sympy(output) for output in outputs]


def rows(values, inputs, outputs=1):
    """Every matrix with entries among some values."""
    for flat in product(values, repeat=inputs * outputs):
        numbers = list(map(sympy.Integer, flat))
        yield [numbers[o * inputs : (o + 1) * inputs] for o in range(outputs)]


def single_nalus(inputs):
    """The formula of every discrete NALU with one output, by its weights and its gate."""
    for weight, gate in product(rows(TRIT, inputs), BIT):
        openings = [[sympy.Integer(gate)]]
        yield from expressions(
            NALU.idealised(x(inputs), weight=weight, gate=None, openings=openings)
        )


def nmu(values, weight):
    return NMU.idealised(values, weight=weight)


def stacked_nmus(inputs, hidden):
    """The formula of every discrete NMU on the outputs of another one."""
    for first, second in product(rows(BIT, inputs, hidden), rows(BIT, hidden)):
        yield from expressions(nmu(nmu(x(inputs), first), second))


def inalu(inputs, sums, products, gates):
    """What a discrete iNALU computes, with its ε, its clip and its signs."""
    matrices = ([[sympy.Integer(v) for v in row] for row in m] for m in (sums, products, gates))
    names = ("sum_weight", "product_weight", "gate")
    outputs = INALU.symbolic(inputs, **dict(zip(names, matrices, strict=True)))
    return [output.doit() for output in outputs]


def two_inalus():
    hidden = inalu(x(3), [[1, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 1]], [[1], [0]])
    return from_sympy(inalu(hidden, [[1, 1]], [[0, 0]], [[1]])[0])


def induction(step, items, growth=None):
    states = Range.parse("[0,1000000]")
    names = (*(f"x{i + 1}" for i in range(items)), "h1")
    formula = Formula(names, (parse(step),), "nsr", "")
    initial = None if growth is None else [0]
    within = None if growth is None else Range.parse(growth)
    truth = parse("Min(x1, h1)" if growth is None else step)
    return str(
        every_length(
            formula, [truth], [Range.parse("[0,1000000]")] * items, [states], initial, growth=within
        )
    )


def shown(expression):
    return to_text(expression) if isinstance(expression, Expression) else expression


def of(section, says, left, right, domain, so, tolerance="0"):
    """A sentence that is one claim."""
    named = (
        [f"{name} in {text}" for name, text in domain.items()]
        if isinstance(domain, dict)
        else [domain]
    )
    where = ", ".join(named)
    claim = f"`{shown(left)}` is `{shown(right)}`, {'on ' if named[0] == domain else ''}{where}"
    return Sentence(section, says, claim, settled(left, right, domain, tolerance), so)


def gates():
    yield of(
        "5.2",
        "A gate cannot serve x and -x: σ(xG) = σ(-xG) would be needed.",
        "1/(1 + exp(-z))",
        "1/(1 + exp(z))",
        "[-9,9]",
        "Right: they are equal at z = 0 alone.",
    )
    yield of(
        "5.2",
        "What the gates of x and -x are together.",
        "1/(1 + exp(-z)) + 1/(1 + exp(z))",
        "1",
        "[-9,9]",
        "Where one is 1, the other is 0.",
    )
    yield of(
        "4.4",
        "G-NALU: the product with base φ, equation 25.",
        f"{PHI}**(s/log({PHI}))",
        "exp(s)",
        "[-20,20]",
        "It is the product of the NAC•.",
    )
    yield of(
        "4.4",
        "G-NALU: tanh with base φ, equation 24.",
        f"({PHI}**x - {PHI}**(-x))/({PHI}**x + {PHI}**(-x))",
        f"tanh(x*log({PHI}))",
        "[-9,9]",
        "A G-NALU is a NALU with raw weights times ln φ: the same functions, other gradients.",
    )


def capacity():
    yield Sentence(
        "5.6",
        "No single NALU is x1 + x2·x3.",
        "each discrete NALU of three inputs is `x1 + x2*x3` on [2,6]",
        counted([(nalu, "x1 + x2*x3") for nalu in single_nalus(3)], "[2,6]"),
        "Right, for all weights and gates.",
    )
    yield of(
        "3",
        "Stacked modules are.",
        two_inalus(),
        "x1 + x2*x3",
        "[2,6]",
        "Right: two iNALUs.",
    )
    yield of(
        "6.1",
        "The NALU can square. Its product of one input is x^w with w below 1, whose logarithm is w·ln x.",
        "w*log(x) <= log(x)",
        "True",
        {"x": "[1,10]", "w": "[-1,1]"},
        "A single NALU of one input stays at or below x, by either path: x² is beyond it.",
    )
    yield Sentence(
        "6.1",
        "A discrete NMU cannot square one input.",
        "each NMU of one input is `x1**2` on [2,6]",
        counted([(from_sympy(nmu(x(1), w)[0]), "x1**2") for w in rows(BIT, 1)], "[2,6]"),
        "Right.",
    )
    yield Sentence(
        "6.1",
        "A discrete iNALU cannot take a root.",
        "each product of an iNALU of one input is `sqrt(x1)` on [2,6]",
        counted(
            [(from_sympy(inalu(x(1), [[0]], [[w]], [[0]])[0]), "sqrt(x1)") for w in TRIT],
            "[2,6]",
        ),
        "Right.",
    )
    yield Sentence(
        "6.4",
        "Two stacked NMUs fail to add.",
        "each pair of NMUs, 2 inputs and 2 hidden, is `x1 + x2` on [2,6]",
        counted([(found, "x1 + x2") for found in stacked_nmus(2, 2)], "[2,6]"),
        "They cannot: the 0 % of the runs is no failure of training.",
    )


def division():
    yield of(
        "6.5.1",
        "The iNALU fails on mixed signs because it cannot process them.",
        from_sympy(inalu(x(2), [[0, 0]], [[1, -1]], [[0]])[0]),
        "x1/x2",
        "[[-6,-2],[2,6]]",
        "Discrete, it divides them: the reason is wrong, the failure is one of training.",
    )
    yield of(
        "5.5",
        "The ε of the NAC• spoils quotients near 0: away from it,",
        "(x + 1e-7)/(y + 1e-7)",
        "x/y",
        "[0.2,2]",
        "hardly.",
        "rel:1e-6",
    )
    yield of(
        "5.5",
        "and at 0?",
        "(abs(x) + 1e-7)/(abs(y) + 1e-7)",
        "x/y",
        "[-2,2]",
        "It is another function.",
    )
    yield of(
        "5.4",
        "Figure 12: NAC+ and NAC• explode at w1 = 0, w2 = -1, with ε = 0.1.",
        "exp(-2*log(1/10))",
        "100",
        "[0,1]",
        "1/ε², as drawn.",
    )
    yield of(
        "5.4",
        "The same surface of NAU and NMU, where h1 = 2.2·w1 and h2 = 6·w1.",
        "(w2*(2.2*w1) + 1 - w2)*(w2*(6*w1) + 1 - w2) <= 140",
        "True",
        "[-1.5,1.5]",
        "Smooth and bounded.",
    )


def logic():
    def last(i):
        return f"(1 - a{i}*x{i})"

    whole = "1 - (1 - a1*x1)*(1 - a2*x2)*(1 - a3*x3)"
    yield of(
        "4.5",
        "Or by a Kronecker product, equation 27 with its first factor once.",
        f"(-1 + a1*x1)*{last(2)}*{last(3)} + 1",
        whole,
        "[0,1]",
        'The product, "which scales poorly", is not needed: 1 - ∏(1 - aᵢxᵢ) is the same.',
    )
    yield of(
        "4.5",
        "Equation 27 as printed, with the first factor inside.",
        f"({last(2)}*(-1 + a1*x1))*({last(3)}*(-1 + a1*x1)) + 1",
        whole,
        "[0,1]",
        "A slip of the print.",
    )
    yield of(
        "4.6",
        "The zero bit of the NSR relaxes the discrete one: for differences of 5 and more,",
        "1 - 2*tanh(d)**2",
        "-1",
        "[5,50]",
        "closely.",
        "abs:1e-3",
    )
    yield of(
        "4.6",
        "and near 0?",
        "1 - 2*tanh(d)**2",
        "Piecewise((1, d == 0), (-1, True))",
        "[-1,1]",
        "Not: differences that count must be made large (λ).",
    )
    yield of(
        "5.1",
        "The sign of the iNALU is an NMU of signs and magnitudes (footnote 2).",
        "(sign(x)*abs(w) + 1 - abs(w))*(sign(y)*abs(v) + 1 - abs(v))",
        "(abs(w)*sign(x) + 1 - abs(w))*(abs(v)*sign(y) + 1 - abs(v))",
        {"x": "[-6,6]", "y": "[-6,6]", "w": "[-1,1]", "v": "[-1,1]"},
        "Right.",
    )
    yield Sentence(
        "7.2",
        "The minimum of a list performs perfectly on all lengths.",
        "the step `Piecewise((x1, x1 < h1), (h1, True))` on [0,1000000], by induction",
        induction("Piecewise((x1, x1 < h1), (h1, True))", 1),
        "Right.",
    )
    yield Sentence(
        "7.2",
        "Counting gets worse with the length.",
        "the step `h1 + Piecewise((1, x1 == x2), (0, True))` by induction",
        induction("h1 + Piecewise((1, x1 == x2), (0, True))", 2, "[0,1]"),
        "With exact comparisons it does not: what adds up is what smooth ones leave.",
    )


SLIPS = (
    "Equation 8 lacks the sum over the inputs, which the authors' code has.",
    "§4.1 checks the iNALU's loss over 10 iterations and starts again after 10,000; Table 8 says 10,000 and "
    "5,000.",
    "Equation 29 and its text disagree on which gate value chooses Or; G^OUT has an index i too many.",
    "§5.4 recommends the means (0, -1, 1) for an iNALU; the benchmark ran (0, 0.5, 0.88), as nalmx does for "
    "its tables.",
    "§4.4 changes the base of the G-NALU's weights only; the benchmark, and nalmx, that of its gate, too.",
    "§6.5.1 calls the iNALU the only module with success 1 on any range; in Table 12 NPU and RealNPU have it "
    "on U[1,2).",
    "Captions of figures 19 and 20 and the benchmark's script have 10 and 100 redundant inputs the other way "
    "round.",
    'Table 2 has U[-5,-5]; "exponential with scale 5 (λ = 0.2)" is the scale 0.2 in the authors\' code.',
)
HEAD = """# The survey's sentences, checked

Sentences of Mistry, Farrahi & Hare (2022), *A Primer for Neural Arithmetic Logic Modules*, that say what
modules can and cannot compute, with the verdict of `nalmx verify` on each. Nothing here is trained: a
module stands for every discrete weight that it can have, or for its equation. Written by
`benchmarks/survey_claims.py`; what verdicts mean is said in [What a verdict means](what-a-verdict-means.md).

| § | the survey | the claim | verdict | so |
| --- | --- | --- | --- | --- |
"""


def document():
    lines = [
        f"| {s.section} | {s.says} | {s.claim} | {s.verdict} | {s.so} |"
        for part in (gates, capacity, division, logic)
        for s in part()
    ]
    slips = "\n".join(f"- {slip}" for slip in SLIPS)
    return f"{HEAD}{chr(10).join(lines)}\n\n## Slips\n\n{slips}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=DOCUMENT)
    parser.parse_args().output.write_text(document())


if __name__ == "__main__":
    main()
