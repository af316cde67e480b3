"""A table of bad files and the exact lines that each must print."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import CheckResult, check_config, load_config
from engine.errors import ConfigError

SECRET = "s3cr'et: x"
ENVIRONMENT = {"HOST": "myhost", "SECRET": SECRET}
TAB = "2:1: configuration: expected YAML: found character that cannot start any token"
TABLE = Path(__file__).with_name("bad_files.txt")


def cases() -> dict[str, tuple[str, list[str]]]:
    """Name -> the file's text and the lines that must be printed."""
    found = {}
    for case in TABLE.read_text().split("\n== ")[1:]:
        name, _, rest = case.partition("\n")
        text, _, lines = rest.partition("\n--\n")
        found[name] = (text + "\n", lines.strip("\n").split("\n"))
    return found


CASES = cases()


def checked(directory: Path, content: str | bytes) -> CheckResult:
    file = directory / "bad.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return check_config(file, ENVIRONMENT)


def lines_of(result: CheckResult) -> list[str]:
    return [str(problem).partition("bad.yaml:")[2] for problem in result.problems]


@pytest.mark.parametrize("name", CASES)
def test_a_bad_file_prints_its_lines(name: str, tmp_path: Path) -> None:
    text, lines = CASES[name]
    result = checked(tmp_path, text)
    assert lines_of(result) == lines
    assert result.settings is None


def test_the_table_is_as_long_as_promised() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_no_secret_is_ever_printed(name: str, tmp_path: Path) -> None:
    printed = "\n".join(map(str, checked(tmp_path, CASES[name][0]).problems))
    for part in (SECRET, "s3cr", "et: x"):
        assert part not in printed


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (
            "mi:\n\thttp: 127.0.0.1:8888\n",
            f"{TAB}; indent with blanks, not with tabs",
        ),
        ("label: ä\x07\n", "1:9: configuration: expected YAML, found the character U+0007, which it does not allow"),
        (b"label: \xc3\xa4 \xe4\n", "1:10: configuration: expected UTF-8 text, found the byte 0xe4"),
        (
            "[" * 900 + "]" * 900,
            "1:51: configuration: expected YAML: lists or mappings nested more than 50 deep",
        ),
        ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" + "".join(
            f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in ("bc", "cd", "de", "ef", "fg")
        ), "1:10: configuration: expected YAML: more than 100000 values"),
    ],
    ids=["tab", "control character", "not UTF-8", "deep", "alias bomb"],
)  # fmt: skip
def test_what_is_no_text_or_too_much(content: str | bytes, line: str, tmp_path: Path) -> None:
    found = lines_of(checked(tmp_path, content))
    assert found == [line]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"
    with pytest.raises(ConfigError) as refused:
        load_config(missing)
    expected = "configuration: expected a file that can be read, found none: No such file or directory"
    assert str(refused.value) == f"{missing}:1:1: {expected}"


def test_a_referenced_file_that_is_not_there(tmp_path: Path) -> None:
    (line,) = lines_of(checked(tmp_path, "label: x${file:secrets/pw}\n"))
    path = tmp_path / "secrets/pw"
    assert line == f"1:9: label: expected a file that can be read, found {path}: No such file or directory"


def test_a_referenced_file_that_is_no_text_or_too_long(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_bytes(b"x" * 70_000)
    lines = lines_of(checked(tmp_path, "label: ${file:binary}\nevents: ['${file:long}']\n"))
    assert lines == [
        f"1:8: label: expected UTF-8 text in {tmp_path}/binary, found other bytes",
        f"2:11: events[1]: expected at most 65536 bytes in {tmp_path}/long, found more",
    ]
