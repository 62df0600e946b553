"""The claims ledger: what was claimed, and what the data said about it at each look."""

from warehouse.table import Column, Table
from warehouse.tables.columns import KNOWN_AT

CLAIM = Table(
    name="metrics.claim",
    doc="What the data said about each part of each claim, each time the ledger looked: on the claim's day, at the ends of weeks, "
    "months or quarters since, and now. A row uses only what was known by its as_of. Claims are in assets/claims/claims.toml.",
    key=("claim_id", "part", "as_of"),
    # Its evidence shows numbers of all that claims rest on.
    licence="derived from data of the index owners and venues, own analytics, no redistribution",
    may_be_empty=True,
    columns=(
        Column(name="claim_id", type="varchar", doc="The claim."),
        Column(name="part", type="varchar", doc="Which part of it: each has a verdict of its own."),
        Column(name="as_of", type="timestamptz", doc="When the ledger looked, or the newest moment that data are from."),
        Column(
            name="verdict",
            type="varchar",
            required=True,
            one_of=("supported", "partly", "refuted", "reversed", "pending", "unmeasurable"),
            doc="What the data say: reversed is refuted after having been supported, pending waits for a date or data, unmeasurable has none, too old or too few.",
        ),
        Column(
            name="found",
            type="varchar",
            required=True,
            one_of=("supported", "partly", "refuted", "pending", "unmeasurable"),
            doc="The verdict of this look alone, which has no memory.",
        ),
        Column(name="verdict_since", type="timestamptz", required=True, doc="The look from which on the verdict has been this one."),
        Column(name="supported_from", type="timestamptz", doc="The first look that found it supported; NULL where none has."),
        Column(name="supported_until", type="timestamptz", doc="The last look so far that found it supported."),
        Column(name="statement", type="varchar", required=True, doc="What was claimed, paraphrased."),
        Column(name="part_statement", type="varchar", required=True, doc="What this part of it says, so that it can be measured."),
        Column(name="evidence", type="varchar", required=True, doc="JSON: numbers, n, coverage (days and tables), reason, refuted_by, horizon, and the query."),
        Column(name="error", type="varchar", doc="What is wrong with the claim itself; NULL where it could be scored."),
        Column(name="inputs", type="varchar", required=True, doc="A hash of what the look rests on: an equal one is not looked at again."),
        KNOWN_AT,
    ),
)  # fmt: skip

TABLES = (CLAIM,)
