"""Checking in a process of its own: the same result, and nothing that ends that process harms this one."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from engine.config import check_config
from engine.config.check_process import Limits, Reading, check_apart
from engine.config.child import answered
from engine.version import __version__
from tests.support.waiting import until

SAMPLES = sorted((Path(__file__).parents[3] / "sample_configs").glob("*.yaml"))
SECRET = "s3cr'et-of-ours"

DIES = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
HANGS = "import time; time.sleep(600)"
BREAKS = f"raise LookupError({SECRET!r})"
CHATTERS = f"print({SECRET!r})"
SAYS_NOTHING = "pass"
LESS_THAN_IT_NEEDS = 64 * 1024 * 1024
OLDER = f"print({json.dumps(json.dumps({'version': '0.0.1', 'problems': [], 'warnings': []}))})"
SPINS = """
import json, sys
given = json.loads(sys.argv[1])
sys.path[:] = given["path"]
from engine.config.child import bound_self
bound_self(given["limits"])
while True:
    pass
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "switchboard.yaml"
    path.write_text("label: A\n")
    return path


def write(file: Path, text: str) -> None:
    file.write_text(text)


def text_of(file: Path) -> str:
    return file.read_text()


def message(reading: Reading) -> str:
    """The only problem, which stands at the beginning of the file."""
    (problem,) = reading.result.problems
    assert reading.result.settings is None
    assert reading.text is None
    assert (problem.line, problem.column, problem.where) == (1, 1, "configuration")
    return problem.message


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
async def test_it_finds_what_a_check_in_this_process_finds(sample: Path) -> None:
    reading = await check_apart(sample)
    assert reading.result == check_config(sample)
    assert reading.text == text_of(sample)


async def test_the_options_of_transports_come_through(file: Path) -> None:
    write(file, "transports:\n  tcp: {sync_mode: true, timeout: 1234}\n  flatstore:\n  rabbitmq: {heartbeat: 7}\n")
    reading = await check_apart(file)
    assert reading.result == check_config(file)
    assert reading.result.settings is not None
    assert set(reading.result.settings.transports) == {"tcp", "rabbitmq"}


async def test_many_subscriptions_come_through_in_order(file: Path) -> None:
    lines = "".join(f"- {{event: E_PIKE_BLOCKED, socket: 'udp:127.0.0.1:{port}'}}\n" for port in range(1, 1_002))
    write(file, f"subscriptions:\n{lines}")
    settings = (await check_apart(file)).result.settings
    assert settings is not None
    assert settings == check_config(file).settings
    assert max(len(json.loads(line)) for line in list(answered(str(file)))[3:]) <= 200


async def test_references_are_looked_up_in_this_process_environment_and_its_files(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWITCHBOARD_TEST_SECRET", SECRET)
    write(file.parent / "pw", "from-a-file\n")
    member = "'rabbitmq:${file:pw}:x@h/q'"
    write(file, f'label: "${{SWITCHBOARD_TEST_SECRET}}"\nsubscriptions: [{{event: E_ACC_CDR, socket: {member}}}]\n')
    settings = (await check_apart(file)).result.settings
    assert settings is not None
    assert settings.label == SECRET
    assert settings.subscriptions[0].socket == "rabbitmq:from-a-file:x@h/q"


async def test_problems_and_warnings_come_with_their_places(file: Path) -> None:
    write(file, "label: A\nmi: {http: '0.0.0.0:1'}\nqueue_size: 0\nlabl: x\n")
    reading = await check_apart(file)
    assert reading.result == check_config(file)
    assert [(problem.line, problem.column) for problem in reading.result.problems] == [(3, 13), (4, 1)]
    assert len(reading.result.warnings) == 1


async def test_no_problem_tells_a_secret(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_TEST_SECRET", SECRET)
    write(file, 'queue_size: "${SWITCHBOARD_TEST_SECRET}"\nevents: ["${SWITCHBOARD_TEST_SECRET}", 5]\n')
    reading = await check_apart(file)
    assert len(reading.result.problems) == 2
    assert SECRET not in str(reading)


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (DIES, "expected a configuration, found one whose check is ended by signal 11 (Segmentation fault)"),
        (BREAKS, "expected a configuration, found one whose check breaks (exit code 1)"),
        (SAYS_NOTHING, "expected a configuration, found one whose check answered nonsense (IndexError)"),
        (CHATTERS, "expected a configuration, found one whose check answered nonsense (JSONDecodeError)"),
        (OLDER, "cannot be used: version 0.0.1 of Switchboard is installed now; start this one again"),
    ],
    ids=["dies", "breaks", "says nothing", "says something else", "is another version"],
)
async def test_whatever_becomes_of_the_process_is_a_problem_of_the_file(file: Path, program: str, words: str) -> None:
    assert message(await check_apart(file, program=program)) == words


async def test_one_that_hangs_is_given_up(file: Path) -> None:
    reading = await check_apart(file, Limits(seconds=0.2), HANGS)
    assert message(reading) == "expected a configuration, found one that takes more than 0.2 s to check"


async def test_one_that_goes_on_calculating_is_ended(file: Path) -> None:
    reading = await check_apart(file, Limits(processor_s=1), SPINS)
    assert message(reading) == "expected a configuration, found one whose check takes more than 1 s of the processor"


async def test_one_that_wants_too_much_memory_is_ended(file: Path) -> None:
    write(file, "subscriptions:\n" + "- {event: E_PIKE_BLOCKED, socket: 'udp:h:1'}\n" * 20_000)
    words = message(await check_apart(file, Limits(memory=LESS_THAN_IT_NEEDS)))
    assert words.startswith(
        ("expected a configuration, found one whose check", "expected a configuration, found one that")
    )


async def test_no_process_is_left_when_it_is_cancelled(file: Path, tmp_path: Path) -> None:
    said = tmp_path / "pid"
    program = f"import os, time; open({str(said)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    check = asyncio.ensure_future(check_apart(file, program=program))  # noqa: TID251 - the caller's task is what ends
    await until(lambda: said.exists() and said.read_text(), "the process to run")
    check.cancel()
    with pytest.raises(asyncio.CancelledError):
        await check
    with pytest.raises(ProcessLookupError):
        os.kill(int(said.read_text()), 0)


async def test_a_module_of_the_working_directory_stands_in_for_none_of_ours(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(file.parent / "json.py", "raise SystemExit(3)\n")
    monkeypatch.chdir(file.parent)
    assert (await check_apart(file)).result.problems == ()


async def test_a_file_that_never_ends_is_given_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    started = time.monotonic()
    assert "takes more than 0.5 s to check" in message(await check_apart(pipe, Limits(seconds=0.5)))
    assert time.monotonic() - started < 30


async def test_a_process_that_cannot_be_started_is_a_problem_and_no_exception(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(file.parent / "python"))
    words = message(await check_apart(file))
    assert words == "cannot be checked now: no process can be started for it: No such file or directory"


def test_an_answer_names_its_version(file: Path) -> None:
    assert json.loads(next(answered(str(file))))["version"] == __version__
