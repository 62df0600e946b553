"""Which claims hold today."""

import json

from markupsafe import Markup

from assets.report.evidence import line
from assets.report.reading import Reader
from assets.report.vocabulary import Listing, Section

CLAIM = "metrics.claim"
LATEST = f"from {CLAIM} qualify as_of = max(as_of) over (partition by claim_id, part)"


def answer(read: Reader) -> list[Markup]:
    verdicts = [
        name
        for (name,) in read.rows(
            f"select distinct verdict from ({LATEST}) where verdict is not null order by verdict"
        ).rows()
    ]
    counts = [
        Markup("{} {}").format(
            name, read.computed(f"select count(*) from ({LATEST}) where verdict = '{name}'", f"{CLAIM}.verdict")
        )
        for name in verdicts
    ]
    return [Markup("Verdicts: {}.").format(Markup(", ").join(counts) or "none yet")]


SECTION = Section(
    id="claims",
    name="Claims",
    question="Which claims hold today?",
    answer=answer,
    listings=(
        Listing(
            id="claims-today",
            title="Claims, with their newest verdict",
            query=f"""
                select claim_id as claim, verdict, part_statement as statement, evidence, verdict_since::date as since
                from ({LATEST}) order by claim_id, part
            """,
            in_words={"evidence": lambda evidence: line(json.loads(evidence))},
            none="No claim was judged.",
        ),
    ),
)
