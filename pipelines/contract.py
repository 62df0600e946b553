"""What Dagster shows of a table comes from its declaration."""

import dagster as dg

from warehouse.table import Table
from warehouse.tables import TABLES


def described(spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset's spec with everything that the declaration already says; not every asset is a table."""
    table = TABLES.get(".".join(spec.key.path))
    if table is None:
        return spec
    return spec.replace_attributes(
        description=table.doc,
        group_name=table.schema,
        metadata={
            **spec.metadata,
            "dagster/column_schema": _columns(table),
            "dagster/table_name": table.name,
            "key": ", ".join(table.key),
            "licence": table.licence,
        },
    )


def _columns(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        [
            dg.TableColumn(
                c.name,
                c.type,
                description=c.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=not table.is_required(c),
                    unique=table.key == (c.name,),
                    other=[f"unit: {c.unit}"] if c.unit else [],
                ),
                tags={"unit": "".join(ch if ch.isalnum() else "_" for ch in c.unit)} if c.unit else {},
            )
            for c in table.columns
        ]
    )
