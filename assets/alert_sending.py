"""Where alerts go: a webhook or a command of the user's, named in the environment and nowhere else.

Neither address nor command is ever told: both may hold secrets.
"""

import json
import logging
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

import httpx

WEBHOOK_VARIABLE = "TIDEGAUGE_ALERT_WEBHOOK"
COMMAND_VARIABLE = "TIDEGAUGE_ALERT_COMMAND"
TIMEOUT_S = 20.0


class NotSent(Exception):
    """A message did not arrive, and why; never where to."""


def target() -> str:
    """What alerts are sent to: ``webhook``, ``command``, or nothing. Raises NotSent when that is not clear."""
    named = [
        what
        for what, variable in (("webhook", WEBHOOK_VARIABLE), ("command", COMMAND_VARIABLE))
        if os.environ.get(variable)
    ]
    if len(named) > 1:
        raise NotSent(f"both {WEBHOOK_VARIABLE} and {COMMAND_VARIABLE} are set: unset one")
    return named[0] if named else ""


def send(message: Mapping[str, Any]) -> None:
    """Hand a message to the target that is set; raises NotSent."""
    body = json.dumps(message).encode()
    if target() == "webhook":
        _post(os.environ[WEBHOOK_VARIABLE], body)
    elif target() == "command":
        _run(os.environ[COMMAND_VARIABLE], body)
    else:
        raise NotSent(f"neither {WEBHOOK_VARIABLE} nor {COMMAND_VARIABLE} is set")


def _post(address: str, body: bytes) -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the address
    try:
        with (
            httpx.Client(timeout=TIMEOUT_S) as http,
            http.stream("POST", address, content=body, headers={"Content-Type": "application/json"}) as reply,
        ):
            status = reply.status_code
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise NotSent(f"{WEBHOOK_VARIABLE} is no address that can be asked") from None
    except httpx.HTTPError as error:
        raise NotSent(f"the webhook could not be reached: {type(error).__name__}") from None
    if not 200 <= status < 300:
        raise NotSent(f"the webhook answered {status}")


def _run(command: str, body: bytes) -> None:
    """Run the command without a shell, the message on its standard input; what it starts ends with it."""
    try:
        arguments = shlex.split(command)
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (ValueError, IndexError, OSError) as error:
        raise NotSent(f"{COMMAND_VARIABLE} cannot be started: {type(error).__name__}") from None
    try:
        process.communicate(body, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise NotSent(f"the command did not end within {TIMEOUT_S:g} s") from None
    if process.returncode:
        raise NotSent(f"the command ended with {process.returncode}")
