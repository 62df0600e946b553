"""What the Fed, the Treasury and the agencies did."""

from markupsafe import Markup

from assets.report.reading import Reader
from assets.report.values import Value, clause, said
from assets.report.vocabulary import Chart, Number, Section, Trace

PURCHASES, ACCOUNT = "metrics.fed_purchases", "metrics.treasury_general_account"
FLOWS, MBS, FUNDING = "metrics.fiscal_flows", "metrics.mbs_programme", "metrics.funding_stress"
BOUGHT = "operation = 'purchase'"


def answer(read: Reader) -> list[Markup]:
    total = read.value(f"{PURCHASES}.total_usd", BOUGHT)
    bills = read.value(f"{PURCHASES}.bills_usd", total.row)
    estimate = read.value(f"{PURCHASES}.reserve_management_estimate_usd", BOUGHT)
    balance = read.value(f"{ACCOUNT}.closing_balance_usd")
    drawdown = read.value(f"{ACCOUNT}.drawdown_from_52w_peak_usd", balance.row)
    held = read.value(f"{MBS}.change_since_start_usd")
    progress = read.value(f"{MBS}.progress_share", held.row)
    spread = read.value(f"{FUNDING}.sofr_iorb_bps")
    stressed = read.value(f"{FUNDING}.is_stressed", spread.row)
    return [
        said(
            "What the Fed bought",
            "The Fed bought {} of Treasuries in {}, {} of them bills; the Treasury's account held {} on {}",
            total, _month(total), bills, balance, balance.day,
        ),
        said("How far it was from its peak", "It was {:size} below its 52-week peak then", drawdown),
        said("What the Fed bought to manage reserves", "To manage reserves the Fed bought an estimated {} in {}", estimate, _month(estimate)),
        said(
            "What the enterprises hold",
            "From the programme's start to {1} the MBS of Fannie Mae and Freddie Mac moved {0:signed}, {2} of the programme",
            held, _month(held), progress,
        ),
        said(
            "SOFR's distance from the rate on reserves",
            "SOFR stood {:signed} from the rate on reserves on {}; {}",
            spread, spread.day, clause("whether funding was stressed", "funding was {:stressed|not stressed}", stressed),
        ),
    ]  # fmt: skip


def _month(value: Value) -> str:
    return f"{value.at:%B %Y}" if value.at else "a month that is not known"


SECTION = Section(
    id="official",
    name="Fed, Treasury, agencies",
    question="What did the Fed, the Treasury and the agencies do?",
    answer=answer,
    numbers=(
        Number(label="Fed purchases, bills", column=f"{PURCHASES}.bills_usd", where=BOUGHT),
        Number(label="Fed purchases, coupons", column=f"{PURCHASES}.coupons_usd", where=BOUGHT),
        Number(
            label="for reserve management (estimate)",
            column=f"{PURCHASES}.reserve_management_estimate_usd",
            where=BOUGHT,
        ),
        Number(label="Treasury account", column=f"{ACCOUNT}.closing_balance_usd"),
        Number(label="its change, 4 weeks", column=f"{ACCOUNT}.change_4w_usd", signed=True),
        Number(label="its change, 13 weeks", column=f"{ACCOUNT}.change_13w_usd", signed=True),
        Number(label="Enterprises' MBS since the start", column=f"{MBS}.change_since_start_usd", signed=True),
        Number(label="share of the programme", column=f"{MBS}.progress_share"),
        Number(label="Fed's MBS since the start", column=f"{MBS}.fed_mbs_change_since_start_usd", signed=True),
        Number(label="Customs, 20 statements", column=f"{FLOWS}.customs_gross_20d_usd"),
        Number(label="Customs refunds, 20 statements", column=f"{FLOWS}.customs_refunds_20d_usd"),
        Number(label="Tax refunds, 20 statements", column=f"{FLOWS}.tax_refunds_20d_usd"),
        Number(label="Deficit against a year before", column=f"{FLOWS}.deficit_impulse_20d_usd", signed=True),
        Number(label="SOFR less rate on reserves", column=f"{FUNDING}.sofr_iorb_bps", signed=True),
        Number(label="Standing repo", column=f"{FUNDING}.standing_repo_usd"),
        Number(label="Funding stressed", column=f"{FUNDING}.is_stressed"),
    ),
    charts=(
        Chart(
            id="fed-purchases",
            title="Fed purchases less sales of Treasuries, by settlement month",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select month, sum(bills_usd) as bills_usd, sum(coupons_usd) as coupons_usd
                from {PURCHASES} group by month order by month
            """,
            x="month",
            traces=(
                Trace(y="bills_usd", name="bills", kind="bars", colour="1"),
                Trace(y="coupons_usd", name="coupons", kind="bars", colour="2"),
            ),
            years=5,
            is_wide=True,
        ),
        Chart(
            id="treasury-account",
            title="The Treasury's account, daily close",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select date, closing_balance_usd from {ACCOUNT}
                where date > (select max(date) - interval 6 year from {ACCOUNT}) order by date
            """,
            x="date",
            traces=(Trace(y="closing_balance_usd", name="Treasury account"),),
            years=3,
        ),
        Chart(
            id="mbs-programme",
            title="Agency MBS since the programme's start: enterprises and Fed",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select month, change_since_start_usd, fed_mbs_change_since_start_usd, public_net_change_usd
                from {MBS} where change_since_start_usd is not null order by month
            """,
            x="month",
            traces=(
                Trace(y="change_since_start_usd", name="enterprises", colour="1"),
                Trace(y="fed_mbs_change_since_start_usd", name="Fed", colour="2"),
                Trace(y="public_net_change_usd", name="together", kind="dashes", colour="7"),
            ),
        ),
        Chart(
            id="fiscal-flows",
            title="Customs and refunds, sums of 20 statements",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select date, customs_gross_20d_usd, customs_refunds_20d_usd, tax_refunds_20d_usd from {FLOWS}
                where date > (select max(date) - interval 4 year from {FLOWS}) order by date
            """,
            x="date",
            traces=(
                Trace(y="customs_gross_20d_usd", name="customs, gross", colour="1"),
                Trace(y="customs_refunds_20d_usd", name="customs refunds", colour="2"),
                Trace(y="tax_refunds_20d_usd", name="tax refunds", colour="3"),
            ),
            years=3,
        ),
        Chart(
            id="deficit-impulse",
            title="Deficit of 20 statements, less that of a year before",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select date, deficit_impulse_20d_usd from {FLOWS}
                where date > (select max(date) - interval 4 year from {FLOWS}) order by date
            """,
            x="date",
            traces=(Trace(y="deficit_impulse_20d_usd", name="deficit impulse", colour="1"),),
            years=1,
            note="Above nothing the Treasury put more cash into markets than a year before.",
        ),
        Chart(
            id="funding-stress",
            title="SOFR less the rate on reserves, highest of five days",
            unit="basis points",
            query=f"""
                select date, sofr_iorb_5d_max_bps, sofr_iorb_p99_3y_bps from {FUNDING}
                where date > (select max(date) - interval 6 year from {FUNDING}) order by date
            """,
            x="date",
            traces=(
                Trace(y="sofr_iorb_5d_max_bps", name="five-day highest", colour="1"),
                Trace(y="sofr_iorb_p99_3y_bps", name="its 99th percentile of 3 years", kind="dashes", colour="7"),
            ),
            years=3,
        ),
        Chart(
            id="standing-repo",
            title="Standing repo facility, daily take-up",
            unit="bn USD",
            scale=1e-9,
            query=f"""
                select date, standing_repo_usd from {FUNDING}
                where date > (select max(date) - interval 4 year from {FUNDING}) order by date
            """,
            x="date",
            traces=(Trace(y="standing_repo_usd", name="take-up", kind="bars", colour="1"),),
            years=1,
        ),
    ),
)
