"""Shortest paths by a learned relaxation: a NAU for the message, a register for the minimum (survey, 7.2)."""

from __future__ import annotations

from collections import Counter

import numpy as np
import torch
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from torch import Tensor, nn

from ...models import NAU, network_member
from ...ranges import Range
from ._networks import commonest, counted, formulas, verdicts
from ._registers import fitted, smaller
from .experiment import Cell, Experiment, Row, Tell

LARGEST_WEIGHT, NODES = 9, 10
_FAR = 1_000_000
TRUTH = "Min(x1 + x2, x3)"
"""x1 is the distance of an edge's first node, x2 the edge's weight, x3 the distance of its second node."""


def _network(random: torch.Generator) -> nn.Module:
    return nn.Sequential(NAU(3, 2, generator=random), smaller(random))


def _graph(size: int, largest: int, seed: int) -> csr_matrix:
    """A connected graph: a random tree, and other edges with probability 1/(2·size)."""
    random = np.random.default_rng(seed)
    joined = np.triu(random.random((size, size)) < 0.5 / size, 1)
    for node in range(1, size):
        joined[random.integers(node), node] = True
    weights = np.where(joined, random.integers(1, largest + 1, (size, size)), 0)
    return csr_matrix(weights + weights.T)


@torch.no_grad()
def _distances(network: nn.Module, graph: csr_matrix, largest: int) -> list[float]:
    """Bellman–Ford with the network in place of the relaxation, node 0 being the start."""
    edges = graph.tocoo()
    size = graph.shape[0]
    distance = torch.full((size,), float(size * largest), dtype=torch.float64)
    distance[0] = 0
    for _ in range(size - 1):
        before = distance.clone()
        for u, v, weight in zip(edges.row, edges.col, edges.data, strict=True):
            x = torch.stack([distance[u], torch.tensor(float(weight)).double(), distance[v]])
            distance[v] = network(x[None])[0, 0]
        if torch.equal(before, distance):
            break
    return [float(length) for length in distance.tolist()]


def _right(network: nn.Module, size: int, largest: int, seed: int) -> bool:
    graph = _graph(size, largest, seed)
    truth = dijkstra(graph, directed=False, indices=0)
    return bool((np.abs(truth - _distances(network, graph, largest)) < 0.5).all())


def _cells(quick: bool) -> list[Cell]:
    return [{"seeds": 2 if quick else 10, "iterations": 50 if quick else 4_000}]


def _run(cell: Cell, tell: Tell) -> Row:
    seeds, iterations = int(cell["seeds"] or 1), int(cell["iterations"] or 1)

    def sample(generator: torch.Generator) -> tuple[Tensor, Tensor]:
        far = torch.randint(0, LARGEST_WEIGHT * NODES // 3, (128, 2), generator=generator).float()
        weights = torch.randint(1, LARGEST_WEIGHT + 1, (128, 1), generator=generator).float()
        x = torch.cat([far[:, :1], weights, far[:, 1:]], -1)
        return x, torch.minimum(x[:, :1] + x[:, 1:2], x[:, 2:]).expand(seeds, -1, -1)

    networks = fitted(_network, seeds, sample, iterations, tell)
    tell(1.0, "judging")
    found = formulas(networks, seeds)
    extents = [Range.parse(f"[0,{_FAR}]")] * 3
    row: dict[str, str] = {}
    for factor in (1, 4):
        right: Counter[str] = Counter()
        for place in range(seeds):
            network = network_member(networks, place).double()
            right[
                "right"
                if _right(network, NODES * factor, LARGEST_WEIGHT * factor, place)
                else "wrong"
            ] += 1
        row[f"{NODES * factor}_nodes_weights_to_{LARGEST_WEIGHT * factor}"] = counted(right)
    return {
        **row,
        "formula": commonest(found),
        "relaxation_up_to_10^6": verdicts(found, TRUTH, extents),
        "published": "extrapolates, better with larger weights",
    }


EXPERIMENT = Experiment(
    _cells,
    _run,
    note="A proved relaxation, done along all edges once less than there are nodes, gives the shortest paths "
    "of every graph whose path lengths stay below 10^6: that is Bellman and Ford's theorem.",
)
