"""`/venues/<venue>/...`: which module answers, and what an unknown venue gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pipelines.sample.venues import bitget, coinbase, deribit, gate, hyperliquid, kraken, okx
from pipelines.sample.venues.asked import Asked
from pipelines.sample.wire.reply import Reply, not_found

PREFIX = "/venues/"
VENUES: dict[str, Callable[[Asked], Reply]] = {
    "okx": okx.answer,
    "deribit": deribit.answer,
    "hyperliquid": hyperliquid.answer,
    "kraken": kraken.answer,
    "coinbase": coinbase.answer,
    "gate": gate.answer,
    "bitget": bitget.answer,
}


def answer(asked: Asked) -> Reply:
    venue, slash, path = asked.path.removeprefix(PREFIX).partition("/")
    wire = VENUES.get(venue)
    return wire(replace(asked, path=slash + path)) if wire else not_found()
