"""What went wrong at a venue: kept from us because of where we are, or an answer that is none."""

from collections.abc import Sequence

from assets.clients.envelope import LONGEST
from assets.clients.transport import Refused
from warehouse.catalogue.venues import Venue
from warehouse.claims import Reply, UpstreamError

#: Unavailable for legal reasons, whatever the words beside it are.
KEPT_OUT_STATUS = 451
#: What venues and their gateways write when an address or a country is not served.
KEPT_OUT = ("restricted location", "cloudfront", "block access from your country", "not available in your country")
#: What Binance answers for a symbol that is listed and not traded at that moment.
NOT_TRADED = ('"code":-4108',)


class NotThere(UpstreamError):
    """A venue has nothing where it must have something. Of recordings that is a gap, of a venue itself a failure."""

    def of_recordings(self) -> UpstreamError:
        return UpstreamError(self.source, f"not recorded: {self.reason}", request=self.request, absent=True)


def kept_out(venue: str, reason: str, request: str) -> UpstreamError:
    """A refusal for good because of where we ask from."""
    return UpstreamError(venue, f"blocked here: {reason}", request=request, absent=True)


def blocked(error: Refused) -> UpstreamError:
    """A refusal that is for good because of where we ask from is a gap with a reason; any other is a failure.

    ccxt takes both for something that passes: a 451 for an unavailable exchange, CloudFront's 403 for a rate limit.
    A 404 is a failure here: what we ask for is listed, so the address has moved.
    """
    text = error.reply.body[:4096].decode("utf-8", "replace").lower()
    if error.reply.landed.status == KEPT_OUT_STATUS or any(words in text for words in KEPT_OUT):
        return kept_out(error.source, error.reason, error.request)
    kind = NotThere if error.absent or any(words in text for words in NOT_TRADED) else UpstreamError
    return kind(error.source, error.reason, request=error.request)


def explained(venue: Venue, question: str, error: Exception, replies: Sequence[Reply] = ()) -> UpstreamError:
    """What ccxt raised as one of our errors. Bare LookupErrors come from replies it could not read."""
    reason = f"{question}: {type(error).__name__}: {error}"[:LONGEST]
    request = replies[-1].landed.request if replies else ""
    if any(words in str(error).lower() for words in KEPT_OUT):
        return kept_out(venue.name, reason, request)
    return UpstreamError(venue.name, reason, request=request)
