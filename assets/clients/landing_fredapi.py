"""fredapi with its one network method routed through the transport: landed, limited and redacted."""

from contextlib import suppress
from datetime import date
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import fredapi

from assets.clients.transport import Get
from warehouse.claims import Reply, UpstreamError

#: Said now and then of keys that are registered: worth a second question before it is believed.
DOUBTFUL = "is not registered"
ABSENT = "does not exist"


class LandingFred(fredapi.Fred):  # type: ignore[misc]
    """A fredapi client that keeps the replies it was given. It never opens a connection of its own."""

    root_url = ""

    def __init__(self, get: Get, key: str) -> None:
        # Not fredapi's own: it would install a process-wide opener when the environment names a proxy.
        self.api_key = key
        self._get = get
        self.replies: list[Reply] = []

    def _Fred__fetch_data(self, url: str) -> ElementTree.Element:
        try:
            reply = self._ask(url)
        except UpstreamError as error:
            if DOUBTFUL not in error.reason:
                raise _absent(error) from None
            reply = self._ask(url)
        self.replies.append(reply)
        try:
            return ElementTree.fromstring(reply.body)
        except (ElementTree.ParseError, LookupError, ValueError) as error:
            reason = f"not XML: {error}"
            raise UpstreamError(reply.landed.upstream, reason, request=reply.landed.request) from None

    def _ask(self, url: str) -> Reply:
        path, _, query = url.partition("?")
        return self._get(path, expect="xml", **dict(parse_qsl(query)), api_key=self.api_key)

    def units(self, series_id: str) -> str:
        """The units the upstream states; raises UpstreamError when it states none."""
        info: dict[str, str] = {}
        with suppress(ValueError):  # fredapi's word for a reply without a series
            info = dict(self.get_series_info(series_id))
        if "units" not in info:
            reason = f"expected a series with units, got the fields {', '.join(info) or 'none'}"
            raise UpstreamError(series_id, reason, request=self.replies[-1].landed.request)
        return info["units"]

    def observations(self, series_id: str, since: date, **params: object) -> Reply:
        """The landed observations. Where fredapi gives up on a bad value, our parser rejects only that."""
        with suppress(ValueError, TypeError):
            self.get_series(series_id, observation_start=since, **params)
        return self.replies[-1]

    def vintage_days(self, series_id: str) -> list[str]:
        root = self._Fred__fetch_data(f"/series/vintagedates?series_id={series_id}")
        return sorted(item.text or "" for item in root)


def _absent(error: UpstreamError) -> UpstreamError:
    absent = error.absent or ABSENT in error.reason
    return UpstreamError(error.source, error.reason, request=error.request, absent=absent)
