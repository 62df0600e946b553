"""Statistics: weekly inputs, rotation down the ladder, leads and lags, what followed events, analogs of cycles."""

from warehouse.table import Column, Table
from warehouse.tables.columns import DATE, KNOWN_AT

LICENCE = "derived from data of the index owners and venues, own analytics, no redistribution"
KINDS = ("coin", "altcoins", "index", "fund", "rate", "liquidity")
DRIVERS = (
    "russell_2000", "nasdaq_composite", "net_liquidity_1w", "net_liquidity_6w", "real_yield_10y", "high_yield_oas",
    "baa_10y_spread",
)  # fmt: skip
RUNGS = ("UST", "LQD", "HYG", "SPY", "IWM", "BTC", "ETH", "ALT")
HORIZONS = (4, 8, 13, 26)

FRIDAY = Column(name="week_ending", type="date", doc="The Friday that ends the week.")
ASSET = Column(
    name="asset",
    type="varchar",
    doc="A coin, ALT for the altcoin index, a fund, UST for half SHY and half IEF, or an index.",
)
EVENT_SET = Column(
    name="event_set",
    type="varchar",
    doc="russell_2000_drought_breakout: an all-time high of the Russell 2000 after 180 days or more without one.",
)
EVENT_DATE = Column(name="event_date", type="date", doc="The day of the event.")
HORIZON = Column(
    name="horizon_weeks", type="bigint", unit="weeks", doc="How long after the event, in weeks of seven days."
)
SURVIVORS = Column(
    name="is_survivorship_biased",
    type="boolean",
    required=True,
    doc="Rests on coins that were chosen in 2026, when the others had failed; all but BTC and ETH do.",
)
REASON = Column(name="reason", type="varchar", doc="Why there is no number; NULL where there is one.")


def _number(
    name: str, unit: str, doc: str, *, required: bool = False, low: float | None = None, high: float | None = None
) -> Column:
    return Column(name=name, type="double", unit=unit, doc=doc, required=required, min=low, max=high)


def _count(name: str, unit: str, doc: str, *, required: bool = False) -> Column:
    return Column(name=name, type="bigint", unit=unit, doc=doc, required=required)


def _share(name: str, doc: str) -> Column:
    return _number(name, "fraction", doc, low=0, high=1)


def _correlation(name: str, doc: str, *, required: bool = False) -> Column:
    return _number(name, "correlation coefficient", doc, required=required, low=-1, high=1)


ASSET_CLOSE = Table(
    name="metrics.asset_close",
    doc="One close per asset and day, as statistics use them: coins at the end of the UTC day, funds with dividends reinvested, indices without.",
    key=("asset", "date"),
    licence=LICENCE,
    columns=(
        ASSET,
        DATE,
        Column(name="kind", type="varchar", required=True, one_of=KINDS, doc="What it is a close of."),
        _number("close", "USD, or index points", "Last price of the day.", required=True),
        Column(
            name="source",
            type="varchar",
            required=True,
            doc="Whose close it is: a venue, fred, yahoo, or a table of metrics.",
        ),
        KNOWN_AT,
    ),
)
WEEKLY_RETURN = Table(
    name="metrics.weekly_return",
    doc="What is compared week by week, at Fridays: closes of the day, and of published figures the last one known by the end of it in UTC. "
    "Only changes are ever correlated; levels of unrelated things correlate.",
    key=("measure", "week_ending"),
    licence=LICENCE,
    columns=(
        Column(
            name="measure",
            type="varchar",
            doc="An asset, net_liquidity, real_yield_10y, high_yield_oas, baa_10y_spread or treasury_bill_3m.",
        ),
        FRIDAY,
        Column(name="kind", type="varchar", required=True, one_of=KINDS, doc="What it is."),
        _number(
            "level",
            "USD, index points or percent",
            "The last one of the seven days that end with the Friday.",
            required=True,
        ),
        Column(name="level_date", type="date", required=True, doc="The day or Wednesday that the level is of."),
        Column(
            name="change_unit",
            type="varchar",
            required=True,
            one_of=("log ratio", "percentage points"),
            doc="Unit of the changes.",
        ),
        _number("change_1w", "as column change_unit", "Change since the Friday before; NULL without a level then."),
        _number("change_6w", "as column change_unit", "Change over six weeks; those of neighbouring weeks overlap."),
        _number("change_13w", "as column change_unit", "Change over 13 weeks."),
        KNOWN_AT,
    ),
)
ROTATION_RUNG = Table(
    name="metrics.rotation_rung",
    doc="The ladder from Treasuries to altcoins, rung by rung: what each returned over 13 weeks.",
    key=("week_ending", "rung"),
    licence=LICENCE,
    columns=(
        FRIDAY,
        _count(
            "rung",
            "place",
            "1 is the safest: Treasuries, investment grade, high yield, large caps, small caps, bitcoin, ether, altcoins.",
        ),
        Column(
            name="asset",
            type="varchar",
            required=True,
            one_of=RUNGS,
            doc="What stands for the rung, see metrics.asset_close.",
        ),
        _number("change_1w", "log ratio", "Total return of the week."),
        _number("return_13w", "fraction", "Total return of 13 weeks, not logarithmic."),
        _number("return_13w_4w_before", "fraction", "The same four weeks before."),
        _number("treasury_bill_return_13w", "fraction", "What a three-month bill bought 13 weeks before earned."),
        Column(name="is_high_26w", type="boolean", doc="No Friday of the last 26 was higher; NULL with fewer."),
        Column(name="first_high_26w_week", type="date", doc="The first Friday of the last 26 that was such a high."),
        KNOWN_AT,
    ),
)
ROTATION = Table(
    name="metrics.rotation",
    doc="Whether riskier rungs of the ladder return more than safer ones. With 8 rungs a score within 0.74 of nothing is no order at the 5 percent level.",
    key=("week_ending",),
    licence=LICENCE,
    columns=(
        FRIDAY,
        _correlation("score", "Spearman's rho of rung and 13-week return; NULL with fewer than five rungs."),
        _correlation("score_low", "2.5th percentile of the score when the 13 weeks are drawn anew, in blocks of four on average."),
        _correlation("score_high", "97.5th percentile."),
        _share("breadth", "Share of neighbouring rungs of which the upper one returned more."),
        _count("front", "place", "The highest rung that returned more than Treasury bills and more than four weeks before; NULL where none did, or bills are not known."),
        _count("n_rungs", "rungs", "Rungs with a 13-week return that week.", required=True),
        _correlation("order_of_highs", "Kendall's tau-b of rung and the week of its first 26-week high in half a year: 1 where safe rungs were first; NULL with fewer than three."),
        _count("n_highs", "rungs", "Rungs that had such a high.", required=True),
        KNOWN_AT,
    ),
)  # fmt: skip
LEAD_LAG = Table(
    name="metrics.lead_lag",
    doc="Correlation of a weekly change of a driver with the log return of a coin some weeks later, over the weeks that both have. "
    "Couples with fewer than 104 are not here. Each couple is judged alone: of twenty, one finds something by chance.",
    key=("driver", "target", "lag_weeks"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        Column(name="driver", type="varchar", one_of=DRIVERS, doc="What comes first: log return or log change, of yields and spreads the difference."),
        Column(name="target", type="varchar", doc="A coin, or ALT for the altcoin index."),
        _count("lag_weeks", "weeks", "How much later the target's week is; negative where the target's is earlier."),
        _correlation("correlation", "Pearson's, over n pairs.", required=True),
        _correlation("low_95", "2.5th percentile of 2,000 draws of pairs (stationary bootstrap, blocks of 8 weeks on average)."),
        _correlation("high_95", "97.5th percentile."),
        _number("hac_t", "t ratio", "Slope of the target's on the driver's over its error by Newey and West with 8 lags and n / (n - 2)."),
        _count("n", "pairs", "Pairs of weeks.", required=True),
        _share("p_family_wise", "Share of 2,000 drivers drawn anew, in blocks of 26 weeks on average, that do as well at any lag on this side (1 to 26, -26 to -1, or 0)."),
        _number("minimum_detectable_effect", "correlation coefficient", "What a correlation at this lag must be to be found at 5 percent, over all lags on its side, four times of five.", low=0, high=1),
        _count("driver_weeks", "weeks", "Weeks that a change of the driver is over; above 1 they overlap.", required=True),
        Column(name="first_week", type="date", required=True, doc="The first Friday that both have."),
        Column(name="last_week", type="date", required=True, doc="The last one."),
        SURVIVORS,
        KNOWN_AT,
    ),
)  # fmt: skip
EVENT_RETURN = Table(
    name="metrics.event_return",
    doc="What coins returned after each event, also where that is not known.",
    key=("event_set", "event_date", "asset", "horizon_weeks"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        EVENT_SET,
        EVENT_DATE,
        ASSET,
        HORIZON,
        Column(name="horizon_date", type="date", required=True, doc="The day that many weeks later."),
        _number("start_close", "USD, or index points", "Close of the event's day, which ends after the event is known."),
        _number("end_close", "USD, or index points", "Close of horizon_date."),
        _number("forward_return", "fraction", "end_close over start_close, less one; not logarithmic.", low=-1),
        Column(name="reason", type="varchar", one_of=("no close on the day", "not over yet", "no close at the end"), doc=REASON.doc),
        KNOWN_AT,
    ),
)  # fmt: skip
EVENT_STUDY = Table(
    name="metrics.event_study",
    doc="What coins returned after events against what they returned after any day.",
    key=("event_set", "asset", "horizon_weeks"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        EVENT_SET,
        ASSET,
        HORIZON,
        _number("mean_return", "fraction", "Mean forward return of the events that have one.", low=-1),
        _number("unconditional_mean", "fraction", "Mean forward return of all days that have one.", low=-1),
        _share("p_value", "Share of 10,000 sets of as many random days, none within the horizon of another, with a mean at least as high; NULL where so many do not fit."),
        _number("minimum_detectable_effect", "fraction", "How much a mean must be above that of random days to be found at 5 percent, one-sided, four times of five.", low=0),
        _count("n", "events", "Events that have a forward return: the list is metrics.event_return.", required=True),
        _count("events_without_data", "events", "Events that have none.", required=True),
        _count("start_days", "days", "Days that have one.", required=True),
        Column(name="first_start_date", type="date", doc="The first of them."),
        Column(name="last_start_date", type="date", doc="The last of them."),
        SURVIVORS,
        KNOWN_AT,
    ),
)  # fmt: skip
CYCLE_PATH = Table(
    name="metrics.cycle_path",
    doc="The weeks around the breakout of each cycle, to lay over each other; a week that is not known is a row without a level.",
    key=("cycle", "asset", "weeks_from_event"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        Column(name="cycle", type="varchar", doc="2016-17, 2020-21, or now: the newest breakout since."),
        ASSET,
        _count("weeks_from_event", "weeks", "Weeks since the one of the breakout, negative before."),
        Column(name="event_date", type="date", required=True, doc="The breakout: the Russell 2000's all-time high after 180 days or more without one."),
        Column(name="event_week_ending", type="date", required=True, doc="The Friday of its week."),
        FRIDAY,
        _number("level", "USD, or index points", "The week's level in metrics.weekly_return."),
        _number("log_growth_since_event", "log ratio", "Log of the level over that of the event's week."),
        _number("zscore", "standard deviations", "Log level less the mean of the path's, over their standard deviation (ddof 1)."),
        KNOWN_AT,
    ),
)  # fmt: skip
CYCLE_ANALOG = Table(
    name="metrics.cycle_analog",
    doc="How alike the weeks around the newest breakout are to those around an earlier one, and to random weeks of the same asset.",
    key=("cycle", "asset"),
    licence=LICENCE,
    may_be_empty=True,
    columns=(
        Column(name="cycle", type="varchar", doc="The earlier cycle, see metrics.cycle_path."),
        ASSET,
        Column(name="event_date", type="date", required=True, doc="Its breakout."),
        Column(name="compared_event_date", type="date", doc="The newest breakout."),
        _count("weeks_compared", "weeks", "Length of both paths: from 26 weeks before to as long after as there is by now."),
        _number("distance", "standard deviations", "Root mean square difference of the two z-scored log paths: 0 for one shape, 2 for its mirror.", low=0, high=2),
        _share("share_as_near", "Share of 1,000 random windows of the asset's own history, neither of these two, at least as near; NULL where there are none."),
        _count("random_windows", "windows", "How many were drawn, with repetition."),
        _count("independent_windows", "windows", "How many fit beside each other into the rest of the history: what the share really rests on."),
        REASON,
        KNOWN_AT,
    ),
)  # fmt: skip

TABLES = (
    ASSET_CLOSE,
    WEEKLY_RETURN,
    ROTATION_RUNG,
    ROTATION,
    LEAD_LAG,
    EVENT_RETURN,
    EVENT_STUDY,
    CYCLE_PATH,
    CYCLE_ANALOG,
)
