"""Keeping up: all that was landed recorded, and what the warehouse knows about itself as of then."""

from assets.recording import Recorded, record
from assets.session import Session
from warehouse import stoppages
from warehouse.freshness import freshness
from warehouse.gaps import find_gaps
from warehouse.sentinels import note
from warehouse.tables import quality


def keep_up(session: Session) -> Recorded:
    """Record what is unread, and look again for gaps, where there is news, and for what is late or has stopped."""
    store = session.store
    said = record(store, session.landing, session.clients)
    with store.transaction():
        if said.is_news or quality.GAP.name not in store.ledger.versions():
            store.replace(quality.GAP, find_gaps(store, session.now))
        store.replace(quality.FRESHNESS, freshness(store, session.now))
        said.sentinels.add(note(store, stoppages.verdicts(store, session.now)))
    return said
