"""A number as the page shows it: words for a reader, the raw value and its query for whoever checks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

NOT_KNOWN = "not known"
MINUS, GAP = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, kw_only=True)
class Value:
    """A number of the published file, or that it is not known.

    ``definition`` is where the page says what it means, ``query`` gives the raw value again, ``command`` says where it
    came from, ``row`` is the condition that picks its row. Formats: ``signed`` with its sign, ``size`` without,
    ``this|that`` for what is or is not so, and ``rose|fell|stood`` before a size.
    """

    raw: Any
    unit: str
    definition: str
    query: str
    command: str
    row: str = "false"
    at: date | datetime | None = None
    is_month: bool = False
    known_at: datetime | None = None
    is_newest: bool = True

    def __html_format__(self, spec: str) -> Markup:
        before, text = "", " ".join(part for part in self.parts(spec) if part).replace(" ", GAP)
        if spec.count("|") == 2 and self.raw is not None:
            up, down, still = spec.split("|")
            before = f"{up if self.raw > 0 else down} " if self.raw else f"{still}: "
        data = Markup('<data value="{}" data-sql="{}">{}</data>').format(plain(self.raw), self.query, text)
        return Markup('{}<a class="number" href="#{}">{}</a>').format(before, self.definition, data)

    def __html__(self) -> Markup:
        return self.__html_format__("")

    def parts(self, spec: str = "") -> tuple[str, str]:
        """The number and its unit, as they are read."""
        if self.raw is None:
            return NOT_KNOWN, ""
        if isinstance(self.raw, bool):
            yes, _, no = (spec or "yes|no").partition("|")
            return (yes if self.raw else no), ""
        if isinstance(self.raw, date):
            return day(self.raw), ""
        if not isinstance(self.raw, int | float):
            return str(self.raw), ""
        scaled, unit, digits = _scaled(self.raw, self.unit)
        is_size = spec == "size" or "|" in spec
        sign = "+" if spec == "signed" else ""
        return f"{abs(scaled) if is_size else scaled:{sign},.{digits}f}".replace("-", MINUS), unit

    @property
    def day(self) -> str:
        if self.at is None:
            return ""
        return month(self.at) if self.is_month else day(self.at)


def _scaled(value: float, unit: str) -> tuple[float, str, int]:
    """The value as it is read, in which unit, with how many decimals."""
    if unit == "USD":
        for scale, name in ((1e9, "bn USD"), (1e6, "mn USD")):
            if abs(value) >= scale:
                return value / scale, name, 1
        return value, "USD", 0
    short: dict[str, tuple[float, str, int]] = {
        "fraction": (100, "%", 1),
        "percent": (1, "%", 2),
        "basis points": (1, "bp", 1),
        "standard deviations": (1, "sd", 2),
        "correlation coefficient": (1, "", 2),
        "place": (1, "", 0),
        "index points": (1, "points", 2),
        "USD per coin": (1, "USD", 2),
        "log ratio": (1, "", 3),
        "ratio": (1, "", 4),
        "days": (1, "days", 2),
        "calendar days": (1, "days", 0),
    }
    factor, name, digits = short.get(unit, (1, unit, 0 if isinstance(value, int) else 2))
    return value * factor, name, digits


def clause(what: str, words: str, value: Value, *others: object) -> Markup:
    """Words about a value and others; that ``what`` is not known where the value is not."""
    if value.raw is None:
        return Markup("{} is {}").format(what, value)
    return Markup(words).format(value, *others)


def said(what: str, words: str, value: Value, *others: object) -> Markup:
    """The same as a sentence."""
    return clause(what, words, value, *others) + "."


def counted(value: Value, one: str, many: str) -> Markup:
    """``1 source``, ``3 sources``."""
    return Markup("{} {}").format(value, one if value.raw == 1 else many)


def plain(value: object) -> str:
    """The raw value as text, the same for every reader of the page and of the file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


def day(value: date) -> str:
    return f"{value.day}{GAP}{value:%b}{GAP}{value:%Y}"


def month(value: date) -> str:
    return f"{value:%b}{GAP}{value:%Y}"


def cell(value: object) -> str:
    """One cell of a table, readable."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, float):
        return f"{value:,.{0 if abs(value) >= 1e5 else 4}{'f' if abs(value) >= 1e5 else 'g'}}".replace("-", MINUS)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return plain(value)
