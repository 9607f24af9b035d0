"""Files of examples: what is read, what is refused, and in which words."""

import json
import os

import pytest

from nalmx.errors import RunError, SettingError
from nalmx.pntm.tasks import Example, examples, read_examples, write_examples

GOOD = b'{"prompt": ["a"], "answer": ["b"]}\n'


def file_of(folder, content):
    path = folder / "data.jsonl"
    path.write_bytes(content)
    return path


def refusal(path):
    with pytest.raises(SettingError) as caught:
        read_examples(path)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 250 + len(str(path))
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


def test_tokens_are_known_by_their_spelling(tmp_path):
    path = file_of(
        tmp_path,
        b'{"prompt": ["2", 1, -2, 0.5, 1.0, 1e999, -0, 0], "answer": [true, false, null, "\\u00e9", "a b"]}',
    )
    assert read_examples(path) == [
        Example(
            ("2", "1", "-2", "0.5", "1.0", "1e999", "-0", "0"),
            ("true", "false", "null", "é", "a b"),
        )
    ]


@pytest.mark.parametrize("value", [b"1", b"-0", b"1.5", b"true", b"null"])
def test_a_token_is_spelled_as_a_string_or_not_in_all_files_read_together(tmp_path, value):
    plain = b'{"prompt": [%s], "answer": ["b"]}\n' % value
    quoted = plain.replace(value, b'"%s"' % value)
    for mixed in (plain + quoted, quoted + plain):
        message = refusal(file_of(tmp_path, GOOD + mixed))
        assert message.startswith(", line 3: ")
        assert "data.jsonl, line 2; they would be one token, so write it in one way" in message
    both = plain.replace(b'"b"', b'"%s"' % value)
    assert f', line 1: "{value.decode()}" stands here, and {value.decode()} in' in refusal(
        file_of(tmp_path, both)
    )
    spellings = examples.Spellings()
    read_examples(file_of(tmp_path, plain + GOOD), spellings)
    assert read_examples(file_of(tmp_path, quoted)) == read_examples(file_of(tmp_path, plain))
    with pytest.raises(SettingError, match="line 1; they would be one token"):
        read_examples(file_of(tmp_path, quoted), spellings)


def test_numbers_of_any_size_keep_their_digits(tmp_path):
    digits = "1234567890" * 20
    path = file_of(tmp_path, f'{{"prompt": [{digits}], "answer": [0.{"1" * 50}]}}'.encode())
    assert read_examples(path) == [Example((digits,), ("0." + "1" * 50,))]


def test_blank_lines_other_keys_and_a_byte_order_mark_are_skipped(tmp_path):
    line = b'{"id": [[1]], "answer": [], "prompt": ["\xc3\xa9"], "note": "x"}'
    content = b"\xef\xbb\xbf" + line + b"\r\n\n  \t\r\n" + GOOD.strip()
    assert read_examples(file_of(tmp_path, content)) == [
        Example(("é",), ()),
        Example(("a",), ("b",)),
    ]


def test_line_separators_inside_a_token_do_not_end_the_line(tmp_path):
    path = file_of(tmp_path, '{"prompt": ["\u2028", "\x85"], "answer": ["b"]}'.encode())
    assert read_examples(path) == [Example(("\u2028", "\x85"), ("b",))]


def test_a_prompt_may_have_two_answers(tmp_path):
    path = file_of(tmp_path, GOOD + GOOD.replace(b'"b"', b'"c"'))
    assert [e.answer for e in read_examples(path)] == [("b",), ("c",)]


def test_equal_tokens_share_their_memory(tmp_path):
    first, second = read_examples(file_of(tmp_path, GOOD.replace(b'"a"', b'"long token"') * 2))
    assert first.prompt[0] is second.prompt[0]


@pytest.mark.parametrize(
    "line, words",
    [
        (b"prompt,answer", "not JSON at column 1: Expecting value"),
        (b'{"prompt": ["a"]', "not JSON at column 17"),
        (GOOD.strip() * 2, "not JSON at column 35: Extra data"),
        (b"{'prompt': []}", "not JSON at column 2"),
        (b'["a"]', "a list is not an object; write"),
        (b"null", "null is not an object"),
        (b'"text"', '"text" is not an object'),
        (b'{"prompt": ["a"]}', '"answer" is missing'),
        (b'{"Prompt": ["a"], "answer": []}', '"prompt" is missing'),
        (b'{"prompt": "abc", "answer": []}', '"prompt" is "abc"; write a list of tokens'),
        (b'{"prompt": [], "answer": 12}', '"answer" is 12; write a list of tokens'),
        (b'{"prompt": null, "answer": []}', '"prompt" is null; write a list of tokens'),
        (b'{"prompt": {}, "answer": []}', '"prompt" is an object; write a list of tokens'),
        (b'{"prompt": [["a"]], "answer": []}', '"prompt" holds a list; a token is'),
        (b'{"prompt": [], "answer": [{}]}', '"answer" holds an object; a token is'),
        (b'{"prompt": [NaN], "answer": []}', 'NaN is not JSON; write "NaN"'),
        (b'{"prompt": [], "answer": [-Infinity]}', "-Infinity is not JSON"),
        (b'{"prompt": [], "answer": [], "x": NaN}', "NaN is not JSON"),
        (b'{"prompt": ["\xff"], "answer": []}', "byte 14 is not UTF-8"),
        (b'{"prompt": ["\\ud800"], "answer": []}', "half of a character"),
        (b'{"prompt": ["a\nb"], "answer": []}', "not JSON at column"),
        (b"\x00" * 100, "not JSON at column 1"),
        (b"\x1b[2J" * 1000, "not JSON at column 1"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"prompt":' * 100_000, "nested too deeply"),
        (b'{"prompt": [' + b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'{"prompt": ["' + b"x" * 201 + b'"], "answer": []}', "of 201 characters; at most 200"),
        (b'{"prompt": [' + b"9" * 6000 + b'], "answer": []}', "of 6,000 characters; at most 200"),
        (b'{"prompt": "' + b"x" * 9000 + b'", "answer": []}', 'xxx…"; write a list of tokens'),
        (b'{"prompt": ' + b"9" * 9000 + b', "answer": []}', "999…; write a list of tokens"),
        (
            b'{"prompt": ["a"], "prompt": ["b"], "answer": []}',
            'the key "prompt" stands there twice',
        ),
        (b'{"prompt": [], "answer": [], "x": {"y": 1, "y": 1}}', 'the key "y" stands there twice'),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_line_that_is_no_example_is_named(tmp_path, line, words):
    message = refusal(file_of(tmp_path, GOOD + b"\n" + line + b"\n" + GOOD))
    assert message.startswith(", line 3: ")
    assert words in message


def test_a_token_of_two_hundred_characters_is_read(tmp_path):
    path = file_of(tmp_path, GOOD.replace(b'["a"]', b'["' + b"x" * 200 + b'"]'))
    assert read_examples(path)[0].prompt == ("x" * 200,)


def test_a_line_has_at_most_a_hundred_thousand_tokens(tmp_path):
    most = json.dumps({"prompt": [1] * 50_000, "answer": [1] * 50_000}).encode()
    assert len(read_examples(file_of(tmp_path, most))[0].answer) == 50_000
    message = refusal(file_of(tmp_path, most.replace(b"[1", b"[1, 1", 1)))
    assert message == ", line 1: 100,001 tokens are too many; at most 100,000 go in a line"


def test_a_file_has_at_most_so_many_tokens(tmp_path, monkeypatch):
    monkeypatch.setattr(examples, "MOST_TOKENS_IN_ALL", 8)
    assert len(read_examples(file_of(tmp_path, GOOD * 4))) == 4
    message = refusal(file_of(tmp_path, GOOD * 5))
    assert message == ", line 5: more than 8 tokens up to here; give fewer examples"


def test_a_line_has_at_most_so_many_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(examples, "LARGEST_LINE", 100)
    assert read_examples(file_of(tmp_path, GOOD * 10))
    message = refusal(file_of(tmp_path, GOOD + b" " * 101 + GOOD))
    assert message == ", line 2: the line is too long; at most 100 bytes are read"


@pytest.mark.parametrize("content", [b"", b"\n \n\r\n", b"\xef\xbb\xbf"])
def test_a_file_without_examples_is_refused(tmp_path, content):
    assert "has no examples" in refusal(file_of(tmp_path, content))


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "nowhere.jsonl")
    assert "is a directory; give a file" in refusal(tmp_path)
    assert "cannot be read" in refusal(file_of(tmp_path, GOOD) / "below")
    assert "cannot be read" in refusal(tmp_path / ("x" * 5000))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert "is not a plain file" in refusal(path)


def test_a_file_of_over_a_gigabyte_is_refused_unread(tmp_path):
    path = file_of(tmp_path, GOOD)
    os.truncate(path, 1024**3 + 1)
    assert "has 1,073,741,825 bytes; at most 1,073,741,824 are read" in refusal(path)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = file_of(tmp_path, GOOD.decode().encode("utf-16"))
    assert refusal(path).startswith(", line 1: byte 1 is not UTF-8")


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "data.jsonl"
    own = [
        Example(("1", "null", "é", "\u2028", "\n", '"'), ()),
        Example((), ("a", " ", "")),
        Example(("1.50",), ("true",)),
    ]
    write_examples(path, own)
    assert read_examples(path) == own
    assert [entry.name for entry in tmp_path.iterdir()] == ["data.jsonl"]


def test_a_file_that_cannot_be_written_is_a_run_error(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        write_examples(tmp_path / "nowhere" / "data.jsonl", [])
