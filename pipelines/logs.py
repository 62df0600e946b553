"""The log of every run: one JSON line per event, in a file that rotates. ``dagster.yaml`` switches it on and says from
which level on."""

import json
import logging
import os
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from assets.alert_sending import COMMAND_VARIABLE, WEBHOOK_VARIABLE
from assets.clients.transport import HIDDEN
from pipelines.places import data_root

SECRETS = ("FRED_API_KEY", WEBHOOK_VARIABLE, COMMAND_VARIABLE)


def log_path() -> Path:
    return data_root() / "logs" / "tidegauge.jsonl"


class EventFile(RotatingFileHandler):
    """``logs/tidegauge.jsonl`` under the data folder; ten files of ten million bytes at most."""

    def __init__(self) -> None:
        log_path().parent.mkdir(parents=True, exist_ok=True)
        super().__init__(log_path(), maxBytes=10_000_000, backupCount=9, encoding="utf-8", delay=True)

    def format(self, record: logging.LogRecord) -> str:
        """One line, without the values of what is secret in the environment."""
        line = json.dumps(
            {name: value for name, value in _told(record).items() if value not in (None, "")}, default=str
        )
        for secret in filter(None, map(os.environ.get, SECRETS)):
            line = line.replace(json.dumps(secret)[1:-1], HIDDEN)
        return line


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says: when, how bad, which run and step, what happened, to what, and with which numbers."""
    about = getattr(record, "dagster_meta", {})
    event = about.get("dagster_event")
    return {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "run": about.get("run_id"),
        "step": about.get("step_key"),
        "event": event.event_type.name.lower() if event else None,
        "message": about.get("orig_message") or record.getMessage(),
        **(_details(event) if event else {}),
    }


def _details(event: Any) -> dict[str, Any]:
    """The asset, the numbers and the innermost error of a Dagster event, where it has them."""
    error = getattr(event.event_specific_data, "error", None)
    while error and error.cause:
        error = error.cause
    told: dict[str, Any] = {"error": error.message.strip() if error else None}
    if event.event_type_value == "ASSET_CHECK_EVALUATION":
        check = event.asset_check_evaluation_data
        told |= {"asset": "/".join(check.asset_key.path), "passed": check.passed, "metadata": _numbers(check.metadata)}
    elif event.event_type_value == "ASSET_MATERIALIZATION":
        made = event.step_materialization_data.materialization
        told |= {"asset": "/".join(made.asset_key.path), "metadata": _numbers(made.metadata)}
    return told


def _numbers(metadata: Any) -> dict[str, Any]:
    return {name: told.value for name, told in metadata.items() if isinstance(told.value, int | float | bool)}
