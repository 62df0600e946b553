"""Which claims hold today, and whether the data can be trusted."""

from bi.superset.vocabulary import Chart, Dashboard, Dataset

NEWEST = Dataset(
    name="claims, newest look",
    time="as_of",
    query="from metrics.claim qualify row_number() over (partition by claim_id, part order by as_of desc) = 1",
)
CHECKS = Dataset(
    name="checks that did not hold, newest run of each",
    query="from (from quality.result "
    "qualify row_number() over (partition by table_name, expectation, partition order by known_at desc) = 1) "
    "where not passed",
)
FRESHNESS = Dataset(name="quality.freshness", time="newest_period")
GAPS = Dataset(name="quality.gap", time="from_period")

DASHBOARD = Dashboard(
    slug="claims-and-quality",
    title="Claims and quality",
    question="Which claims hold today, and can the data be trusted?",
    rows=(
        (
            Chart(
                title="Parts of claims by verdict",
                kind="lying",
                dataset=NEWEST,
                unit="parts of claims",
                x="verdict",
                values={"Parts": "count(*)"},
                width=4,
            ),
            Chart(
                title="Gaps by reason",
                kind="lying",
                dataset=GAPS,
                unit="stretches of periods",
                x="reason",
                values={"Gaps": "count(*)"},
                note="closed and upstream_window are facts; missing and not_fetched are work.",
                width=4,
            ),
            Chart(
                title="Sources that are overdue",
                kind="number",
                dataset=FRESHNESS,
                unit="sources past the day on which a new value was due",
                values={"Overdue": "count(*) filter (is_stale)"},
                width=4,
            ),
        ),
        (
            Chart(
                title="What the data say about each claim",
                kind="table",
                dataset=NEWEST,
                columns=("claim_id", "part", "verdict", "verdict_since", "as_of", "statement", "part_statement"),
                order=("claim_id", True),
                width=12,
                height=80,
            ),
        ),
        (
            Chart(
                title="Checks that did not hold",
                kind="table",
                dataset=CHECKS,
                columns=("table_name", "expectation", "severity", "unexpected_count", "observed", "known_at"),
                order=("known_at", False),
                note="A critical one blocks publishing, so what stands here are warnings.",
            ),
            Chart(
                title="How new each source is",
                kind="table",
                dataset=FRESHNESS,
                columns=("source", "upstream", "newest_period", "expected_by", "is_stale"),
                order=("expected_by", True),
                formats={"newest_period": "%Y-%m-%d"},
            ),
        ),
    ),
)
