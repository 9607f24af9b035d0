"""Random automata of nested words, some with a state that is nearly another one; and what tells two apart."""

from collections import deque
from dataclasses import dataclass
from random import Random

from nalmx.pntm.nested import NestedAutomaton
from nalmx.pntm.tasks import Example


@dataclass(frozen=True)
class Truth:
    """Tables of plain Python: `one[q, a]`, `two[p, pair, q]` and what is said in each state."""

    one: dict[tuple[int, str], int]
    two: dict[tuple[int, str, int], int]
    ends: list[str]
    letters: str
    pairs: tuple[str, ...]

    def answer(self, word: str) -> str:
        around, state = [], 0
        for token in word:
            if token in "([":
                around.append((state, token))
                state = 0
            elif token in ")]":
                before, opening = around.pop()
                state = self.two[before, opening + token, state]
            else:
                state = self.one[state, token]
        return self.ends[state]

    def word(self, random: Random, length: int) -> str:
        """A random word of so many tokens that closes what it opens."""
        found = ""
        while len(found) < length:
            inner = random.randint(0, length - len(found))
            if random.random() < 0.35 and len(found) + inner + 2 <= length:
                pair = random.choice(self.pairs)
                found += pair[0] + self.word(random, inner) + pair[1]
            else:
                found += random.choice(self.letters)
        return found

    def examples(self, random: Random, count: int, longest: int) -> tuple[Example, ...]:
        """So many words, each once, with their answers."""
        words = {self.word(random, random.randint(1, longest)) for _ in range(count)}
        return tuple(Example(tuple(word), (self.answer(word),)) for word in sorted(words))


def drawn(random: Random, near_copies: int) -> Truth:
    """Random tables of two to five states, and so many copies of states that differ in one entry."""
    states, letters = random.randint(2, 5), "abc"[: random.randint(1, 3)]
    pairs = ("()", "[]")[: random.choice([1, 1, 2])]
    every = range(states)
    truth = Truth(
        {(q, a): random.randrange(states) for q in every for a in letters},
        {(p, k, q): random.randrange(states) for p in every for k in pairs for q in every},
        [random.choice("xyz") for _ in every],
        letters,
        pairs,
    )
    for _ in range(near_copies):
        _add_near_copy(random, truth)
    return truth


def _add_near_copy(random: Random, truth: Truth) -> None:
    one, two, new = truth.one, truth.two, len(truth.ends)
    of = random.randrange(new)
    entries = [(table, key) for table in (one, two) for key, to in table.items() if to == of]
    if not entries:
        return
    leading, entry = random.choice(entries)
    for a in truth.letters:
        one[new, a] = one[of, a]
    for pair in truth.pairs:
        for q in range(new):
            two[new, pair, q], two[q, pair, new] = two[of, pair, q], two[q, pair, of]
        two[new, pair, new] = two[of, pair, of]
    truth.ends.append(truth.ends[of])
    leading[entry] = new
    own = [(one, key) for key in one if key[0] == new]
    own += [(two, key) for key in two if new in (key[0], key[2])]
    table, key = random.choice(own)
    table[key] = random.randrange(new)


def told_apart(truth: Truth, found: NestedAutomaton) -> str | None:
    """A word that both do not answer alike, by all pairs of states that words lead to; or None."""
    single = {token: at for at, token in enumerate(found.tokens)}
    pairs = {"".join(pair): at for at, pair in enumerate(found.pairs, len(found.tokens))}
    reached, grows = {(0, 0): ""}, True
    while grows:
        grows = False
        for (p, q), word in [*reached.items()]:
            next_ones = [
                ((truth.one[p, a], found.rules.get((q, single.get(a, -2), -1))), word + a)
                for a in truth.letters
            ]
            next_ones += [
                (
                    (truth.two[p, pair, x], found.rules.get((q, pairs.get(pair, -2), y))),
                    word + pair[0] + inner + pair[1],
                )
                for (x, y), inner in reached.items()
                for pair in truth.pairs
            ]
            for (x, y), longer in next_ones:
                if y is None or found.finals[y] != (truth.ends[x],):
                    return longer
                if (x, y) not in reached:
                    reached[x, y], grows = longer, True
    return None


@dataclass(frozen=True)
class Walks:
    """A finite automaton that allows some tokens in each state, and what it says in the end."""

    steps: list[dict[str, int]]
    ends: list[str]

    def examples(self, random: Random, count: int, longest: int) -> tuple[Example, ...]:
        """So many walks, each once, with what is said where they end."""
        found = {}
        for _ in range(count):
            word, state = "", 0
            for _ in range(random.randint(1, longest)):
                token = random.choice([*self.steps[state]])
                word, state = word + token, self.steps[state][token]
            found[word] = self.ends[state]
        return tuple(Example(tuple(word), (end,)) for word, end in found.items())

    def told_apart(self, found: NestedAutomaton) -> str | None:
        """The shortest walk that `found` answers otherwise, or not at all; or None."""
        seen, ahead = {(0, 0)}, deque([((0, 0), "")])
        while ahead:
            (p, q), word = ahead.popleft()
            for token, to in self.steps[p].items():
                known = token in found.tokens
                after = found.rules.get((q, found.tokens.index(token), -1)) if known else None
                if after is None or found.finals[after] != (self.ends[to],):
                    return word + token
                if (to, after) not in seen:
                    seen.add((to, after))
                    ahead.append(((to, after), word + token))
        return None


def drawn_walks(random: Random, near_copies: int) -> Walks:
    """Two to eight states of which each allows some tokens, and copies that differ in one step."""
    states, letters = random.randint(2, 8), "abcd"[: random.randint(2, 4)]
    steps = [
        {a: random.randrange(states) for a in letters if random.random() < 0.6}
        or {random.choice(letters): random.randrange(states)}
        for _ in range(states)
    ]
    ends = [random.choice("xyz") for _ in steps]
    for _ in range(near_copies):
        of, new = random.randrange(len(steps)), len(steps)
        ways = [(q, a) for q, row in enumerate(steps) for a, to in row.items() if to == of]
        if ways:
            q, a = random.choice(ways)
            steps.append({**steps[of]})
            ends.append(ends[of])
            steps[q][a] = new
            steps[new][random.choice([*steps[new]])] = random.randrange(new)
    return Walks(steps, ends)
