"""Generated source on disk: where it lies, and that nothing but what this package writes is imported."""

from pathlib import Path

import pytest

from nalmx.codegen import cache

TEXT = "answer = 42\n"


pytestmark = pytest.mark.usefixtures("empty_cache")


def test_what_is_generated_lies_in_the_cache_directory_of_the_user(empty_cache):
    made = cache.compiled(TEXT, "some")
    assert made.answer == 42
    assert Path(made.__file__).parent == empty_cache
    assert [path.name.partition("_")[0] for path in empty_cache.glob("*.py")] == ["some"]


def test_a_source_that_was_tampered_with_is_written_anew_before_it_is_imported():
    path = Path(cache.compiled(TEXT, "some").__file__)
    written = path.read_bytes()
    path.write_bytes(b"raise AssertionError('imported')\n")
    cache.compiled.cache_clear()
    assert cache.compiled(TEXT, "some").answer == 42
    assert path.read_bytes() == written


def test_a_source_is_compiled_anew_where_the_functions_that_it_calls_have_changed(monkeypatch):
    first = cache.compiled(TEXT, "some").__file__
    cache.compiled.cache_clear()
    assert cache.compiled(TEXT, "some").__file__ == first
    cache.compiled.cache_clear()
    monkeypatch.setattr(cache, "_digest_of_functions", lambda: "others")
    assert cache.compiled(TEXT, "some").__file__ != first


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_cache_that_cannot_be_written_gives_way_to_a_temporary_one(tmp_path, monkeypatch, place):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / place))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = Path(cache.compiled(TEXT, "some").__file__)
    assert path.is_file()
    assert path.parent.parent == tmp_path
    assert path.parent.name.startswith("nalmx-kernels-")
