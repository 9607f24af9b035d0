"""Sixty tasks as somebody with a log or a file would write them, learned by the command line.

    python benchmarks/natural_tasks.py [TASK ...] [--seed SEED] [--processes N] [--output FILE]

Machines of up to 100 states, regular expressions, transducers, decimal arithmetic, caches and logs
of protocols: one alphabet, no separator and no end mark beyond what people write, answers of one
token at the end, or beside the prompt, or of another length. Files, lengths and counting are those
of `tasks_from_examples.py`. Writes benchmarks/results/natural_tasks.json.
"""

import re
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from random import Random

from tasks_from_examples import main, mapped

RESULTS = Path(__file__).parent / "results" / "natural_tasks.json"


def aligned(letters, step, weights=None):
    """An answer token for every event: `step(state, event)` gives the state and the token; state 0."""

    def draw(source, length):
        prompt = source.choices(letters, weights, k=length)
        state, answer = 0, []
        for event in prompt:
            state, said = step(state, event)
            answer.append(said)
        return prompt, answer

    return draw


def random_mealy(states, letters, outputs, seed):
    """A machine whose transitions and outputs are drawn."""
    source = Random(seed)
    table = {
        (q, a): (source.randrange(states), source.choice(outputs))
        for q in range(states)
        for a in letters
    }
    return aligned(letters, lambda state, event: table[state, event])


def matching(letters, pattern, inside):
    """yes or no; half of the prompts are made to match by `inside`, and some of these are edited."""
    matches = re.compile(pattern).fullmatch

    def draw(source, length):
        kind = source.random()
        if kind < 0.4:
            prompt = source.choices(letters, k=length)
        else:
            prompt = inside(source, length)[:length] or source.choices(letters, k=length)
            if kind > 0.7:
                prompt[source.randrange(len(prompt))] = source.choice(letters)
        return prompt, ["yes" if matches("".join(prompt)) else "no"]

    return draw


def pieces(*words):
    """A prompt made of words."""

    def inside(source, length):
        made = []
        while len(made) < length:
            made += source.choice(words)
        return made

    return inside


def numbers(sign, answer, base=10, backwards=False, order=False):
    """Two numbers as they are written, with a sign between and = at the end."""

    def draw(source, length):
        half = max(1, (length - 2) // 2)
        sizes = [source.randint(max(1, half - 2), half) for _ in "ab"]
        a, b = (source.randrange(base**size) for size in sizes)
        if order:
            a, b = max(a, b), min(a, b)
        one, other = digits(a, base, backwards), digits(b, base, backwards)
        return [*one, sign, *other, "="], answer(a, b)

    return draw


def digits(value, base=10, backwards=False, width=1):
    found = []
    while value or len(found) < width:
        value, digit = divmod(value, base)
        found.append(str(digit))
    return found if backwards else found[::-1]


def value_of(tokens, base=10, backwards=False):
    found = 0
    for token in reversed(tokens) if backwards else tokens:
        found = found * base + int(token)
    return found


def substituted(pattern, replacement):
    """What `re.sub` makes of a prompt of single characters."""
    return lambda prompt: list(re.sub(pattern, replacement, "".join(prompt)))


def elevator(floor, event):
    target = {"up": min(4, floor + 1), "down": max(0, floor - 1), "lobby": 0}.get(event, floor)
    return target, f"floor{target}" if target != floor else "stay"


def vending(cents, event):
    if event in ("5", "10", "20"):
        total = cents + int(event)
        return (total, "ok") if total <= 40 else (cents, "reject")
    if event == "return":
        return 0, f"change{cents}"
    price = {"tea": 25, "coffee": 35}[event]
    return (cents - price, event) if cents >= price else (cents, "more")


def crossing(state, event):
    """Green for cars until somebody presses; then yellow, red, red, green, tick by tick."""
    if event == "press":
        return (1 if state == 0 else state), "wait"
    after = {0: 0, 1: 2, 2: 3, 3: 4, 4: 0}[state]
    return after, {0: "green", 1: "green", 2: "yellow", 3: "red", 4: "red"}[after]


def cache(keep, recent):
    """Hits and misses of so many places; a hit makes a key the latest one, or not."""

    def step(state, key):
        known = list(state or ())
        said = "hit" if key in known else "miss"
        if said == "miss" or recent:
            known = [key, *(k for k in known if k != key)][:keep]
        return tuple(known), said

    return step


def buffer(state, event):
    held = list(state or ())
    if event == "get":
        return (tuple(held[1:]), held[0]) if held else ((), "empty")
    return ((*held, event), "ok") if len(held) < 2 else (tuple(held), "full")


def unbounded(last):
    """A queue, or a stack: what is put in comes out again; get of nothing says none."""

    def answer(prompt):
        held, said = [], []
        for event in prompt:
            if event == "get":
                said.append(held.pop(-1 if last else 0) if held else "none")
            else:
                held.append(event)
                said.append("ok")
        return said

    return answer


def lockout(failures, event):
    """Three wrong passwords lock the account until it is reset; right ones open a session."""
    if event == "reset":
        return 0, "ok"
    if failures == "in":
        return (0, "bye") if event == "logout" else ("in", "busy")
    if failures == 3:
        return 3, "locked"
    if event == "logout":
        return failures, "nobody"
    return ("in", "welcome") if event == "right" else (failures + 1, "wrong")


def mutex(state, event):
    """Two processes that ask for a lock, wait and release it."""
    owner, waiting = state or ("", "")
    who, what = event[0], event[1:]
    if what == "+":
        if owner == "":
            return (who, ""), "granted"
        return ((owner, who), "wait") if owner != who and not waiting else ((owner, waiting), "no")
    if owner != who:
        return (owner, waiting), "no"
    return (waiting, ""), f"next{waiting}" if waiting else "free"


def session(table, length, source):
    """A walk through a protocol, most events valid where they come."""
    events = sorted({event for _, event in table})
    state, found = next(iter(table))[0], []
    for _ in range(length):
        valid = [event for event in events if (state, event) in table]
        event = source.choice(valid if valid and source.random() < 0.8 else events)
        found.append(event)
        state = table.get((state, event), (state, ""))[0]
    return found


def protocol(table):
    """The log of a protocol: what is answered to every event, `error` where it is out of place."""

    def draw(source, length):
        prompt, answer = session(table, length, source), []
        state = next(iter(table))[0]
        for event in prompt:
            state, said = table.get((state, event), (state, "error"))
            answer.append(said)
        return prompt, answer

    return draw


TCP = {
    ("closed", "listen"): ("listen", "-"), ("closed", "connect"): ("syn-sent", "SYN"),
    ("listen", "syn"): ("syn-received", "SYN+ACK"), ("listen", "close"): ("closed", "-"),
    ("syn-sent", "syn+ack"): ("established", "ACK"), ("syn-sent", "syn"): ("syn-received", "ACK"),
    ("syn-sent", "close"): ("closed", "-"), ("syn-received", "ack"): ("established", "-"),
    ("syn-received", "close"): ("fin-wait-1", "FIN"), ("established", "close"): ("fin-wait-1", "FIN"),
    ("established", "fin"): ("close-wait", "ACK"), ("close-wait", "close"): ("last-ack", "FIN"),
    ("last-ack", "ack"): ("closed", "-"), ("fin-wait-1", "ack"): ("fin-wait-2", "-"),
    ("fin-wait-1", "fin"): ("closing", "ACK"), ("fin-wait-2", "fin"): ("time-wait", "ACK"),
    ("closing", "ack"): ("time-wait", "-"), ("time-wait", "timeout"): ("closed", "-"),
}  # fmt: skip
SMTP = {
    ("start", "HELO"): ("ready", "250"), ("ready", "MAIL"): ("mail", "250"),
    ("ready", "QUIT"): ("start", "221"), ("ready", "RSET"): ("ready", "250"),
    ("mail", "RCPT"): ("rcpt", "250"), ("mail", "RSET"): ("ready", "250"),
    ("rcpt", "RCPT"): ("rcpt", "250"), ("rcpt", "DATA"): ("data", "354"),
    ("rcpt", "RSET"): ("ready", "250"), ("data", "line"): ("data", "-"),
    ("data", "."): ("ready", "250"), ("mail", "QUIT"): ("start", "221"),
    ("rcpt", "QUIT"): ("start", "221"),
}  # fmt: skip
MORSE = {
    ".": "E", "-": "T", "..": "I", ".-": "A", "-.": "N", "--": "M", "...": "S", "..-": "U",
    ".-.": "R", ".--": "W", "-..": "D", "-.-": "K", "--.": "G", "---": "O",
}  # fmt: skip


def morse(source, length):
    code = source.choices([*MORSE], k=max(1, length // 3))
    return [token for sign in code for token in (*sign, "/")], [MORSE[sign] for sign in code]


def run_lengths(source, length):
    """Runs of up to five, as their letter and length."""
    runs, last = [], ""
    while sum(count for _, count in runs) < length:
        last = source.choice([letter for letter in "abc" if letter != last])
        runs.append((last, source.randint(1, 5)))
    return (
        [letter for letter, count in runs for _ in range(count)],
        [part for letter, count in runs for part in (letter, str(count))],
    )


def expanded(source, length):
    written, runs = run_lengths(source, 2 * length)
    runs = runs[: max(2, length // 2 * 2)]
    return runs, written[: sum(int(count) for count in runs[1::2])]


def caps(prompt):
    upper, said = False, []
    for token in prompt:
        if token == "lock":
            upper = not upper
        else:
            said.append(token.upper() if upper else token)
    return said


def stuffed(prompt):
    ones, said = 0, []
    for bit in prompt:
        said.append(bit)
        ones = ones + 1 if bit == "1" else 0
        if ones == 3:
            said.append("0")
            ones = 0
    return said


def convolved(prompt):
    padded = ["0", "0", *prompt]
    bits = [[int(bit) for bit in padded[at : at + 3]] for at in range(len(prompt))]
    return [str(part) for a, b, c in bits for part in ((a + b + c) % 2, (a + c) % 2)]


def collatz(source, length):
    bits = [*source.choices("01", k=length - 1), "1"]
    value = value_of(bits, 2, backwards=True)
    return bits, digits(3 * value + 1 if value % 2 else value // 2, 2, backwards=True)


def quotient(prompt):
    rests = list(accumulate(prompt, lambda rest, digit: (rest * 10 + int(digit)) % 7, initial=0))
    return [str((r * 10 + int(d)) // 7) for r, d in zip(rests, prompt, strict=False)]


def in_threes(answer):
    """Prompts of bits whose number is a multiple of three."""

    def draw(source, length):
        prompt = source.choices("01", k=max(3, length // 3 * 3))
        return prompt, answer(prompt)

    return draw


def camel(source, length):
    """Words of two letters each, joined by underscores."""
    prompt = [
        token for _ in range(max(1, length // 3)) for token in [*source.choices("xyz", k=2), "_"]
    ]
    prompt.pop()
    return prompt, list(re.sub("_(.)", lambda found: found[1].upper(), "".join(prompt)))


DECIMAL = "0123456789"
NUMBER = r"[+-]?d+(\.d+)?(e[+-]?d+)?"

TASKS = {
    # Machines that answer every event.
    "Mealy, 20 states": random_mealy(20, "ab", "xy", 1),
    "Mealy, 20 states, 4 events": random_mealy(20, "abcd", "xyz", 2),
    "Mealy, 20 states, says little": random_mealy(20, "ab", "-----x", 3),
    "Mealy, 50 states": random_mealy(50, "ab", "xy", 4),
    "Mealy, 100 states": random_mealy(100, "ab", "xy", 5),
    "Mealy, 100 states, 3 events": random_mealy(100, "abc", "wxyz", 6),
    "elevator": aligned(["up", "down", "lobby", "door"], elevator),
    "vending machine": aligned(["5", "10", "20", "tea", "coffee", "return"], vending),
    "pedestrian crossing": aligned(["press", "tick"], crossing, [1, 3]),
    "day of the week": aligned(
        ["next", "back", "week"],
        lambda day, event: (
            (after := (day + {"next": 1, "back": 6, "week": 0}[event]) % 7),
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][after],
        ),
    ),
    # Logs.
    "TCP": protocol(TCP),
    "SMTP": protocol(SMTP),
    "login with lockout": aligned(["right", "wrong", "logout", "reset"], lockout, [2, 4, 2, 1]),
    "mutex": aligned(["A+", "A-", "B+", "B-"], mutex),
    "LRU of 2 over 4 keys": aligned("abcd", cache(2, recent=True)),
    "LRU of 3 over 4 keys": aligned("abcd", cache(3, recent=True)),
    "FIFO cache of 2 over 4 keys": aligned("abcd", cache(2, recent=False)),
    "buffer of 2": aligned(["x", "y", "get"], buffer),
    "queue": mapped(["x", "y", "get", "get"], unbounded(last=False)),
    "stack": mapped(["x", "y", "get", "get"], unbounded(last=True)),
    # Regular expressions, answered by one token.
    "(ab|ba)*": matching("ab", "(ab|ba)*", pieces("ab", "ba")),
    "contains abba": matching("ab", ".*abba.*", pieces("abba", "a", "b")),
    "no three in a row": matching("ab", "(?!.*(aaa|bbb)).*", pieces("ab", "aab", "abb")),
    "a*b*c*": matching("abc", "a*b*c*", lambda source, length: sorted(source.choices("abc", k=length))),
    "address": matching("x@.", r"x+(\.x+)*@x+(\.x+)+", pieces("x", "x", "x.", "x@", "x.x")),
    "number literal": matching("d+-.e", NUMBER, pieces("d", "d", "d", ".d", "e+d", "ed")),
    "even a, odd b": mapped(
        "ab", lambda p: ["yes" if (p.count("a") % 2, p.count("b") % 2) == (0, 1) else "no"]
    ),
    "third from the end": mapped("ab", lambda p: ["yes" if p[-3:-2] == ["a"] else "no"]),
    "multiple of 7, binary": mapped("01", lambda p: ["yes" if value_of(p, 2) % 7 == 0 else "no"]),
    "decimal modulo 7": mapped(DECIMAL, lambda p: [str(value_of(p) % 7)]),
    # Transducers.
    "drop repetitions": mapped("abc", lambda p: [letter for letter, _ in groupby(p)]),
    "strip comments": mapped("ab<>", substituted("<[^>]*>?", "")),
    "escape quotes": mapped('ab"', substituted('(")', r"\\\1")),
    "collapse blanks": mapped("ab__", lambda p: list("_".join("".join(p).replace("_", " ").split()))),
    "ab to x": mapped("abc", substituted("ab", "x")),
    "run lengths": run_lengths,
    "expand run lengths": expanded,
    "Morse": morse,
    "differences of bits": mapped("01", lambda p: [str(int(a != b)) for a, b in pairwise(["0", *p])]),
    "bit stuffing": mapped("01", stuffed),
    "convolutional code": mapped("01", convolved),
    "caps lock": mapped(["a", "b", "c", "lock"], caps),
    "snake to camel": camel,
    "each once": mapped("abcde", lambda p: list(dict.fromkeys(p))),
    "bits to octal": in_threes(lambda p: [str(value_of(p[at : at + 3], 2)) for at in range(0, len(p), 3)]),
    # Arithmetic.
    "divide by 7": mapped(DECIMAL, quotient),
    "divide by 7, with the rest": mapped(
        DECIMAL, lambda p: [*quotient(p), "rest", str(value_of(p) % 7)]
    ),
    "times 3, units first": mapped(
        DECIMAL, lambda p: digits(3 * value_of(p, backwards=True), backwards=True, width=len(p))
    ),
    "times 2": mapped(DECIMAL, lambda p: digits(2 * value_of(p), width=len(p))),
    "plus 1, units first": mapped(
        DECIMAL, lambda p: digits(value_of(p, backwards=True) + 1, backwards=True, width=len(p))
    ),
    "plus 1": mapped(DECIMAL, lambda p: digits(value_of(p) + 1, width=len(p))),
    "digit sum modulo 10": mapped(DECIMAL, lambda p: [str(sum(map(int, p)) % 10)]),
    "Collatz step": collatz,
    "a+b=, binary": numbers("+", lambda a, b: digits(a + b, 2), base=2),
    "a+b=, binary, units first": numbers(
        "+", lambda a, b: digits(a + b, 2, backwards=True), base=2, backwards=True
    ),
    "a+b=, units first": numbers("+", lambda a, b: digits(a + b, backwards=True), backwards=True),
    "a-b=, binary, units first": numbers(
        "-", lambda a, b: digits(a - b, 2, backwards=True), base=2, backwards=True, order=True
    ),
    # Sequences.
    "sort 8 letters": mapped("abcdefgh", sorted),
    "maximum": mapped(DECIMAL, lambda p: [max(p)]),
    "reverse": mapped("abcd", lambda p: p[::-1]),
}  # fmt: skip


if __name__ == "__main__":
    main(TASKS, RESULTS, __doc__.splitlines()[0])
