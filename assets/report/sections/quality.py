"""What is stale, missing or failing."""

from markupsafe import Markup

from assets.report.reading import Reader
from assets.report.values import counted
from assets.report.vocabulary import Listing, Section
from warehouse.judging import LATEST

FRESHNESS, GAP, QUARANTINE = "quality.freshness", "quality.gap", "quality.quarantine"
RESULT = "quality.result"


def answer(read: Reader) -> list[Markup]:
    def count(table: str, where: str, of: str = "") -> str:
        return f"select count(*) from {of or table} where {where}"

    stale = read.computed(count(FRESHNESS, "is_stale"), f"{FRESHNESS}.is_stale")
    sources = read.computed(count(FRESHNESS, "true"), FRESHNESS)
    failed = read.computed(count(RESULT, "not passed", f"({LATEST})"), f"{RESULT}.passed")
    judged = read.computed(count(RESULT, "true", f"({LATEST})"), RESULT)
    missing = read.computed(count(GAP, "reason = 'missing'"), f"{GAP}.reason")
    outside = read.computed(count(GAP, "reason <> 'missing'"), f"{GAP}.reason")
    values = read.computed(count(QUARANTINE, "true"), QUARANTINE)
    return [
        Markup("{} of {} sources stale, {}, {} of {} checks not passed, {} in quarantine.").format(
            stale, sources, counted(missing, "stretch missing", "stretches missing"), failed, judged,
            counted(values, "value", "values"),
        ),
        Markup("{} closed, outside what the upstream serves, or never fetched.").format(
            counted(outside, "more stretch is", "more stretches are")
        ),
    ]  # fmt: skip


SECTION = Section(
    id="quality",
    name="Data quality",
    question="What is stale, missing or failing?",
    answer=answer,
    listings=(
        Listing(
            id="stale",
            title="Stale sources",
            query=f"""
                select source, upstream, newest_period, newest_known_at, expected_by
                from {FRESHNESS} where is_stale order by expected_by, source
            """,
            none="No source is overdue.",
        ),
        Listing(
            id="failing",
            title="Checks not passed",
            query=f"""
                select table_name, expectation, severity, observed, unexpected_count
                from ({LATEST}) where not passed order by severity, table_name, expectation
            """,
            none="Every check passed.",
        ),
        Listing(
            id="missing",
            title="Missing on open days",
            query=f"""
                select table_name, key, from_period, to_period, first_seen_at
                from {GAP} where reason = 'missing' order by to_period desc, table_name, key limit 40
            """,
            none="Nothing is missing that an upstream should have sent.",
        ),
        Listing(
            id="quarantine",
            title="Values that were not believed",
            query=f"""
                select source, field, value, reason, first_seen_at
                from {QUARANTINE} order by first_seen_at desc, source limit 40
            """,
            none="No value is in quarantine.",
        ),
        Listing(
            id="gaps",
            title="All gaps, by table and reason",
            query=f"""
                select table_name, reason, count(*) as stretches, min(from_period) as first, max(to_period) as last
                from {GAP} group by table_name, reason order by table_name, reason
            """,
            none="There are no gaps.",
        ),
        Listing(
            id="upstreams",
            title="How new each upstream is",
            query=f"""
                select upstream, count(*) as sources, count(*) filter (is_stale) as stale,
                    max(newest_period) as newest_period, max(newest_known_at) as newest_known_at
                from {FRESHNESS} group by upstream order by upstream
            """,
            none="No source is declared.",
        ),
    ),
)
