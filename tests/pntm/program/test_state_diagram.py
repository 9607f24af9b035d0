"""Diagrams of states: every state and every arrow once, in three languages, whatever tokens are."""

import re
from xml.etree import ElementTree

import pytest
from helpers_machines import copier, counter

from nalmx.errors import SettingError
from nalmx.pntm.program.state_diagram import arrows, state_label, states_dot, states_mermaid
from nalmx.pntm.transducer import Transducer
from nalmx.pntm.transducer_machine import finite_transducer, machine_of
from nalmx.pntm.vocabulary import Vocabulary
from nalmx.report.html.machines import states_sections
from nalmx.report.html.states import states_picture
from nalmx.report.program_figure import write_states

TURNSTILE = Transducer(
    ("coin", "push"),
    (((1, ("unlock",)), (0, ("no",))), ((1, ("thanks",)), (0, ("pass",)))),
    ((), ()),
)
ODD = Transducer(
    ('"', "<b>", "\\"), (((0, ()), (1, ()), None), ((2, ()), (0, ()), None), (None,) * 3),
    (("yes",), ("no",), None),
)  # fmt: skip


def test_arrows_between_two_states_are_one_with_all_tokens():
    assert arrows(TURNSTILE) == [
        (0, 1, "coin → unlock"),
        (0, 0, "push → no"),
        (1, 1, "coin → thanks"),
        (1, 0, "push → pass"),
    ]
    many = Transducer(tuple("abcdefgh"), (((0, ()),) * 8,), (("x",),))
    assert arrows(many) == [(0, 0, "a, b, c, d, e, f, … (8)")]
    assert [state_label(ODD, q) for q in range(3)] == ["q0: yes", "q1: no", "q2: ?"]


@pytest.mark.parametrize("machine", [TURNSTILE, ODD, finite_transducer(counter())])
def test_every_language_has_every_state_and_arrow_once(machine):
    count = len(arrows(machine))
    dot, mermaid = states_dot(machine), states_mermaid(machine)
    assert dot.count(" -> q") == mermaid.count("--> q") + mermaid.count("| q") == count + 1
    assert len(re.findall(r"^  q\d+ \[", dot, re.MULTILINE)) == machine.states
    assert len(re.findall(r"^  q\d+\(\[", mermaid, re.MULTILINE)) == machine.states
    drawn = ElementTree.fromstring(str(states_picture(machine)))
    titles = [title.text for title in drawn.iter("title")]
    assert titles == [label for *_, label in arrows(machine)]
    assert len([*drawn.iter("rect")]) == machine.states
    assert states_picture(machine) == states_picture(machine)


def test_text_of_tokens_is_no_language_of_its_own():
    for line in states_mermaid(ODD).splitlines()[2:]:
        assert not {"<", "\\"} & {*line.partition('"')[2].rpartition('"')[0]}
    assert '\\"' in states_dot(ODD)
    assert "<b>" not in str(states_picture(ODD))


def test_a_file_of_states_is_written_for_finite_machines_alone(tmp_path):
    machine = machine_of(
        TURNSTILE, Vocabulary(TURNSTILE.tokens, ("no", "pass", "thanks", "unlock"))
    )
    write_states(tmp_path / "a.dot", machine)
    write_states(tmp_path / "a.mmd", machine)
    assert (tmp_path / "a.dot").read_text() == states_dot(TURNSTILE)
    assert (tmp_path / "a.mmd").read_text() == states_mermaid(TURNSTILE)
    with pytest.raises(SettingError, match="has heads, and no finite states"):
        write_states(tmp_path / "b.dot", copier())


def test_a_report_shows_the_states_of_finite_machines_alone():
    (section,) = states_sections(counter())
    assert "<h2>3 states</h2>" in section
    assert section.count("<rect") == 3
    assert [name in section for name in ("states.dot", "states.mmd")] == [True, True]
    assert [*states_sections(copier())] == []


def test_many_states_are_not_drawn_but_written():
    steps = tuple((((q + 1) % 40, ("y",) if q == 39 else ("x",)),) for q in range(40))
    machine = machine_of(Transducer(("a",), steps, ((),) * 40), Vocabulary(("a",), ("x", "y")))
    (section,) = states_sections(machine)
    assert "<h2>40 states</h2>" in section
    assert "<svg" not in section
