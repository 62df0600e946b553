"""Where risk appetite stands on the ladder from Treasuries to altcoins, and what stands around it."""

from markupsafe import Markup

from assets.report.reading import Reader
from assets.report.values import Value, said
from assets.report.vocabulary import Chart, Number, Section, Trace

ROTATION, RUNG = "metrics.rotation", "metrics.rotation_rung"
INDEX, PAIRS, RATES = "metrics.equity_index", "metrics.relative_strength", "metrics.rates_and_credit"
RUSSELL = "index_id = 'russell_2000'"
SMALL = "pair = 'russell_2000/nasdaq_composite'"
RUNGS = {
    "UST": "Treasuries",
    "LQD": "investment grade",
    "HYG": "high yield",
    "SPY": "large caps",
    "IWM": "small caps",
    "BTC": "bitcoin",
    "ETH": "ether",
    "ALT": "altcoins",
}
PAIR_WORDS = {
    "russell_2000/nasdaq_composite": "Russell 2000 / Nasdaq",
    "russell_2000/sp_500": "Russell 2000 / S&P 500",
    "nasdaq_composite/sp_500": "Nasdaq / S&P 500",
}


def answer(read: Reader) -> list[Markup]:
    score = read.value(f"{ROTATION}.score")
    low, high, breadth = (
        read.value(f"{ROTATION}.{name}", score.row) for name in ("score_low", "score_high", "breadth")
    )
    high_on = read.computed(f"select max(date) from {INDEX} where {RUSSELL} and is_all_time_high", INDEX)
    broke_out = read.computed(f"select max(date) from {INDEX} where {RUSSELL} and is_drought_breakout", INDEX)
    strength = read.value(f"{PAIRS}.log_change_13w", SMALL)
    spread = read.value(f"{RATES}.high_yield_oas_bps")
    change = read.value(f"{RATES}.high_yield_oas_change_13w_bps", spread.row)
    real = read.value(f"{RATES}.real_yield_10y_pct")
    return [
        said("The ladder's score", "The ladder's score was {} (95 % interval {} to {}) in the week to {}: {}", score, low, high, score.day, _order(score, low, high)),
        said("The breadth", "{} of neighbouring rungs were in order; {}", breadth, _front(read, score)),
        said("The Russell 2000's high", "The Russell 2000 was last at an all-time high on {}; the last drought broke on {}", high_on, broke_out),
        said("The Russell's strength", "The log ratio of Russell to Nasdaq moved {:signed} over the 13 weeks to {}", strength, strength.day),
        said("The high-yield spread", "High yield paid {} over Treasuries on {} ({:signed} in 13 weeks); ten years paid {} real on {}", spread, spread.day, change, real, real.day),
    ]  # fmt: skip


def _order(score: Value, low: Value, high: Value) -> str:
    """What the score says; nothing where chance could make it."""
    if low.raw is None or high.raw is None:
        return "its interval is not known"
    if low.raw <= 0 <= high.raw:
        return "an order that chance could make"
    return "riskier rungs return more" if score.raw > 0 else "safer rungs return more"


def _front(read: Reader, score: Value) -> Markup:
    front = read.value(f"{ROTATION}.front", score.row)
    if front.raw is None:
        return Markup("no rung is known to have been at the front")
    rows = read.rows(f"select distinct asset from {RUNG} where rung = {front.raw}").rows()
    return Markup("the front was rung {}, {}").format(front, RUNGS[rows[0][0]] if rows else "")


SECTION = Section(
    id="appetite",
    name="Risk appetite",
    question="Where does risk appetite stand on the ladder?",
    answer=answer,
    numbers=(
        Number(label="Score of the ladder", column=f"{ROTATION}.score", signed=True),
        Number(label="its 2.5th percentile", column=f"{ROTATION}.score_low", signed=True),
        Number(label="its 97.5th percentile", column=f"{ROTATION}.score_high", signed=True),
        Number(label="Breadth", column=f"{ROTATION}.breadth"),
        Number(label="Front, place from 1", column=f"{ROTATION}.front"),
        Number(label="Russell 2000", column=f"{INDEX}.close", where=RUSSELL),
        Number(label="days since the high before", column=f"{INDEX}.days_since_previous_high", where=RUSSELL),
        Number(label="Russell / Nasdaq, 13 weeks", column=f"{PAIRS}.log_change_13w", where=SMALL, signed=True),
        Number(label="its place in 52 weeks", column=f"{PAIRS}.percentile_52w", where=SMALL),
        Number(label="Real yield, 10 years", column=f"{RATES}.real_yield_10y_pct"),
        Number(label="its change, 13 weeks", column=f"{RATES}.real_yield_10y_change_13w_pct", signed=True),
        Number(label="High-yield spread", column=f"{RATES}.high_yield_oas_bps"),
        Number(label="its change, 13 weeks", column=f"{RATES}.high_yield_oas_change_13w_bps", signed=True),
        Number(label="Investment-grade spread", column=f"{RATES}.investment_grade_oas_bps"),
        Number(label="Baa less 10-year Treasury", column=f"{RATES}.baa_10y_spread_bps"),
    ),
    charts=(
        Chart(
            id="rotation",
            title="Score of the ladder, with its 95 % interval",
            unit="rank correlation of rung and 13-week return",
            query=f"select week_ending, score, score_low, score_high from {ROTATION} order by week_ending",
            x="week_ending",
            traces=(
                Trace(y="score_high", low="score_low", name="95 % interval", kind="band", colour="1"),
                Trace(y="score", name="score", colour="1"),
            ),
            years=3,
            is_wide=True,
        ),
        Chart(
            id="ladder",
            title="Return of each rung over 13 weeks, now and four weeks before",
            unit="%",
            scale=100,
            query=f"""
                select asset, rung, week_ending, return_13w, return_13w_4w_before, treasury_bill_return_13w from {RUNG}
                where week_ending = (select max(week_ending) from {RUNG}) order by rung
            """,
            x="asset",
            words=tuple(RUNGS.items()),
            traces=(
                Trace(y="return_13w", name="now", kind="lying", colour="1"),
                Trace(y="return_13w_4w_before", name="four weeks before", kind="dots", colour="2"),
                Trace(y="treasury_bill_return_13w", name="Treasury bill", kind="dots", colour="7"),
            ),
            note="The safest rung is at the bottom.",
        ),
        Chart(
            id="relative-strength",
            title="Relative strength of indices: log change of the ratio over 13 weeks",
            unit="log ratio",
            query=f"""
                select date, pair, log_change_13w from {PAIRS}
                where date > (select max(date) - interval 5 year from {PAIRS})
                qualify row_number() over (partition by pair, date_trunc('week', date) order by date desc) = 1
                order by date, pair
            """,
            x="date",
            split="pair",
            words=tuple(PAIR_WORDS.items()),
            traces=(Trace(y="log_change_13w"),),
            years=3,
            note="The last session of each week.",
        ),
        Chart(
            id="russell",
            title="Russell 2000, and all-time highs that ended a drought",
            unit="index points",
            query=f"""
                select date, close, if(is_drought_breakout, close, null) as breakout_close from {INDEX}
                where {RUSSELL} and date > (select max(date) - interval 8 year from {INDEX}) order by date
            """,
            x="date",
            traces=(
                Trace(y="close", name="close"),
                Trace(y="breakout_close", name="breakout after 180 days or more", kind="marks", colour="2"),
            ),
            is_wide=True,
        ),
        Chart(
            id="droughts",
            title="How long each drought of the Russell 2000 had lasted when it broke",
            unit="calendar days",
            query=f"""
                select date, days_since_previous_high from {INDEX} where {RUSSELL} and is_drought_breakout order by date
            """,
            x="date",
            traces=(Trace(y="days_since_previous_high", kind="marks", colour="2"),),
        ),
        Chart(
            id="real-yield",
            title="Real yield of 10-year Treasuries",
            unit="percent",
            query=f"""
                select date, real_yield_10y_pct from {RATES}
                where date > (select max(date) - interval 6 year from {RATES}) order by date
            """,
            x="date",
            traces=(Trace(y="real_yield_10y_pct", name="real yield"),),
            years=3,
        ),
        Chart(
            id="credit",
            title="Credit spreads",
            unit="basis points",
            query=f"""
                select date, high_yield_oas_bps, investment_grade_oas_bps, baa_10y_spread_bps from {RATES}
                where date > (select max(date) - interval 6 year from {RATES}) order by date
            """,
            x="date",
            traces=(
                Trace(y="high_yield_oas_bps", name="high yield", colour="2"),
                Trace(y="baa_10y_spread_bps", name="Baa less Treasury", colour="3"),
                Trace(y="investment_grade_oas_bps", name="investment grade", colour="1"),
            ),
            years=3,
            note="Option-adjusted spreads reach back three years; that is what their owner allows.",
        ),
    ),
)
