"""Published experiments beyond the Single Module Task, each a value in a file of its own.

The catalogue says of each what it is without loading what trains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .experiment import Experiment


@dataclass(frozen=True, slots=True)
class Entry:
    """An experiment's name, the file that has it, what it asks, where it is published, how long it takes.

    `minutes` is the processor time of the whole experiment on one core, measured or estimated from a cell.
    Each cell of a `seeded` one is run for as many seeds as are asked for, and has its `seed` as a setting.
    """

    name: str
    file: str
    title: str
    source: str
    minutes: float
    seeded: bool = False

    def experiment(self) -> Experiment:
        """The experiment itself."""
        found: Experiment = import_module(f"{__name__}.{self.file}").EXPERIMENT
        return found


_SURVEY = "Mistry, Farrahi & Hare (2022)"
CATALOGUE: tuple[Entry, ...] = (
    Entry(
        "two-layer",
        "two_layer",
        "An operation on two sums of 100 inputs, learned by two layers.",
        f"{_SURVEY}, section 6.2; Madsen & Johansen (2020)",
        8,
    ),
    Entry(
        "static",
        "static",
        "Six operations on two sums of 100 inputs, in parts of the error before training.",
        f"{_SURVEY}, section 6.2; Trask et al. (2018)",
        6,
    ),
    Entry(
        "simple-function",
        "simple_function",
        "An operation on sums of disjoint thirds of 100 inputs of both signs.",
        f"{_SURVEY}, section 6.2; Schlör et al. (2020), experiment 5",
        6,
    ),
    Entry(
        "large-scale",
        "large_scale",
        "An operation on two sums of 100 inputs, by 100 hidden sums.",
        f"{_SURVEY}, section 6.2; Heim et al. (2020)",
        6,
    ),
    Entry(
        "inalu-minimal",
        "inalu_minimal",
        "One operation of two inputs, and the distribution they are drawn from.",
        f"{_SURVEY}, section 6.5; Schlör et al. (2020), experiment 1",
        12,
    ),
    Entry(
        "inalu-magnitude",
        "inalu_magnitude",
        "One operation of two inputs, and how large they are.",
        f"{_SURVEY}, section 6.5; Schlör et al. (2020), experiment 2",
        5,
    ),
    Entry(
        "inalu-simple",
        "inalu_simple",
        "One operation of two inputs among ten.",
        f"{_SURVEY}, section 6.5; Schlör et al. (2020), experiment 3",
        5,
    ),
    Entry(
        "inalu-initialisation",
        "inalu_initialisation",
        "Where the raw parameters of two iNALUs start.",
        f"{_SURVEY}, sections 5.4 and 6.5; Schlör et al. (2020), experiment 4",
        5,
    ),
    Entry(
        "nsr-compare",
        "nsr_compare",
        "Comparisons of two numbers, up to 10^18.",
        f"{_SURVEY}, section 7.2; Faber & Wattenhofer (2020)",
        0.7,
    ),
    Entry(
        "nsr-piecewise",
        "nsr_piecewise",
        "A continuous and a discontinuous function of two cases.",
        f"{_SURVEY}, section 7.2; Faber & Wattenhofer (2020)",
        0.5,
    ),
    Entry(
        "nsr-minimum",
        "nsr_minimum",
        "The minimum of a list, for every length.",
        f"{_SURVEY}, section 7.2; Faber & Wattenhofer (2020)",
        0.5,
    ),
    Entry(
        "nsr-count",
        "nsr_count",
        "How often two numbers are equal, for every length.",
        f"{_SURVEY}, section 7.2; Faber & Wattenhofer (2020)",
        0.5,
    ),
    Entry(
        "bellman-ford",
        "bellman_ford",
        "Shortest paths by a learned relaxation, on every graph.",
        f"{_SURVEY}, section 7.2; Faber & Wattenhofer (2020)",
        0.6,
    ),
    Entry(
        "calcnet",
        "calcnet",
        "Expressions parsed by precedence, one trained module an operator.",
        f"{_SURVEY}, section 5.6; Rana et al. (2019)",
        0.5,
    ),
    Entry(
        "digits-add",
        "digits_add",
        "The sum of the digits on a list of images.",
        f"{_SURVEY}, section 6; Trask et al. (2018), Madsen & Johansen (2020)",
        0.2,
    ),
    Entry(
        "digits-product",
        "digits_product",
        "The product of the digits on a list of images.",
        f"{_SURVEY}, section 6; Madsen & Johansen (2020)",
        0.2,
    ),
    Entry(
        "digits-count",
        "digits_count",
        "How often each digit occurs on a list of images.",
        f"{_SURVEY}, section 6; Trask et al. (2018)",
        0.3,
    ),
    Entry(
        "digits-parity",
        "digits_parity",
        "Whether the sum of the digits on a list of images is odd.",
        f"{_SURVEY}, section 6; Trask et al. (2018)",
        0.3,
    ),
    Entry(
        "digits-compare",
        "digits_compare",
        "Whether one of two digits on images is larger.",
        f"{_SURVEY}, section 7.2; Faber & Wattenhofer (2020)",
        1,
    ),
    Entry(
        "redundancy",
        "redundancy",
        "One operation of two inputs beside irrelevant ones.",
        f"{_SURVEY}, figures 18 to 20",
        5,
    ),
    Entry(
        "recurrent",
        "recurrent",
        "Operations on sums over time, for every length, beside LSTM and GRU.",
        f"{_SURVEY}, section 6; Trask et al. (2018)",
        10,
    ),
    Entry(
        "fsir",
        "fsir",
        "The law of an epidemic with fractional powers, from a trajectory.",
        f"{_SURVEY}, section 8; Heim et al. (2020)",
        3,
    ),
    Entry(
        "nlrl",
        "nlrl",
        "Rules of And, Or and Not, and how wide layers must be.",
        f"{_SURVEY}, section 7.1; Reimann & Schwung (2019)",
        4,
    ),
    Entry(
        "relevance-gate",
        "relevance_gate",
        "One of two inputs, by power units with and without a relevance gate.",
        f"{_SURVEY}, section 6.3; Heim et al. (2020), figure 3",
        2,
    ),
    Entry(
        "number-words",
        "number_words",
        "Numbers in words, read by learned numbers, beside an LSTM.",
        f"{_SURVEY}, section 6.3; Trask et al. (2018)",
        2,
    ),
    Entry(
        "program-evaluation",
        "program_evaluation",
        "Sums read character by character, and a program of two branches.",
        f"{_SURVEY}, section 6.3; Trask et al. (2018)",
        2,
    ),
    Entry(
        "grid-world",
        "grid_world",
        "A walk that is to arrive in exactly T steps, learned by reward.",
        f"{_SURVEY}, section 6.3; Trask et al. (2018)",
        2,
    ),
    Entry(
        "identity",
        "identity",
        "y = x by networks with activations, inside and beyond the training range.",
        f"{_SURVEY}, section 1; Trask et al. (2018), figure 1",
        3,
    ),
    Entry(
        "chomsky",
        "chomsky",
        "Fifteen tasks of regular, context-free and context-sensitive languages.",
        "Delétang et al. (2023), Neural networks and the Chomsky hierarchy",
        40,
        seeded=True,
    ),
)
