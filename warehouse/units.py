"""Units as upstreams use them, and the one conversion of each to a plain unit."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Unit:
    """``value in this unit * factor = value in the plain unit``; ``wordings`` are how upstreams write it."""

    name: str
    plain: str
    factor: float = 1.0
    wordings: tuple[str, ...] = ()


UNITS = {
    unit.name: unit
    for unit in (
        Unit(name="usd", plain="usd", wordings=("U.S. Dollars", "USD")),
        Unit(name="usd_millions", plain="usd", factor=1e6, wordings=("Millions of U.S. Dollars", "$1,000,000")),
        Unit(
            name="usd_billions",
            plain="usd",
            factor=1e9,
            wordings=("Billions of US Dollars", "Billions of U.S. Dollars", "Billions of Dollars"),
        ),
        Unit(
            name="usd_billions_chained_2017_annual_rate",
            plain="usd_chained_2017_annual_rate",
            factor=1e9,
            wordings=("Billions of Chained 2017 Dollars",),
        ),
        Unit(name="percent", plain="percent", wordings=("Percent",)),
        Unit(name="index", plain="index", wordings=("Index",)),
        Unit(name="usd_per_share", plain="usd_per_share", wordings=("USD",)),
        Unit(name="usd_per_coin", plain="usd_per_coin", wordings=("U.S. Dollars", "USD")),
    )
}


def agrees(unit: str, wording: str) -> bool:
    """Whether an upstream's own wording of a unit means the declared one; index bases are not compared."""
    declared = UNITS[unit]
    return any(
        wording.strip() == known or (unit == "index" and wording.startswith(known)) for known in declared.wordings
    )
