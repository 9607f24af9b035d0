"""True identities of roots, powers, exponentials, logarithms and circular functions."""

from __future__ import annotations

from collections.abc import Iterator

from .statement import TrueClaim, family

ROOTS = [
    ("sqrt(x**2)", "Abs(x)", "[-5,5]"),
    ("sqrt(x**2)", "x", "[0,5]"),
    ("sqrt(x)**2", "x", "[0,7]"),
    ("sqrt(a)*sqrt(b)", "sqrt(a*b)", "[0,4]"),
    ("sqrt(a)/sqrt(b)", "sqrt(a/b)", "[1,4]"),
    ("sqrt(6)", "sqrt(2)*sqrt(3)", ),
    ("sqrt(8)*x", "2*sqrt(2)*x", "[-1,1]"),
    ("1/(sqrt(x + 1) + sqrt(x))", "sqrt(x + 1) - sqrt(x)", "[0,100]"),
    ("1/sqrt(x)", "sqrt(x)/x", "[0.1,9]"),
    ("(sqrt(x) + sqrt(y))*(sqrt(x) - sqrt(y))", "x - y", "[0,5]"),
    ("(sqrt(x) + sqrt(y))**2", "x + y + 2*sqrt(x*y)", "[1,5]"),
    ("sqrt(3 + 2*sqrt(2))", "1 + sqrt(2)", ),
    ("sqrt(5 + 2*sqrt(6))*x", "(sqrt(2) + sqrt(3))*x", "[-3,3]"),
    ("1/(1 + sqrt(2))", "sqrt(2) - 1", ),
    ("1/(1 + sqrt(2) + sqrt(3))", "(2 + sqrt(2) - sqrt(6))/4", ),
    ("x**(1/3)*x**(2/3)", "x", "[0,8]"),
    ("(x**(1/3))**3", "x", "[0,8]"),
    ("(x**3)**(1/3)", "x", "[0,2]"),
    ("x**(1/2)", "sqrt(x)", "[0,9]"),
    ("x**(3/2)", "x*sqrt(x)", "[0,9]"),
    ("(x**2)**(1/4)", "sqrt(Abs(x))", "[-9,9]"),
    ("(x**2)**(1/3)", "Abs(x)**(2/3)", "[-8,8]"),
    ("(x**4)**(1/4)", "Abs(x)", "[-8,8]"),
    ("sqrt(sqrt(x))", "x**(1/4)", "[0,16]"),
    ("sqrt(x**2 + 2*x*y + y**2)", "Abs(x + y)", "[-3,3]"),
    ("sqrt((x - y)**2)", "Max(x, y) - Min(x, y)", "[-3,3]"),
    ("sqrt(4*x**2*y)", "2*x*sqrt(y)", "[0,3]"),
    ("(x**6)**(1/2)", "Abs(x)**3", "[-2,2]"),
    ("x**0.4*x**0.6", "x", "[1,2]"),
    ("sqrt(x**2 + y**2)*sqrt(x**2 + y**2)", "x**2 + y**2", "[-2,2]"),
    ("(sqrt(x**2 + 1) - x)*(sqrt(x**2 + 1) + x)", "1", "[-9,9]"),
    ("x/(sqrt(x**2 + 1) - 1)", "(sqrt(x**2 + 1) + 1)/x", "[1,4]"),
    ("(x - 1)/(sqrt(x) - 1)", "sqrt(x) + 1", "[2,9]"),
    ("(a - b)/(a**(1/3) - b**(1/3))", "a**(2/3) + (a*b)**(1/3) + b**(2/3)", "a=[8,9]", "b=[1,2]"),
    ("27**(1/3)*x", "3*x", "[-1,1]"),
    ("(1 + sqrt(5))**2/4", "(1 + sqrt(5))/2 + 1", ),
    ("x**(1/6)*x**(1/3)*x**(1/2)", "x", "[0,5]"),
    ("(x*y)**(1/2)*(x/y)**(1/2)", "x", "[1,5]"),
]  # fmt: skip

POWERS = [
    ("x**a*x**b", "x**(a + b)", "x=[1/2,3]", "[-2,2]"),
    ("(x**a)**b", "x**(a*b)", "x=[1,3]", "[-1,1]"),
    ("x**a/x**b", "x**(a - b)", "x=[1/2,3]", "[-2,2]"),
    ("(x*y)**a", "x**a*y**a", "[1/2,2]"),
    ("x**a", "exp(a*log(x))", "x=[0.1,5]", "a=[-3,3]"),
    ("x**-a", "1/x**a", "[1/2,2]"),
    ("2**x*2**y", "2**(x + y)", "[-5,5]"),
    ("4**x", "2**(2*x)", "[-3,3]"),
    ("2**x*3**x", "6**x", "[-3,3]"),
    ("2**(x + 3)", "8*2**x", "[-3,3]"),
    ("x**0", "1", "[-3,3]"),
    ("x**(y - y + 2)", "x**2", "x=[1,2]", "y=[0,1]"),
    ("(x**2)**y", "x**(2*y)", "[1/2,3]"),
    ("x**pi*x**(4 - pi)", "x**4", "[0.1,3]"),
    ("(1/x)**a", "x**(-a)", "[1/2,2]"),
    ("sqrt(x**a)", "x**(a/2)", "[1/2,2]"),
    ("Abs(x)**2.5", "x**2*sqrt(Abs(x))", "[-2,2]"),
    ("x1**(3/2)/x2**2", "x1*sqrt(x1)/(x2*x2)", "[2,6]"),
]

EXPONENTIALS = [
    ("exp(x)*exp(y)", "exp(x + y)", "[-3,3]"),
    ("exp(x)/exp(y)", "exp(x - y)", "[-3,3]"),
    ("exp(x)**3", "exp(3*x)", "[-3,3]"),
    ("exp(-x)", "1/exp(x)", "[-30,30]"),
    ("exp(log(x))", "x", "[1e-9,9]"),
    ("log(exp(x))", "x", "[-20,20]"),
    ("log(x*y)", "log(x) + log(y)", "[1/2,5]"),
    ("log(x/y)", "log(x) - log(y)", "[1/2,5]"),
    ("log(x**2)", "2*log(x)", "[0.1,5]"),
    ("log(x**2)", "2*log(Abs(x))", "[[-5,-1],[1,5]]"),
    ("log(sqrt(x))", "log(x)/2", "[0.1,5]"),
    ("log(1/x)", "-log(x)", "[0.1,5]"),
    ("log(8)", "3*log(2)", ),
    ("log(6) - log(3)", "log(2)", ),
    ("log(12)*x", "(2*log(2) + log(3))*x", "[-2,2]"),
    ("exp(x + log(3))", "3*exp(x)", "[-2,2]"),
    ("exp(2*log(x))", "x**2", "[0.1,4]"),
    ("exp(-log(x))", "1/x", "[0.1,4]"),
    ("exp(log(x) + log(y))", "x*y", "[2,6]"),
    ("exp(log(x) - log(y))", "x/y", "[2,6]"),
    ("exp(log(Abs(x)) + log(Abs(y)))", "x*y", "[-6,-2]"),
    ("exp(log(x)/2)", "sqrt(x)", "[1,4]"),
    ("exp(x)*(1 + exp(-x))", "exp(x) + 1", "[-9,9]"),
    ("(exp(x) - exp(-x))*(exp(x) + exp(-x))", "exp(2*x) - exp(-2*x)", "[-2,2]"),
    ("((exp(x) + exp(-x))/2)**2 - ((exp(x) - exp(-x))/2)**2", "1", "[-4,4]"),
    ("log(exp(x) + exp(y))", "x + log(1 + exp(y - x))", "[-4,4]"),
    ("E**x", "exp(x)", "[-4,4]"),
    ("log(E)*x", "x", "[-4,4]"),
    ("exp(1)*exp(x - 1)", "exp(x)", "[-4,4]"),
    ("exp((log(x) + log(y))/2)", "sqrt(x*y)", "[1,4]"),
    ("log(x**2 - 1)", "log(x - 1) + log(x + 1)", "[2,4]"),
    ("exp(x/2)**2", "exp(x)", "[-6,6]"),
    ("(exp(2*x) - 1)/(exp(x) - 1)", "exp(x) + 1", "[1,2]"),
    ("exp(-((x - y)/z)**2/2)", "1/exp((x - y)**2/(2*z**2))", "[1,3]"),
]  # fmt: skip

SIGMOIDS = [
    ("1/(1 + exp(-x))", "exp(x)/(1 + exp(x))", "[-9,9]"),
    ("1/(1 + exp(-x))", "(1 + tanh(x/2))/2", "[-9,9]"),
    ("tanh(x)", "(exp(x) - exp(-x))/(exp(x) + exp(-x))", "[-5,5]"),
    ("tanh(x)", "(exp(2*x) - 1)/(exp(2*x) + 1)", "[-5,5]"),
    ("tanh(x)", "1 - 2/(exp(2*x) + 1)", "[-5,5]"),
    ("tanh(x)", "2/(1 + exp(-2*x)) - 1", "[-5,5]"),
    ("tanh(-x)", "-tanh(x)", "[-5,5]"),
    ("tanh(2*x)", "2*tanh(x)/(1 + tanh(x)**2)", "[-3,3]"),
    ("tanh(x + y)", "(tanh(x) + tanh(y))/(1 + tanh(x)*tanh(y))", "[-2,2]"),
    ("1 - tanh(x)**2", "4/(exp(x) + exp(-x))**2", "[-2,2]"),
    ("1/(1 + exp(-x)) + 1/(1 + exp(x))", "1", "[-9,9]"),
    ("1 - 1/(1 + exp(-x))", "1/(1 + exp(x))", "[-9,9]"),
    ("tanh(log(x))", "(x**2 - 1)/(x**2 + 1)", "[0.1,5]"),
    ("1/(1 + exp(-x))*(1 - 1/(1 + exp(-x)))", "exp(-x)/(1 + exp(-x))**2", "[-4,4]"),
    ("exp(x)/(exp(x) + exp(y))", "1/(1 + exp(y - x))", "[-4,4]"),
    ("tanh(Abs(x))", "Abs(tanh(x))", "[-3,3]"),
    ("log(1 + exp(x)) - log(1 + exp(-x))", "x", "[-5,5]"),
    ("x/(1 + exp(-x)) + x/(1 + exp(x))", "x", "[-5,5]"),
]

CIRCULAR = [
    ("sin(x)**2 + cos(x)**2", "1", "[-10,10]"),
    ("sin(x + y)", "sin(x)*cos(y) + cos(x)*sin(y)", "[-4,4]"),
    ("sin(x - y)", "sin(x)*cos(y) - cos(x)*sin(y)", "[-4,4]"),
    ("cos(x + y)", "cos(x)*cos(y) - sin(x)*sin(y)", "[-4,4]"),
    ("cos(x - y)", "cos(x)*cos(y) + sin(x)*sin(y)", "[-4,4]"),
    ("sin(2*x)", "2*sin(x)*cos(x)", "[-5,5]"),
    ("cos(2*x)", "1 - 2*sin(x)**2", "[-5,5]"),
    ("cos(2*x)", "cos(x)**4 - sin(x)**4", "[-5,5]"),
    ("sin(3*x)", "3*sin(x) - 4*sin(x)**3", "[-5,5]"),
    ("cos(3*x)", "4*cos(x)**3 - 3*cos(x)", "[-5,5]"),
    ("cos(4*x)", "8*cos(x)**4 - 8*cos(x)**2 + 1", "[-5,5]"),
    ("sin(x)/cos(x)", "tan(x)", "[-1.5,1.5]"),
    ("tan(2*x)", "2*tan(x)/(1 - tan(x)**2)", "[-0.7,0.7]"),
    ("tan(x + y)", "(tan(x) + tan(y))/(1 - tan(x)*tan(y))", "[-0.3,0.7]"),
    ("1 + tan(x)**2", "1/cos(x)**2", "[-1,1]"),
    ("sin(pi/6)", "1/2", ),
    ("cos(pi/6)", "sqrt(3)/2", ),
    ("sin(pi/4)*x", "x/sqrt(2)", "[-1,1]"),
    ("cos(pi/3) + sin(pi/3)", "(1 + sqrt(3))/2", ),
    ("tan(pi/3)", "sqrt(3)", ),
    ("sin(pi/12)", "(sqrt(6) - sqrt(2))/4", ),
    ("cos(pi/5)", "(1 + sqrt(5))/4", ),
    ("sin(x + pi/2)", "cos(x)", "[-6,6]"),
    ("sin(x + pi)", "-sin(x)", "[-6,6]"),
    ("cos(x + pi/2)", "-sin(x)", "[-6,6]"),
    ("sin(x - 3*pi/2)", "cos(x)", "[-6,6]"),
    ("cos(x + 2*pi)", "cos(x)", "[-6,6]"),
    ("sin(pi - x)", "sin(x)", "[-6,6]"),
    ("cos(-x)", "cos(x)", "[-6,6]"),
    ("sin(-x)", "-sin(x)", "[-6,6]"),
    ("sin(x)*cos(y)", "(sin(x + y) + sin(x - y))/2", "[-3,3]"),
    ("sin(x)*sin(y)", "(cos(x - y) - cos(x + y))/2", "[-3,3]"),
    ("cos(x)*cos(y)", "(cos(x - y) + cos(x + y))/2", "[-3,3]"),
    ("sin(x) + sin(y)", "2*sin((x + y)/2)*cos((x - y)/2)", "[-3,3]"),
    ("cos(x) - cos(y)", "-2*sin((x + y)/2)*sin((x - y)/2)", "[-3,3]"),
    ("sin(x)**2", "(1 - cos(2*x))/2", "[-3,3]"),
    ("(1 - cos(x))/2", "sin(x/2)**2", "[-3,3]"),
    ("sin(x)/(1 + cos(x))", "tan(x/2)", "[-3,3]"),
    ("sin(x)**4", "(3 - 4*cos(2*x) + cos(4*x))/8", "[-3,3]"),
    ("cos(x)**3", "(3*cos(x) + cos(3*x))/4", "[-3,3]"),
    ("sin(x)*cos(x)*cos(2*x)", "sin(4*x)/4", "[-3,3]"),
    ("sqrt(1 - sin(x)**2)", "Abs(cos(x))", "[-3,3]"),
    ("sin(x + y)*sin(x - y)", "sin(x)**2 - sin(y)**2", "[-3,3]"),
    ("cos(x + pi/3) + cos(x - pi/3)", "cos(x)", "[-3,3]"),
    ("sin(x) + sqrt(3)*cos(x)", "2*sin(x + pi/3)", "[-3,3]"),
    ("tan(x + pi)", "tan(x)", "[-1,1]"),
    ("cos(pi*floor(x))**2", "1", "[-3,3]"),
    ("tan(x)*cos(x)", "sin(x)", "[2,4]"),
    ("sin(x + y + z)", "sin(x)*cos(y)*cos(z) + cos(x)*sin(y)*cos(z) + cos(x)*cos(y)*sin(z)"
     " - sin(x)*sin(y)*sin(z)", "[-2,2]"),
]  # fmt: skip


def claims() -> Iterator[TrueClaim]:
    yield from family("roots", ROOTS)
    yield from family("powers", POWERS)
    yield from family("exponentials and logarithms", EXPONENTIALS)
    yield from family("sigmoids", SIGMOIDS)
    yield from family("circular", [*CIRCULAR, *_waves()])


def _waves() -> Iterator[tuple[str, ...]]:
    """Chebyshev's recursion and sums of equally spaced waves."""
    for n in (5, 6, 8):
        yield f"cos({n}*x)", f"2*cos(x)*cos({n - 1}*x) - cos({n - 2}*x)", "[-4,4]"
        yield f"sin({n}*x)", f"2*cos(x)*sin({n - 1}*x) - sin({n - 2}*x)", "[-4,4]"
    for n in (3, 5):
        waves = " + ".join(f"cos(x + {2 * k}*pi/{n})" for k in range(n))
        yield waves, "0", "[-4,4]"
    for n in (2, 3):
        steps = " + ".join(f"2*sin(x/2)*cos({k}*x)" for k in range(1, n + 1))
        yield steps, f"sin({2 * n + 1}*x/2) - sin(x/2)", "[-4,4]"
