"""The crosswalk from the Daily Treasury Statement's changing category names to stable concepts."""

import csv
from pathlib import Path

ANY = "*"


def _read(path: Path) -> dict[tuple[str, str, str], str]:
    """Raises ValueError for a line that is there twice, or that another one already covers with ``*``."""
    found: dict[tuple[str, str, str], str] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            pair, detail = (line["transaction_type"], line["category"]), line["detail"]
            if any(known[:2] == pair and (known[2] == detail or ANY in (known[2], detail)) for known in found):
                raise ValueError(f"{path.name}: {' / '.join(pair)} / {detail} is covered more than once")
            found[*pair, detail] = line["concept"]
    return found


#: (transaction type, category, detail) to concept; the detail ``*`` stands for any, none included.
CATEGORIES: dict[tuple[str, str, str], str] = _read(Path(__file__).with_suffix(".csv"))


def concept_of(transaction_type: str, category: str, detail: str) -> str | None:
    """The stable concept of a line, None when the crosswalk does not know it."""
    exact = CATEGORIES.get((transaction_type, category, detail))
    return exact or CATEGORIES.get((transaction_type, category, ANY))
