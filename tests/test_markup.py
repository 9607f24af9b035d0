"""HTML in which every text is escaped."""

import pytest

from nalmx.expression import parse
from nalmx.expression.mathml import mathml
from nalmx.markup import element, joined


def test_texts_are_escaped_and_elements_are_not():
    inner = element("b", "1 < 2 & 'so'")
    assert element("p", inner, "<i>") == "<p><b>1 &lt; 2 &amp; &#x27;so&#x27;</b>&lt;i&gt;</p>"
    assert joined(["a", ("<", None, 3)]) == "a&lt;3"


def test_a_text_made_of_markup_is_a_text_again():
    assert joined(element("b", "x") + "<i>") == "&lt;b&gt;x&lt;/b&gt;&lt;i&gt;"


def test_attributes_are_escaped_and_spelled_with_dashes():
    made = element("a", "x", class_="c", aria_label='"><b>', href=None)
    assert made == '<a class="c" aria-label="&quot;&gt;&lt;b&gt;">x</a>'
    assert element("br") == "<br>"


@pytest.mark.parametrize(
    "text, part",
    [
        ("x1/2", "<mfrac><mrow><mi>x₁</mi></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        ("sqrt(alpha)", "<msqrt><mi>α</mi></msqrt>"),
        ("a - b", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        ("x**y", "<msup><mrow><mi>x</mi></mrow><mrow><mi>y</mi></mrow></msup>"),
        ("Piecewise((1, x < 2), (0, True))", "<mtext>otherwise</mtext>"),
        ("abs(x)", "<mo>|</mo><mi>x</mi><mo>|</mo>"),
        ("2*x*(y + 1)", "<mn>2</mn><mo>⋅</mo><mi>x</mi><mo>⋅</mo>"),
    ],
)
def test_formulas_are_drawn_by_browsers(text, part):
    drawn = mathml(parse(text))
    assert part in drawn
    assert drawn.startswith('<math display="block"')
