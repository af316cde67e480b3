"""A table of bad files and the exact lines that each must print."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import CheckResult, check_config, load_config
from engine.config.findings import PROBLEMS_MAX
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


@pytest.mark.parametrize(
    "value", ["!!timestamp hello", "!!int hello", "!!int ''", "!!bool perhaps", "!!float ''", "!!binary é"]
)
def test_a_value_unlike_its_tag_is_a_problem_at_its_place(value: str, tmp_path: Path) -> None:
    lines = lines_of(checked(tmp_path, f"label: A\nqueue_size: {value}\n"))
    assert len(lines) == 1
    assert lines[0].startswith("2:13: queue_size: expected ")


def test_a_long_number_is_not_added_up(tmp_path: Path) -> None:
    (line,) = lines_of(checked(tmp_path, f"queue_size: 1{':30' * 60}\n"))
    assert line == "1:13: queue_size: expected a number of at most 100 characters, found more"


def test_a_key_that_is_a_socket_is_masked_and_cut_and_steers_nothing(tmp_path: Path) -> None:
    text = '"rabbitmq:u:hush@h/q": 1\n"\\e]52;c;aGFybWxlc3M=\\a\\nforged: 1": 2\n' + f"{'k' * 500}: 3\n"
    lines = lines_of(checked(tmp_path, text))
    assert len(lines) == 3
    assert lines[0].startswith("1:1: rabbitmq:u:•••@h/q: expected a known key, found 'rabbitmq:u:•••@h/q'")
    assert lines[1].startswith(r"2:1: \x1b]52;c;aGFybWxlc3M=\x07\nforged: 1: expected a known key, found '\x1b]52")
    assert lines[2].startswith(f"3:1: {'k' * 60}…: expected a known key, found '{'k' * 40}…'")
    assert all(line.isprintable() for line in lines)
    assert "hush" not in str(lines)


def test_no_words_of_a_file_steer_the_terminal(tmp_path: Path) -> None:
    steering = r"\e[2J\u202e\x85\n"
    text = (
        f'label: !<a%1b%0ab> x\nevents: ["{steering}"]\nsubscriptions:\n'
        f'  - {{event: "{steering}", socket: "{steering}"}}\n'
        f'  - {{event: E_ACC_CDR, policy: "{steering}", members: ["upd:{steering}"]}}\n'
        f'transports: {{"{steering}": {{}}}}\nmi: {{http: "{steering}"}}\nconsole: {{keys: {{"{steering}": 5}}}}\n'
    )
    lines = lines_of(checked(tmp_path, text))
    assert len(lines) >= 6
    assert all(line.isprintable() for line in lines)


def test_the_number_of_problems_that_are_told_is_bounded(tmp_path: Path) -> None:
    count = 4_232
    result = checked(tmp_path, "subscriptions:\n" + "- {event: E_NOBODY_KNOWS, socket: 'upd:h:1'}\n" * count)
    lines = lines_of(result)
    assert len(lines) == PROBLEMS_MAX + 1
    # Two of each line; the rule of "each subscription once" needs a socket that can be read.
    assert lines[-1] == f"52:11: configuration: and {2 * count - PROBLEMS_MAX:,} more problems, the first of them here"


def test_one_more_problem_than_are_told_is_told_as_well(tmp_path: Path) -> None:
    lines = lines_of(checked(tmp_path, "".join(f"unknown_{index}: 1\n" for index in range(PROBLEMS_MAX + 1))))
    assert len(lines) == PROBLEMS_MAX + 1
    assert "more problems" not in lines[-1]


def test_aliases_of_a_long_text_do_not_add_up_to_more_than_there_is_room_for(tmp_path: Path) -> None:
    text = f"events:\n- &a {'x' * 1_000_000}\n" + "- *a\n" * 40
    (line,) = lines_of(checked(tmp_path, text))
    limit = "more than 16777216 characters in all values, aliases and references counted"
    assert line == f"2:3: configuration: expected YAML: {limit}"


def test_a_chain_of_aliases_is_too_deep_as_well(tmp_path: Path) -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{at}: &a{at} [*a{at - 1}]\n" for at in range(1, 80))
    (line,) = lines_of(checked(tmp_path, text))
    assert line.endswith("configuration: expected YAML: lists or mappings nested more than 50 deep")


def test_a_file_of_any_size_is_read_up_to_a_limit(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as opened:
        opened.truncate(10 * 1024 * 1024 * 1024)
    (problem,) = check_config(file, {}).problems
    assert problem.message == "expected at most 16777216 bytes, found more"


def test_a_reference_to_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    (line,) = lines_of(checked(tmp_path, r'label: "${file:a\0b}"'))
    assert line == "1:8: label: expected the path of a file, found one that no file can have"


def test_whatever_else_is_raised_is_a_problem_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr("engine.config.meaning.Meaning.check", broken)
    (line,) = lines_of(checked(tmp_path, "label: A\n"))
    assert line.startswith(
        "1:1: configuration: expected a configuration, found what cannot be checked (LookupError in "
    )
    assert SECRET not in line
