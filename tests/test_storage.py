"""JSON is read strictly: what two readers could take differently is refused."""

from __future__ import annotations

import pytest

from nalmx.errors import RunError
from nalmx.storage import parse_json, read_json, same_json


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1, "a": 1}', 'the key "a" stands there twice'),
        ('[{"b": {"a": 1, "c": 2, "a": 3}}]', 'the key "a" stands there twice'),
        ("NaN", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ('{"a": 1e999}', "1e999 is too large"),
        (r'["\ud800"]', "not Unicode"),
        (b"\xff\xff", "not Unicode"),
        ("[" * 100_000, "nested too deeply"),
        ("1" * 10_000, "digits"),
        ("{", "column 2"),
        ("1 2", "Extra data"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_read_in_two_ways_is_refused(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        parse_json(text)
    path = tmp_path / "a.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RunError, match="it is not JSON") as error:
        read_json(path)
    assert "\n" not in str(error.value)


def test_what_is_json_is_read_as_it_is():
    text = r'{"a": [1, 1.5, true, null, "\ud83d\ude00"], "b": {}}'
    assert parse_json(text) == {"a": [1, 1.5, True, None, "😀"], "b": {}}


def test_one_and_true_and_one_point_zero_are_three_values():
    assert not any(same_json(a, b) for a, b in [(1, 1.0), (1, True), (1.0, True), (0, False)])
    assert same_json({"a": 1, "b": [2]}, {"b": [2], "a": 1})
