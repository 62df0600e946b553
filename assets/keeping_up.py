"""Keeping up: all that was landed recorded, and what the warehouse knows about itself as of then."""

from assets.recording import Recorded, record, review
from assets.session import Session


def keep_up(session: Session) -> Recorded:
    """Record what is unread, and look again for gaps and for what is late."""
    said = record(session.store, session.landing, session.clients_at)
    review(session.store, session.now)
    return said
