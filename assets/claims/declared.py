"""The claims as they are declared: read from their file, each part with the query that decides it, or what is wrong."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assets.claims.predicates import PREDICATES
from warehouse.queries import tables_read
from warehouse.tables import TABLES

FILE = Path(__file__).with_name("claims.toml")
LOOKED_AT = ("weekly", "monthly", "quarterly")
#: What claims may rest on: numbers in plain units, as known at a time.
READABLE = ("staged", "metrics", "reference")
CLAIM_ID = re.compile(r"C\d{2,}")
#: What a part tells of itself beside the fields of its predicate.
WORDS = ("statement", "refuted_by", "horizon", "predicate")
PART = re.compile(r"[a-z][a-z0-9_]*")
#: What a claim tells of itself, and what is taken where it does not.
USUALLY = {"statement": "", "author": "", "date": date(1970, 1, 1), "looked_at": "monthly"}
CLOCK = re.compile(r"\b(now|today)\s*\(|\bcurrent_(date|time|timestamp)\b", re.IGNORECASE)
WORD = re.compile(r"\$([a-z_]+)")


class ClaimsError(Exception):
    """The file of claims cannot be read, so that nothing can be told of any of them."""


@dataclass(frozen=True)
class Part:
    """One part of a claim. What is wrong with it is in ``error``, and there is no query then."""

    name: str
    statement: str
    refuted_by: str
    horizon: str
    predicate: str
    query: str = ""
    reads: frozenset[str] = frozenset()
    error: str = ""


@dataclass(frozen=True)
class Claim:
    """Who said what when, how often it is looked at, and its parts."""

    claim_id: str
    statement: str
    author: str
    date: date
    looked_at: str
    parts: tuple[Part, ...]


def claims(text: str | None = None) -> list[Claim]:
    """Every claim of the file. Raises ClaimsError for a file that is none; what is wrong with one claim is its own."""
    try:
        told = tomllib.loads(FILE.read_text() if text is None else text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ClaimsError(f"{FILE.name}: {error}") from None
    return [_claim(claim_id, fields) for claim_id, fields in told.items()]


def _claim(claim_id: str, fields: Any) -> Claim:
    if not CLAIM_ID.fullmatch(claim_id) or not isinstance(fields, dict):
        raise ClaimsError(f"{FILE.name}: a claim is a table with an id like C24, not {claim_id!r}")
    parts = {name: value for name, value in fields.items() if isinstance(value, dict)}
    told = {name: fields.get(name, usual) for name, usual in USUALLY.items()}
    if error := _wrong(fields, parts):
        is_dated = type(told["date"]) is date
        told |= {"date": told["date"] if is_dated else USUALLY["date"], "looked_at": USUALLY["looked_at"]}
        return Claim(claim_id, **told, parts=(Part("all", "", "", "", "", error=error),))
    shared = fields.get("query", "")
    return Claim(claim_id, **told, parts=tuple(_part(name, part, shared) for name, part in parts.items()))


def _wrong(fields: Mapping[str, Any], parts: Mapping[str, Any]) -> str:
    """What is wrong with a claim as a whole; empty when nothing is."""
    for name, usual in USUALLY.items():
        value = fields.get(name, None if name != "looked_at" else usual)
        if type(value) is not type(usual):
            return f"needs {name}, a {type(usual).__name__}, not {value!r}"
    if unknown := sorted(set(fields) - {*USUALLY, "query"} - set(parts)):
        return f"has no {', '.join(unknown)}; there are {', '.join(USUALLY)}, query, and parts"
    if fields.get("looked_at", "monthly") not in LOOKED_AT:
        return f"looked_at must be one of {', '.join(LOOKED_AT)}, not {fields['looked_at']!r}"
    return "" if parts else "has no part"


def _part(name: str, fields: Mapping[str, Any], shared: str) -> Part:
    words: dict[str, Any] = {key: str(fields.get(key, "")) for key in WORDS}
    try:
        query = _query(name, fields, shared)
        return Part(name, **words, query=query, reads=tables_read(query))
    except ValueError as error:
        return Part(name, **words, error=str(error))


def _query(name: str, fields: Mapping[str, Any], shared: str) -> str:
    """The query of a part; raises ValueError, which says what is wrong."""
    if not PART.fullmatch(name):
        raise ValueError(f"a part's name is lower case with underscores, not {name!r}")
    for word in ("statement", "refuted_by"):
        if not fields.get(word):
            raise ValueError(f"needs {word}")
    kind = fields.get("predicate")
    if kind not in PREDICATES:
        raise ValueError(f"predicate must be one of {', '.join(PREDICATES)}, not {kind!r}")
    own = {k: v for k, v in fields.items() if k not in (*WORDS, "with")}
    if kind == "sql" and shared:
        own = {"query": shared, **own}
    query = _filled(PREDICATES[kind].built(own), fields.get("with", {}))
    for table in sorted(tables_read(query)):
        if table not in TABLES:
            raise ValueError(f"there is no table {table}")
        if TABLES[table].schema not in READABLE:
            raise ValueError(f"may read {', '.join(READABLE)}, not {table}")
    if CLOCK.search(query):
        raise ValueError("today is as_of(): a verdict of then must not know the clock")
    return query


def _filled(query: str, words: Mapping[str, Any]) -> str:
    """A query with each $word in it replaced by its value, as a literal."""

    def literal(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise ValueError(f"${found[1]} is not told by with")
        value = words[found[1]]
        return repr(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"

    return WORD.sub(literal, query)


def parts(declared: list[Claim]) -> Iterator[tuple[Claim, Part]]:
    for claim in declared:
        for part in claim.parts:
            yield claim, part
