"""Sending alerts: once, grouped, with an end, to a real webhook or command, and never telling where to."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets import alert_sending
from assets.alert_message import message
from assets.alert_sending import COMMAND_VARIABLE, WEBHOOK_VARIABLE, NotSent, send
from assets.alerting import look_out, tell
from tests.hooks import SECRET, Hook, hook
from tests.models import put, warehouse
from tests.test_alerts import flush, stale
from warehouse.alerts import FILE, Alert, read

OPENED = datetime(2026, 2, 2, 15, tzinfo=UTC)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """The webhook that the environment names."""
    monkeypatch.delenv(COMMAND_VARIABLE, raising=False)
    with hook() as running:
        monkeypatch.setenv(WEBHOOK_VARIABLE, running.url)
        yield running


def test_a_condition_is_sent_once_and_its_end_once_and_the_end_of_an_event_never(tmp_path: Path, target: Hook) -> None:
    def round_() -> list[str]:
        before = len(target.messages)
        look_out(store, tmp_path)
        tell(store, "live", tmp_path)
        return [sent["text"] for sent in target.messages[before:]]

    with warehouse(tmp_path) as store:
        assert round_() == []
        put(store, "quality.freshness", *stale("WALCL"))
        put(store, "metrics.leverage_flush", flush("2026-01-30", True))
        (text,) = round_()
        assert text.splitlines()[0] == "tidegauge live: 1 critical, 1 warning"
        assert text.splitlines()[1].startswith("CRITICAL flush: BTC: open interest -39.0 % in coins")
        assert text.splitlines()[2].startswith("WARNING stale: WALCL has nothing newer than 2026-01-20;")
        assert round_() == []
        put(store, "quality.freshness")
        put(store, "metrics.leverage_flush")
        (text,) = round_()
        assert text.splitlines()[0] == "tidegauge live: 1 over"
        assert text.splitlines()[1].startswith("over: stale: WALCL (since 20")
        assert round_() == []


def test_what_cannot_be_sent_waits_and_is_sent_with_what_came_since_unless_it_is_over(
    tmp_path: Path, target: Hook
) -> None:
    with warehouse(tmp_path) as store:
        target.status = 500
        put(store, "quality.freshness", *stale("WALCL", "SOFR"))
        look_out(store, tmp_path)
        tell(store, "live", tmp_path)
        alerts, why = read(tmp_path / FILE)
        assert (why, [alert.is_to_be_sent for alert in alerts]) == ("the webhook answered 500", [True, True])
        target.status = 200
        tell(store, "live", tmp_path)
        assert target.messages == []  # not twice in one run
        put(store, "quality.freshness", *stale("SOFR", "DGS10"))
        look_out(store, tmp_path)
        tell(store, "live", tmp_path)
        (sent,) = target.messages
        assert [row["subject"] for row in sent["alerts"]] == ["SOFR", "DGS10"]
        assert read(tmp_path / FILE)[1] == ""
        assert store.read("select count(sent_at) as n from quality.alert").item() == 2


def test_without_anybody_to_tell_alerts_are_rows_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (WEBHOOK_VARIABLE, COMMAND_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    with warehouse(tmp_path) as store:
        put(store, "quality.freshness", *stale("WALCL"))
        look_out(store, tmp_path)
        tell(store, "live", tmp_path)
        assert store.read("select count(*), count(sent_at) from quality.alert").rows() == [(1, 0)]


def alerted(kind: str, subject: str, severity: str = "warning") -> Alert:
    told = f"{subject} is late"
    return Alert(
        kind=kind, subject=subject, source="fred", severity=severity, message=told, is_event=False, opened_at=OPENED
    )


def test_twenty_of_one_source_are_one_line_and_the_message_has_each_as_a_row() -> None:
    told = message("sample", [alerted("stale", f"S{n:02}") for n in range(20)])
    assert told["text"].splitlines() == [
        "tidegauge sample (SYNTHETIC): 20 warning",
        "WARNING stale fred: S00, S01, S02, S03, S04 and 15 more; the first: S00 is late",
    ]
    assert told["alerts"][19] == {
        "kind": "stale",
        "subject": "S19",
        "source": "fred",
        "severity": "warning",
        "message": "S19 is late",
        "opened_at": "2026-02-02T15:00:00+00:00",
        "resolved_at": None,
    }


def test_a_flood_ends_after_twenty_lines() -> None:
    told = message("live", [alerted(f"k{n:02}", "S") for n in range(25)])
    assert len(told["text"].splitlines()) == 22
    assert told["text"].splitlines()[-1] == "and 5 more: tidegauge alerts --origin live"


def reason() -> str:
    with pytest.raises(NotSent) as told:
        send({"text": "x"})
    return str(told.value)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_not_2xx_is_told_without_the_address(target: Hook, status: int) -> None:
    target.status = status
    assert reason() == f"the webhook answered {status}"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"http://127.0.0.1:9/{SECRET}", "the webhook could not be reached: ConnectError"),
        (f"ftp://{SECRET}", f"{WEBHOOK_VARIABLE} is no address that can be asked"),
        (SECRET, f"{WEBHOOK_VARIABLE} is no address that can be asked"),
    ],
)
def test_an_address_that_does_not_answer_is_not_told(monkeypatch: pytest.MonkeyPatch, address: str, told: str) -> None:
    monkeypatch.delenv(COMMAND_VARIABLE, raising=False)
    monkeypatch.setenv(WEBHOOK_VARIABLE, address)
    assert reason() == told


def ordered(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.delenv(WEBHOOK_VARIABLE, raising=False)
    monkeypatch.setenv(COMMAND_VARIABLE, command)


def test_a_command_gets_the_message_on_its_input_and_nothing_is_spliced_into_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, planted = tmp_path / "told", tmp_path / "planted"
    ordered(monkeypatch, f"""{sys.executable} -c "open(r'{told}', 'w').write(input())" '; touch {planted}' """)
    send({"text": f"$(touch {planted}) `touch {planted}`"})
    assert json.loads(told.read_text()) == {"text": f"$(touch {planted}) `touch {planted}`"}
    assert not planted.exists()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (f"{sys.executable} -c 'raise SystemExit(7)' {SECRET}", "the command ended with 7"),
        (f"/nowhere/{SECRET}", f"{COMMAND_VARIABLE} cannot be started: FileNotFoundError"),
        (f"'{SECRET}", f"{COMMAND_VARIABLE} cannot be started: ValueError"),
        (" ", f"{COMMAND_VARIABLE} cannot be started: IndexError"),
        ("sh -c 'cat > /dev/null; sleep 60 & wait'", "the command did not end within 0.2 s"),
    ],
)
def test_a_command_that_fails_or_does_not_end_is_told_without_its_words(
    monkeypatch: pytest.MonkeyPatch, command: str, told: str
) -> None:
    monkeypatch.setattr(alert_sending, "TIMEOUT_S", 0.2)
    ordered(monkeypatch, command)
    assert reason() == told


def test_two_targets_are_one_too_many(target: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(COMMAND_VARIABLE, "true")
    assert reason() == f"both {WEBHOOK_VARIABLE} and {COMMAND_VARIABLE} are set: unset one"
    assert target.messages == []
