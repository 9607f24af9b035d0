"""Laws of physics in two equivalent forms, on the ranges of the Feynman equations of AI Feynman."""

from __future__ import annotations

from collections.abc import Iterator

from .statement import TrueClaim, family

LAWS = [
    ("exp(-theta**2/2)/sqrt(2*pi)", "1/(exp(theta**2/2)*sqrt(2)*sqrt(pi))", "[1,3]"),
    (
        "exp(-(theta/sigma)**2/2)/(sqrt(2*pi)*sigma)",
        "exp(-theta**2/(2*sigma**2))/sqrt(2*pi*sigma**2)",
        "[1,3]",
    ),
    (
        "exp(-((theta - theta1)/sigma)**2/2)/(sqrt(2*pi)*sigma)",
        "exp(theta*theta1/sigma**2)*exp(-(theta**2 + theta1**2)/(2*sigma**2))/(sqrt(2*pi)*sigma)",
        "[1,3]",
    ),
    (
        "sqrt((x2 - x1)**2 + (y2 - y1)**2)",
        "sqrt(x1**2 + x2**2 + y1**2 + y2**2 - 2*x1*x2 - 2*y1*y2)",
        "[1,5]",
    ),
    (
        "G*m1*m2/((x2 - x1)**2 + (y2 - y1)**2 + (z2 - z1)**2)",
        "m2*(G*m1)/((x1 - x2)**2 + (y1 - y2)**2 + (z1 - z2)**2)",
        "x1=[3,4]",
        "y1=[3,4]",
        "z1=[3,4]",
        "[1,2]",
    ),
    ("m_0/sqrt(1 - v**2/c**2)", "m_0*c/sqrt(c**2 - v**2)", "m_0=[1,5]", "v=[1,2]", "c=[3,10]"),
    (
        "m_0/sqrt(1 - v**2/c**2)",
        "m_0*c/(sqrt(c - v)*sqrt(c + v))",
        "m_0=[1,5]",
        "v=[1,2]",
        "c=[3,10]",
    ),
    ("q1*q2*r/(4*pi*epsilon*r**3)", "q1*q2/(4*pi*epsilon*r**2)", "[1,5]"),
    ("G*m1*m2*(1/r2 - 1/r1)", "G*m1*m2*(r1 - r2)/(r1*r2)", "[1,5]"),
    ("1/2*m*(v**2 + u**2 + w**2)", "m*v**2/2 + m*u**2/2 + m*w**2/2", "[1,5]"),
    (
        "(x - u*t)/sqrt(1 - u**2/c**2)",
        "c*(x - u*t)/sqrt(c**2 - u**2)",
        "x=[5,10]",
        "u=[1,2]",
        "t=[1,2]",
        "c=[3,20]",
    ),
    ("(u + v)/(1 + u*v/c**2)", "c**2*(u + v)/(c**2 + u*v)", "[1,5]"),
    ("(m1*r1 + m2*r2)/(m1 + m2)", "r1 + m2*(r2 - r1)/(m1 + m2)", "[1,5]"),
    ("1/(1/d1 + n/d2)", "d1*d2/(d2 + n*d1)", "[1,5]"),
    (
        "sqrt(x1**2 + x2**2 - 2*x1*x2*cos(t1 - t2))",
        "sqrt((x1*cos(t1) - x2*cos(t2))**2 + (x1*sin(t1) - x2*sin(t2))**2)",
        "x1=[1,2]",
        "x2=[3,5]",
        "[1,5]",
    ),
    ("I0*sin(3*t/2)**2/sin(t/2)**2", "I0*(3 - 4*sin(t/2)**2)**2", "[1,5]"),
    (
        "(1/2*epsilon*c*Ef**2)*(8*pi*r**2/3)*(w**4/(w**2 - w0**2)**2)",
        "4*pi*epsilon*c*(Ef*r*w**2)**2/(3*(w - w0)**2*(w + w0)**2)",
        "w0=[3,5]",
        "[1,2]",
    ),
    ("w0/(1 - v/c)", "w0*c/(c - v)", "c=[3,10]", "v=[1,2]", "w0=[1,5]"),
    (
        "(1 + v/c)/sqrt(1 - v**2/c**2)*w0",
        "w0*sqrt((c + v)/(c - v))",
        "c=[3,10]",
        "v=[1,2]",
        "w0=[1,5]",
    ),
    ("I1 + I2 + 2*sqrt(I1*I2)*cos(delta)", "(sqrt(I1) - sqrt(I2))**2 + 4*sqrt(I1*I2)*cos(delta/2)**2",
     "[1,5]"),
    ("4*pi*epsilon*(h/(2*pi))**2/(m*q**2)", "epsilon*h**2/(pi*m*q**2)", "[1,5]"),
    ("n0*exp(-m*g*x/(kb*T))", "n0/exp(m*x*g/(T*kb))", "[1,5]"),
    (
        "h/(2*pi)*w**3/(pi**2*c**2*(exp((h/(2*pi))*w/(kb*T)) - 1))",
        "h*w**3*exp(-h*w/(2*pi*kb*T))/(2*pi**3*c**2*(1 - exp(-h*w/(2*pi*kb*T))))",
        "[1,5]",
    ),
    ("n*kb*T*ln(V2/V1)", "n*kb*T*(ln(V2) - ln(V1))", "[1,5]"),
    ("sqrt(g*pr/rho)", "sqrt(g)*sqrt(pr)/sqrt(rho)", "[1,5]"),
    ("m*c**2/sqrt(1 - v**2/c**2)", "m*c**3/sqrt((c - v)*(c + v))", "m=[1,5]", "v=[1,2]", "c=[3,10]"),
    ("x1*(cos(w*t) + a*cos(w*t)**2)", "x1*cos(w*t) + a*x1*(1 + cos(2*w*t))/2", "[1,3]"),
    (
        "pd/(4*pi*epsilon)*3*z/r**5*sqrt(x**2 + y**2)",
        "3*pd*z*sqrt((x**2 + y**2)/r**10)/(4*pi*epsilon)",
        "[1,3]",
    ),
    (
        "pd/(4*pi*epsilon)*3*cos(t)*sin(t)/r**3",
        "3*pd*sin(2*t)/(8*pi*epsilon*r**3)",
        "[1,3]",
    ),
    ("n*a/(1 - (n*a/3))*epsilon*Ef", "3*n*a*epsilon*Ef/(3 - n*a)", "n=[0,1]", "a=[0,1]", "[1,2]"),
    ("1 + n*a/(1 - (n*a/3))", "(3 + 2*n*a)/(3 - n*a)", "[0,1]"),
    ("sqrt(w**2/c**2 - pi**2/d**2)", "sqrt(w**2*d**2 - pi**2*c**2)/(c*d)",
     "w=[4,6]", "c=[1,2]", "d=[2,4]"),
    (
        "n0/(exp(mom*B/(kb*T)) + exp(-mom*B/(kb*T)))",
        "n0*exp(mom*B/(kb*T))/(exp(2*mom*B/(kb*T)) + 1)",
        "[1,3]",
    ),
    (
        "n*mom*tanh(mom*B/(kb*T))",
        "n*mom*(1 - 2/(exp(2*mom*B/(kb*T)) + 1))",
        "[1,5]",
    ),
    ("1/(exp((h/(2*pi))*w/(kb*T)) - 1)", "exp(-h*w/(2*pi*kb*T))/(1 - exp(-h*w/(2*pi*kb*T)))", "[1,5]"),
    ("sin(En*t/(h/(2*pi)))**2", "(1 - cos(4*pi*En*t/h))/2", "En=[1,2]", "t=[1,2]", "h=[1,4]"),
    ("mom*sqrt(Bx**2 + By**2 + Bz**2)", "sqrt((mom*Bx)**2 + (mom*By)**2 + (mom*Bz)**2)", "[1,5]"),
    ("I0*(exp(q*V/(kb*T)) - 1)", "I0*(exp(q*V/(2*kb*T)) - 1)*(exp(q*V/(2*kb*T)) + 1)",
     "I0=[1,5]", "[1,2]"),
    ("2*U*(1 - cos(k*d))", "4*U*sin(k*d/2)**2", "[1,5]"),
    ("(h/(2*pi))**2/(2*En*d**2)", "h**2/(8*pi**2*En*d**2)", "[1,5]"),
    ("-m*q**4/(2*(4*pi*epsilon)**2*(h/(2*pi))**2)*(1/n**2)",
     "-m*q**4/(8*epsilon**2*h**2*n**2)", "[1,5]"),
    ("beta*(1 + a*cos(t))", "beta*(1 + a) - 2*a*beta*sin(t/2)**2", "[1,5]"),
    ("1/(g - 1)*pr*V", "-pr*V/(1 - g)", "g=[2,5]", "[1,5]"),
    ("q*(Ef + B*v*sin(t))", "q*Ef + q*v*B*cos(t - pi/2)", "[1,5]"),
    ("q/(4*pi*epsilon*r*(1 - v/c))", "c*q/(4*pi*epsilon*r*(c - v))",
     "v=[1,2]", "c=[3,10]", "[1,5]"),
    ("Pwr/(4*pi*r**2)", "Pwr*(1/(2*r))**2/pi", "[1,5]"),
]  # fmt: skip


def claims() -> Iterator[TrueClaim]:
    yield from family("physics", LAWS)
