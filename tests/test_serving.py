"""The serving copy as far as it goes without a PostgreSQL: types, secrets, and a driver that is not there."""

from pathlib import Path

import pytest

from tests.pipeline import tidegauge
from warehouse.postgres import without_secrets
from warehouse.serving import POSTGRES_TYPES
from warehouse.table import POLARS_TYPES


def test_every_type_of_a_declaration_has_one_in_postgresql() -> None:
    assert set(POSTGRES_TYPES) == set(POLARS_TYPES)


@pytest.mark.parametrize(
    ("url", "text", "told"),
    [
        ("postgresql://u:s3cret@h/d", "no s3cret at h", "no *** at h"),
        ("postgresql://u:a%40b@h/d", "a%40b is a@b", "*** is ***"),
        ("postgresql://u:a@b@h/d", "a@b", "***"),
        ("postgresql://u@h/d?password=s3cret&sslmode=require", "s3cret, require", "***, require"),
        ("postgresql://u:%zz@h/d", 'invalid token: "%zz"', 'invalid token: "***"'),
        ("postgresql://u@h/d", "nothing to hide", "nothing to hide"),
    ],
    ids=["plain", "encoded", "with an at sign", "as a parameter", "not a URL", "none"],
)
def test_a_message_loses_the_password_in_each_of_its_forms(url: str, text: str, told: str) -> None:
    assert without_secrets(text, url) == told


def test_a_serving_copy_without_its_driver_says_what_to_install(sample: Path, tmp_path: Path) -> None:
    """Also where it is installed: it is hidden here."""
    hidden = "adbc_driver_manager"
    (tmp_path / f"{hidden}.py").write_text(f"raise ModuleNotFoundError('gone', name='{hidden}')")
    url = "postgresql://writer:secret@127.0.0.1/tidegauge"
    done = tidegauge(sample, "serve-copy", url, PYTHONPATH=str(tmp_path))
    assert done.returncode == 3
    assert done.stderr.strip() == (
        f"error: {hidden} is not installed, which speaks to PostgreSQL: pip install adbc-driver-postgresql"
    )
