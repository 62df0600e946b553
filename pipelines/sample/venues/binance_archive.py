"""Binance's public archive, `/data/futures/um/daily/metrics/...`: a zip and its checksum for each day that is over.

Rows of five minutes, labelled with the start of their step, one day's beginning at its own midnight.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import UTC, date, datetime, time
from functools import lru_cache

import numpy as np

from pipelines.sample.venues.coin_prices import price
from pipelines.sample.venues.coins import COINS, DAY
from pipelines.sample.venues.derivatives import open_coins
from pipelines.sample.wire.reply import Reply, not_found

PREFIX = "/data/futures/um/daily/metrics/"
FILE = re.compile(r"([A-Z]+)USDT/\1USDT-metrics-(\d{4}-\d\d-\d\d)\.zip(\.CHECKSUM)?")
STEP = 300
HEADER = (
    "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,"
    "sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio"
)


def answer(seed: int, path: str, at: float) -> Reply:
    """A file, once its day has been over for an hour."""
    found = FILE.fullmatch(path.removeprefix(PREFIX))
    if found is None or found[1] not in COINS:
        return not_found()
    coin, day = found[1], date.fromisoformat(found[2])
    midnight = int(datetime.combine(day, time(), UTC).timestamp())
    if at < midnight + DAY + 3_600 or day < COINS[coin].lists:
        return not_found()
    name = f"{coin}USDT-metrics-{day}"
    body = _zipped(seed, coin, midnight, name)
    if found[3]:
        return Reply(f"{hashlib.sha256(body).hexdigest()}  {name}.zip\n".encode(), 200, "binary/octet-stream")
    return Reply(body, 200, "application/zip")


@lru_cache(maxsize=64)
def _zipped(seed: int, coin: str, midnight: int, name: str) -> bytes:
    starts = midnight + STEP * np.arange(DAY // STEP)
    coins = open_coins(seed, "binance", coin, (starts + STEP).astype(np.float64)).tolist()
    lines = [HEADER]
    for start, amount in zip(starts.tolist(), coins, strict=True):
        label = datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%d %H:%M:%S")
        worth = amount * price(seed, coin, start + STEP)
        lines.append(f"{label},{coin}USDT,{amount:.3f},{worth:.4f},1.8,1.4,1.6,1.0")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.csv"), "\n".join(lines) + "\n", zipfile.ZIP_DEFLATED, 1)
    return content.getvalue()
