"""What good configurations become, and what they are warned of."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.address import PolicyName
from engine.config import CheckResult, check_config, load_config
from engine.config.model import Settings
from engine.options import OnFailure, WhenAllFailed
from engine.transports.tcp.transport import StreamOptions

SAMPLES = sorted((Path(__file__).parents[3] / "sample_configs").glob("*.yaml"))


def checked(directory: Path, text: str, **environment: str) -> CheckResult:
    file = directory / "switchboard.yaml"
    file.write_text(text)
    return check_config(file, environment)


def settings_of(directory: Path, text: str, **environment: str) -> Settings:
    result = checked(directory, text, **environment)
    assert result.settings is not None, result.problems
    return result.settings


def warnings_of(directory: Path, text: str) -> list[str]:
    result = checked(directory, text)
    assert result.settings is not None, result.problems
    return [str(warning).partition("switchboard.yaml:")[2] for warning in result.warnings]


def member_file(transport: str, *members: str, policy: str = "FAILOVER") -> str:
    listed = "".join(f"      - {member}\n" for member in members)
    entry = f"  - event: E_PIKE_BLOCKED\n    policy: {policy}\n    members:\n{listed}"
    return f"subscriptions:\n{entry}transports: {transport}\n"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_every_sample_is_good_and_says_first_what_it_shows(sample: Path) -> None:
    result = check_config(sample, {})
    assert result.problems == ()
    assert result.settings is not None
    assert result.settings.subscriptions
    assert sample.read_text().startswith("# ")


def test_the_demo_has_each_policy_and_a_receiver_behind_every_member_on_the_network() -> None:
    settings = load_config(next(path for path in SAMPLES if path.name == "demo.yaml"))
    assert {entry.policy for entry in settings.subscriptions} == set(PolicyName)
    members = [member for entry in settings.subscriptions for member in entry.members or ()]
    assert settings.lab is not None
    received = {receiver.socket for receiver in settings.lab.receivers}
    assert {member for member in members if not member.startswith("flatstore:")} == received
    assert settings.lab.generator is not None
    assert set(settings.lab.generator.events) == {entry.event for entry in settings.subscriptions}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "mi:\nsubscriptions:\nevents:\n", "\ufefflabel: ''\n"])
def test_an_empty_file_is_the_defaults(text: str, tmp_path: Path) -> None:
    assert settings_of(tmp_path, text) == Settings()


def test_everything_that_is_written_arrives(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        """
label: LAB
failover_timeout: 2.5
events: [E_MINE]
subscriptions:
  - event: E_MINE
    socket: virtual:FAILOVER unix:/a unix:/b
    expire: 60
    when_all_failed: try
    hold_max_age: 5
  - {event: E_ACC_CDR, policy: ROUND-ROBIN, members: [/a, /b], on_failure: fail, queue_size: 7, failover_timeout: 1}
transports:
  tcp: {reliable_mode: true, timeout: 1000}
  udp:
mi: {http: "[::1]:8888", flatstore_roots: [/tmp], allowed_hosts: [mine]}
""",
    )
    first, second = settings.subscriptions
    assert (settings.label, settings.events) == ("LAB", ("E_MINE",))
    assert (first.socket_text, first.expire) == ("virtual:FAILOVER unix:/a unix:/b", 60)
    assert second.socket_text == "virtual:ROUND-ROBIN /a /b"
    options = settings.options_for(first)
    assert (options.failover_timeout, options.when_all_failed, options.hold_max_age) == (2.5, WhenAllFailed.TRY, 5)
    options = settings.options_for(second)
    assert (options.failover_timeout, options.on_failure, options.queue_size) == (1, OnFailure.FAIL, 7)
    assert settings.transport_options("tcp") == StreamOptions(sync_mode=True, timeout=1000)
    assert set(settings.transports) == {"tcp"}
    assert settings.mi is not None
    assert (settings.mi.http, settings.mi.flatstore_roots) == ("[::1]:8888", ("/tmp",))


def test_anchors_may_be_used_again(tmp_path: Path) -> None:
    text = "subscriptions:\n  - {event: E_PIKE_BLOCKED, policy: PARALLEL, members: &both [/a, /b]}\n"
    text += "  - {event: E_ACC_CDR, policy: PARALLEL, members: *both}\n"
    assert [entry.members for entry in settings_of(tmp_path, text).subscriptions] == [("/a", "/b")] * 2


def test_references_fill_texts_and_numbers(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim%21\n")
    text = (
        "label: ${NAME:-none} $${x}\nqueue_size: ${SIZE}\nsubscriptions:\n  - event: ${EVENT}\n"
        '    socket: "rabbitmq:a:${file:password}@${HOST}/k"\n'
    )
    settings = settings_of(tmp_path, text, SIZE="12", EVENT="E_ACC_CDR", HOST="mq")
    assert (settings.label, settings.queue_size) == ("none ${x}", 12)
    assert settings.subscriptions[0].socket == "rabbitmq:a:geheim%21@mq/k"


def test_a_quoted_reference_stays_text(tmp_path: Path) -> None:
    assert settings_of(tmp_path, 'label: "${N}"\n', N="12").label == "12"
    assert checked(tmp_path, "label: ${N}\n", N="12").settings is None


def test_what_a_reference_put_in_is_not_looked_at_again(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "label: a${A}\n", A="${B}").label == "a${B}"


def test_a_tls_domain_is_found(tmp_path: Path) -> None:
    text = member_file("{rabbitmq: {tls_domains: {mq: {}}}}", "rabbitmq:h/tls_domain=mq?k")
    assert checked(tmp_path, text).problems == ()


def test_members_of_failover_that_cannot_tell_that_they_failed_are_warned_of(tmp_path: Path) -> None:
    warnings = warnings_of(tmp_path, member_file("{}", "tcp:127.0.0.1:1", "udp:192.0.2.1:2", "udp:127.0.0.1:3"))
    assert [warning.partition(": ")[0] for warning in warnings] == ["5:9", "6:9"]
    assert "subscriptions[1].members[1]: tcp:127.0.0.1:1 may fail unnoticed: tcp without sync_mode" in warnings[0]
    assert "udp:192.0.2.1:2 may fail unnoticed: " in warnings[1]


@pytest.mark.parametrize(
    ("transport", "policy"), [("{tcp: {sync_mode: true}}", "FAILOVER"), ("{}", "PARALLEL"), ("{}", "ROUND-ROBIN")]
)
def test_members_that_can_tell_or_need_not_are_not_warned_of(transport: str, policy: str, tmp_path: Path) -> None:
    assert warnings_of(tmp_path, member_file(transport, "tcp:127.0.0.1:1", policy=policy)) == []


def test_a_warning_repeats_no_secret(tmp_path: Path) -> None:
    text = member_file("{}", "tcp:127.0.0.1:1/${TOKEN}", "udp:192.0.2.1:2")
    result = checked(tmp_path, text, TOKEN="s3cret-token")
    assert len(result.warnings) == 2
    assert "tcp:127.0.0.1:1/••• may fail unnoticed" in str(result.warnings[0])


@pytest.mark.parametrize("http", ["0.0.0.0:8888", "'[::]:8888'", "192.0.2.1:8888", "example.net:80", "127.evil:80"])
def test_mi_beyond_this_machine_is_warned_of(http: str, tmp_path: Path) -> None:
    (warning,) = warnings_of(tmp_path, f"mi: {{http: {http}}}\n")
    assert warning.startswith("1:12: mi.http: the management interface has no password")


@pytest.mark.parametrize("http", ["127.0.0.1:8888", "localhost:0", "'[::1]:8888'", "127.0.1.1:1"])
def test_mi_on_this_machine_is_not_warned_of(http: str, tmp_path: Path) -> None:
    assert warnings_of(tmp_path, f"mi: {{http: {http}}}\n") == []
