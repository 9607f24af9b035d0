"""The sentences of the survey: what the page says is what the checkers say."""

import pytest
import survey_claims

from nalmx.expression import parse, to_text


def test_a_sentence_shows_its_claim_and_its_verdict():
    sentence = survey_claims.of("1", "It is.", "x1*x1", "x1**2", {"x1": "[0,1]"}, "Yes.")
    assert sentence.claim == "`x1*x1` is `x1**2`, x1 in [0,1]"
    assert sentence.verdict == "proved"
    assert survey_claims.settled("x1", "x1 + 1", "[2,2]") == "refuted at x1 = 2"
    assert survey_claims.settled("tanh(x1)", "1", "[9,10]", "abs:1e-6") == "bounded within abs:1e-6"


def test_lists_of_modules_are_exhaustive():
    assert len(list(survey_claims.single_nalus(3))) == 54
    assert len(set(survey_claims.single_nalus(2))) == 18
    found = set(map(to_text, survey_claims.stacked_nmus(2, 2)))
    powers = {"1", "x1", "x2", "x1**2", "x2**2", "x1*x2", "x1**2*x2", "x1*x2**2", "x1**2*x2**2"}
    assert found == powers
    counted = survey_claims.counted([(parse("x1"), "x1"), (parse("x1"), "x2")], "[2,6]")
    assert counted == "1 of 2 proved, 1 of 2 refuted"


@pytest.mark.slow
def test_the_page_is_what_the_script_writes():
    assert survey_claims.DOCUMENT.read_text() == survey_claims.document()
