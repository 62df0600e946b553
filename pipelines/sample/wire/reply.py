"""What a wire module answers, and how text becomes a reply."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One HTTP reply; `headers` may override any header, Content-Length included."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def from_json(value: Any, status: int = 200) -> Reply:
    return Reply(json.dumps(value, separators=(",", ":")).encode(), status)


def not_found() -> Reply:
    """The HTML page of a path the upstream does not have."""
    page = b"<!DOCTYPE html><html><head><title>404</title></head><body><h1>Not Found</h1></body></html>"
    return Reply(page, 404, "text/html; charset=utf-8")
