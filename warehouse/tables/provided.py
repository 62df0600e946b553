"""What users provide as files, since it has no free source: flows of funds, coins held at exchanges."""

from warehouse.table import Column, Table
from warehouse.tables.columns import DATE, KNOWN_AT, PROVENANCE, usd

LICENCE = "provided by the user, no redistribution"

SYMBOL = Column(name="symbol", type="varchar", doc="The coin, for example BTC.")
FUND = Column(name="fund", type="varchar", doc="The fund's ticker, or what stands for several.")
SOURCE = Column(name="source", type="varchar", required=True, doc="The vendor who counted them.")


def _flow(doc: str, required: bool = False) -> Column:
    return usd("net_flow_usd", doc, required=required, min=-1e10, max=1e10)


def _assets(doc: str) -> Column:
    return usd("aum_usd", doc, min=1e6, max=5e11)


def _reserve(doc: str, required: bool = False) -> Column:
    return Column(name="reserve_coin", type="double", unit="coins", required=required, min=1, max=1e15, doc=doc)


ETF_FLOW = Table(
    name="facts.etf_flow",
    doc="Net flow of one exchange-traded fund on one trading day, as known from one moment on. From a file of the user's.",
    key=("symbol", "fund", "date", "known_at"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        FUND,
        DATE,
        _flow("Creations less redemptions of the day; NULL where the user took the figure back."),
        _assets("Assets under management at the end of the day; NULL where they are not told."),
        *PROVENANCE,
    ),
)
EXCHANGE_RESERVE = Table(
    name="facts.exchange_reserve",
    doc="Coins held at exchanges at the end of one UTC day, as known from one moment on. From a file of the user's.",
    key=("symbol", "date", "known_at"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        DATE,
        _reserve("Coins held; NULL where the user took the figure back."),
        SOURCE,
        *PROVENANCE,
    ),
)
ETF_FLOW_STAGED = Table(
    name="staged.etf_flow",
    doc="Net flows of exchange-traded funds in force, by fund and trading day.",
    key=("symbol", "fund", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        FUND,
        DATE,
        _flow("Creations less redemptions of the day.", required=True),
        _assets("Assets under management at the end of the day."),
        KNOWN_AT,
    ),
)
EXCHANGE_RESERVE_STAGED = Table(
    name="staged.exchange_reserve",
    doc="Coins held at exchanges in force, at the end of each UTC day.",
    key=("symbol", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(SYMBOL, DATE, _reserve("Coins held.", required=True), SOURCE, KNOWN_AT),
)
ETF_FLOWS = Table(
    name="metrics.etf_flow",
    doc="Net flows into the exchange-traded funds that hold a coin, by trading day, over all funds that the user's file has.",
    key=("symbol", "date"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        SYMBOL,
        DATE,
        usd(
            "net_flow_usd",
            "Creations less redemptions over funds; NULL where one that had a figure in the week before has none.",
            min=-1e11,
            max=1e11,
        ),
        Column(name="funds", type="varchar", required=True, doc="The funds that have a figure of the day."),
        usd(
            "net_flow_20d_usd",
            "Sum of 20 trading days up to this one; NULL where one of them is not known.",
            min=-1e12,
            max=1e12,
        ),
        usd("aum_usd", "Assets under management over the same funds; NULL unless each tells them.", min=1e6, max=5e12),
        Column(
            name="net_flow_20d_to_aum_share",
            type="double",
            unit="fraction",
            doc="The flows of those 20 days over the assets at the end of the last.",
        ),
        KNOWN_AT,
    ),
)

#: What is recorded, and for each the key of its job as SQL over its columns, and what a row is about. A file is told as
#: a whole each time.
FACTS = (ETF_FLOW, EXCHANGE_RESERVE)
JOBS = {table.name: (f"'{table.name}'", "date") for table in FACTS}
TABLES = (*FACTS, ETF_FLOW_STAGED, EXCHANGE_RESERVE_STAGED, ETF_FLOWS)
