"""The tree of all prompts, with what each of its steps says: where the merging of states begins.

Three forms of what is said: a token for each token of the prompt (`beside`), everything when the
prompt has ended (`last`), or as early as all examples agree (`early`, the onward form of Oncina,
García & Vidal 1993).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ....clock import look
from ...tasks import Example, Tokens
from ...vocabulary import Ids, Vocabulary
from .fold import BEGIN, COUNT, END, FIELDS, LAST, NONE, RED, STOP

Form: TypeAlias = Literal["beside", "last", "early"]
_MOST_CELLS = 1_500_000  # numbers that are known of all nodes
_MOST_NODES = 60_000
_MOST_CLASSES = 200  # answers that are one token


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes by number, 0 the root; slices of answers are places in `said`, one answer after another.

    The way into a node says said[BEGIN:END]; where a prompt ends there, said[LAST:STOP] is said, and
    LAST is NONE where none ended. COUNT examples pass. Then, for each token, the node that it leads to
    (NONE where no prompt goes), and the node whose way it is, also after its target was merged.
    """

    memory: Ids  # (nodes · width,)
    width: int  # FIELDS, and two for each token
    said: Ids  # tokens of answers, as numbers
    words: tuple[Tokens, ...]  # what a number says
    nats: np.ndarray  # −ln of how often each place's token is said (to the token beside it, if any)
    rigid: bool  # nothing is said sooner or later

    def nodes(self) -> Ids:
        """A view of the memory, node by node."""
        return self.memory.reshape(-1, self.width)


def forms_of(examples: Sequence[Example]) -> list[Form]:
    """The forms that examples may have, the simplest first."""
    answers = {example.answer for example in examples}
    found: list[Form] = []
    if all(len(e.answer) == len(e.prompt) for e in examples):
        found.append("beside")
    if 1 < len(answers) <= min(_MOST_CLASSES, len(examples) // 2):
        found.append("last")
    return [*found, "early"]


def tree_of(examples: Sequence[Example], vocabulary: Vocabulary, form: Form) -> Tree | None:
    """The tree of examples, the short ones first, as many as there is room for.

    None where equal prompts, or what is said beside their equal beginnings, have different answers.
    """
    if form == "last":
        words = tuple(dict.fromkeys(example.answer for example in examples))
        numbers: dict[object, int] = {word: at for at, word in enumerate(words)}
        answers = {e.answer: [numbers[e.answer]] for e in examples}
    else:
        words = tuple((token,) for token in vocabulary.answer)
        numbers = {token: at for at, token in enumerate(vocabulary.answer)}
        answers = {e.answer: [numbers[token] for token in e.answer] for e in examples}
    symbols = {token: at for at, token in enumerate(vocabulary.prompt)}
    most = min(_MOST_NODES, _MOST_CELLS // (FIELDS + 2 * len(symbols)))
    children: list[dict[int, int]] = [{}]
    first, count = [0], [0]  # of each node: where the answer of its first example stands
    same, last, stop = [0], [NONE], [0]  # tokens that all answers from there begin with
    said: list[int] = []
    asked: list[int] = []
    depth = [0]
    for example in sorted(dict.fromkeys(examples), key=lambda e: (len(e.prompt), e.prompt)):
        if len(children) > most:
            break
        look()
        answer, at, node = answers[example.answer], len(said), 0
        said += answer
        asked += [symbols[token] for token in example.prompt]
        path = [0]
        for token in example.prompt:
            new = children[node].setdefault(symbols[token], len(children))
            if new == len(children):
                children.append({})
                first.append(at)
                count.append(0)
                same.append(len(answer))
                depth.append(depth[node] + 1)
                last.append(NONE)
                stop.append(0)
            node = new
            path.append(node)
        for one in path:
            count[one] += 1
            if (
                form == "beside"
                and said[first[one] : first[one] + depth[one]][-1:] != answer[: depth[one]][-1:]
            ):
                return None
            if form == "early":
                same[one] = _common(said, first[one], answer, same[one])
        if last[node] != NONE and said[last[node] : stop[node]] != answer:
            return None
        last[node], stop[node] = at, len(said)
    n, tokens = len(children), len(symbols)
    same[0] = 0  # nothing is said before the first token
    nodes = np.full((n, FIELDS + 2 * tokens), NONE, np.int64)
    parent = np.zeros(n, np.int64)
    for node, of in enumerate(children):
        for symbol, new in of.items():
            nodes[node, FIELDS + 2 * symbol : FIELDS + 2 * symbol + 2], parent[new] = new, node
    told = {"beside": depth, "last": [0] * n, "early": same}[form]
    until = np.array(first) + told
    nodes[:, BEGIN], nodes[:, END] = np.array(first) + np.array(told)[parent], until
    nodes[:, COUNT], nodes[:, RED] = count, False
    nodes[:, LAST], nodes[:, STOP] = (
        np.where(np.array(last) == NONE, NONE, last + np.array(told)),
        stop,
    )
    if form == "beside":  # every prompt may end, and says nothing more
        nodes[:, [LAST, STOP]] = 0
    beside = asked if form == "beside" else [0] * len(said)
    pairs = [*zip(beside, said, strict=True)]
    often, total = Counter(pairs), Counter(beside)
    nats = np.log(np.array([total[a] / often[a, s] for a, s in pairs], float))
    return Tree(
        nodes.ravel(), nodes.shape[1], np.array(said, np.int64), words, nats, form != "early"
    )


def _common(said: list[int], begin: int, answer: Sequence[int], most: int) -> int:
    """How many tokens an answer has in common with another one, at most so many."""
    most = min(most, len(answer))
    for at in range(most):
        if said[begin + at] != answer[at]:
            return at
    return most
