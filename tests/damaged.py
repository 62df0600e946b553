"""Payloads as a broken line, a careless gateway or a changed upstream would send them: real ones, damaged at random.

A seed decides everything, so that what broke once breaks again.
"""

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

#: Where a parser changes its mind.
SEAM = re.compile(rb'[\n,:{}\[\]"<>=]')
TOKEN = re.compile(rb'[^\n,:{}\[\]"<>= ]+')
#: What stands where something else was expected. Numbers too large for a date, a float or a stamp are among them.
ODD = (
    *(None, True, "", " ", "null", ".", "nan", "Infinity", "-0", "1_000", "0x10", "\u0663", "1e400", "1" * 400),
    *(0, -1, 1e308, 5e-324, 10**400, 253402300799, 253402300800000, -62135596800, 4_102_444_800_000),
    *("9999-12-31", "0001-01-01", "2026-02-30", "2026-1-5", "9999-12-31 23:59:59", "2026-W01-4", "(3)", "(3.1.4)"),
    *("\ud800", "\x00", "\u2028", "a\nb", "9" * 60_000 + "x", [], {}, [[]], [None], {"a": 1}, [1, 2, 3]),
)


def damaged(body: bytes, chance: random.Random) -> bytes:
    """The body with one damage, at times a second one."""
    ways: list[Callable[[bytes, random.Random], bytes]] = [_cut, _cut_at_a_seam, _bytes, _token, _token, _line]
    if body[:1] in b"[{":
        ways += [_value, _value, _value, _value]
    for _ in range(chance.choice((1, 1, 1, 2))):
        body = chance.choice(ways)(body, chance)
    return body if chance.random() < 0.97 else chance.randbytes(chance.randrange(200))


def _cut(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _cut_at_a_seam(body: bytes, chance: random.Random) -> bytes:
    """Just before, in or behind a delimiter: there a half reply looks whole."""
    seams = [found.end() for found in SEAM.finditer(body)] or [0]
    return body[: max(0, chance.choice(seams) - chance.choice((0, 0, 1, 2)))]


def _bytes(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.choice((0, 1, 1, 7))] = chance.randbytes(chance.choice((0, 1, 1, 3)))
    return bytes(changed)


def _token(body: bytes, chance: random.Random) -> bytes:
    tokens = list(TOKEN.finditer(body))
    if not tokens:
        return body
    found, odd = chance.choice(tokens), chance.choice(ODD)
    told = odd if isinstance(odd, str) else json.dumps(odd)
    return body[: found.start()] + told.encode("utf-8", "surrogatepass") + body[found.end() :]


def _line(body: bytes, chance: random.Random) -> bytes:
    """A line that is missing, or there twice, or at another place."""
    lines = body.splitlines(keepends=True)
    if lines:
        taken = lines.pop(chance.randrange(len(lines)))
        for _ in range(chance.randrange(3)):
            lines.insert(chance.randrange(len(lines) + 1), taken)
    return b"".join(lines)


def _value(body: bytes, chance: random.Random) -> bytes:
    """Another JSON document: a value replaced, dropped, renamed, or told twice."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    places = list(_places(document))
    if not places:
        return json.dumps(chance.choice(ODD)).encode()
    holder, key = chance.choice(places)
    way = chance.randrange(5)
    if way < 3:
        holder[key] = copy.deepcopy(chance.choice(ODD))
    elif way == 3:
        del holder[key]
    elif isinstance(holder, list):
        holder.insert(chance.randrange(len(holder) + 1), holder[key])
    else:
        holder[f"{key}_"] = holder.pop(key)
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key of a document; of a long list some, as its rows are alike."""
    if not isinstance(value, dict | list):
        return
    keys: list[Any] = list(value) if isinstance(value, dict) else [*range(len(value))]
    for key in dict.fromkeys(keys[:20] + keys[-3:]):
        yield value, key
        yield from _places(value[key])
