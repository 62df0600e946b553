"""Files instead of a network: figures that people enter or provide, landed like replies and read line by line."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from assets.clients.file_lines import Line
from assets.clients.jobs import Job, Newest
from assets.clients.transport import MAX_BYTES, Get, Host
from warehouse.claims import TOLERATED_SHARE, Parsed, Reply, UpstreamError
from warehouse.landing import Landing
from warehouse.locating import lines


class File(NamedTuple):
    """One file: its name, its header, what its lines claim, and the columns that it may leave out."""

    name: str
    columns: tuple[str, ...]
    claim: Callable[[Parsed, Reply, Sequence[Line]], None]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Files:
    """The files of one folder, by the table that each is about, received ``now``.

    ``base_url`` and ``place`` say in words where they lie. Where they ``may_be_absent``, one that is not there is no
    failure.
    """

    landing: Landing
    now: datetime
    folder: Path
    upstream: str
    base_url: str
    place: str
    files: Mapping[str, File]
    may_be_absent: bool = False

    @property
    def host(self) -> Host:
        return Host(upstream=self.upstream, base_url=self.base_url, min_interval_s=0.0)

    def jobs(self, newest: Newest) -> list[Job]:
        return [Job(key, self._reading(file.name)) for key, file in self.files.items()]

    def _reading(self, name: str) -> Callable[[Get], list[Reply]]:
        def fetch(get: Get) -> list[Reply]:
            request = f"FILE {self.place}/{name}"
            body = self._read(name, request)
            landed = self.landing.keep(
                upstream=self.upstream,
                base_url=self.base_url,
                request=request,
                status=200,
                content_type="text/csv",
                requested_at=self.now,
                received_at=self.now,
                body=body,
            )
            return [Reply(landed, body)]

        return fetch

    def _read(self, name: str, request: str) -> bytes:
        try:
            with (self.folder / name).open("rb") as file:
                body = file.read(MAX_BYTES + 1)
        except OSError as error:
            absent = self.may_be_absent and isinstance(error, FileNotFoundError)
            reason = f"cannot be read: {error.strerror}"
            raise UpstreamError(self.upstream, reason, request=request, absent=absent) from None
        if len(body) > MAX_BYTES:
            raise UpstreamError(self.upstream, f"longer than {MAX_BYTES} bytes", request=request)
        return body

    def parse(self, key: str, replies: Sequence[Reply]) -> Parsed:
        """What the lines say. Where many of a file cannot be believed, none of it is: a unit or a column changed."""
        parsed = Parsed()
        for reply in replies:
            told = _lines(key, self.files[key], reply)
            before = len(parsed.rejected)
            self.files[key].claim(parsed, reply, told)
            if len(wrong := parsed.rejected[before:]) > max(1, TOLERATED_SHARE * len(told)):
                first = f"{wrong[0].locator}, {wrong[0].field} is {wrong[0].value}: {wrong[0].reason}"
                reason = f"{len(wrong)} of {len(told)} lines are not believable, the first: {first}"
                raise UpstreamError(key, reason, request=reply.landed.request)
        return parsed


def _lines(key: str, file: File, reply: Reply) -> list[Line]:
    """The lines under the header; raises UpstreamError when the header is not the declared one."""
    try:
        texts = lines(reply.body.decode("utf-8-sig"))
        header, *table = [tuple(next(csv.reader([text], strict=True), ())) for text in texts]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UpstreamError(key, f"not a CSV file: {error}", request=reply.landed.request) from None
    if header != tuple(name for name in file.columns if name in header or name not in file.optional):
        may = f" ({' and '.join(file.optional)} may be left out)" if file.optional else ""
        reason = f"expected the header {','.join(file.columns)}{may}, got {','.join(header)[:200]!r}"
        raise UpstreamError(key, reason, request=reply.landed.request)
    if not reply.body.endswith(b"\n"):
        raise UpstreamError(key, "the file is cut off in its last line", request=reply.landed.request)
    return [Line(number, header, texts) for number, texts in enumerate(table, start=2) if texts]
