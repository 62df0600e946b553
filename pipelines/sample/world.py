"""The whole story from one seed: what happened, before any upstream says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from pipelines.sample import desk, fed, funds, prices, rates, repos, revised, treasury
from pipelines.sample import flows as treasury_flows
from pipelines.sample.venues.charts import charts

SEED = 20260202


@dataclass(frozen=True, eq=False)
class World:
    """Numbers by subject; the wire modules read them and hold none of their own."""

    seed: int
    sheet: fed.BalanceSheet
    cash: treasury.Cash
    flows: treasury_flows.Flows
    reverse_repo: dict[date, int]
    standing_repo: dict[date, int]
    purchases: list[desk.Purchase]
    mortgage_operations: list[desk.Purchase]
    overnight: dict[str, dict[date, float]]
    yields: dict[str, dict[date, float]]
    spreads: dict[str, dict[date, float]]
    bars: dict[str, prices.Bars]
    money_stock: list[tuple[date, revised.Versions]]
    disposable_income: list[tuple[date, revised.Versions]]


@cache
def build(seed: int = SEED) -> World:
    sheet, cash = fed.balance_sheet(seed), treasury.cash(seed)
    yields, spreads, indices = rates.yields(seed), rates.spreads(seed), prices.indices(seed)
    return World(
        seed=seed,
        sheet=sheet,
        cash=cash,
        flows=treasury_flows.flows(seed, cash),
        reverse_repo=repos.reverse_repo(seed),
        standing_repo=repos.standing_repo(),
        purchases=desk.treasury_purchases(seed, sheet),
        mortgage_operations=desk.mortgage_operations(seed),
        overnight=rates.overnight(seed),
        yields=yields,
        spreads=spreads,
        bars=indices | funds.funds(seed, indices, yields, spreads) | prices.coins(seed) | charts(seed),
        money_stock=revised.money_stock(seed),
        disposable_income=revised.disposable_income(seed),
    )
