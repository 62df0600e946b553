"""Business rules: queries in ``sql/checks`` that return the rows which break them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from warehouse.tables import TABLES

Severity = Literal["critical", "warning"]
CHECKS = Path(__file__).parent.parent / "sql" / "checks"
HEADER = re.compile(r"-- table: (\S+)\n-- severity: (critical|warning)\n-- expects: (.+\.)\n")


@dataclass(frozen=True)
class Rule:
    """One rule: the table it judges, whether it blocks publishing, what it expects, who breaks it."""

    name: str
    table_name: str
    severity: Severity
    expects: str
    query: str


def rules(folder: Path = CHECKS) -> list[Rule]:
    """Every rule in the folder; raises ValueError when a file's header does not say what it must."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text()
        header = HEADER.match(text)
        if not header or header[1] not in TABLES:
            raise ValueError(f"{path.name}: must begin with -- table: (declared), -- severity: and -- expects: lines")
        found.append(Rule(path.stem, header[1], cast("Severity", header[2]), header[3], text[header.end() :].strip()))
    return found
