"""Words from outside: a query can read what is published and nothing else, and no name is ever part of a query."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.command.main import tidegauge
from pipelines.places import Folder
from tests.small import filled

#: What must stay as it is, whatever is asked.
SPLICED = (
    "x'; drop table facts.observation; --",
    'facts.observation"; drop table facts.observation; --',
    "facts.observation; delete from facts.observation",
    "facts.observation/**/union/**/select",
    "facts.observation -- ",
    "(select 1)",
    "read_text('/etc/hostname')",
    "../../../etc/passwd",
    "facts/observation",
    "/etc/passwd",
    "facts.observation\x00",
    "",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEGAUGE_DATA", str(tmp_path_factory.mktemp("outside")))
        made = Folder("sample")
        filled(made)
        (made.root.parent / "secret.csv").write_text("a,b\n1,planted\n")
        yield made


def asked(*words: str) -> Result:
    return CliRunner().invoke(tidegauge, words)


def state(folder: Folder) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.root.parent.rglob("*")}


@pytest.mark.parametrize(
    "query",
    [
        *("create table x (a int)", "create temp table x as select 1; drop table facts.observation"),
        *("insert into reference.unit select * from reference.unit", "update facts.observation set value = 0"),
        *("delete from facts.observation", "truncate facts.observation", "drop schema facts cascade"),
        *("alter table facts.observation add column x int", "checkpoint facts"),
        *("attach '{secret}'", "attach ':memory:' as x", "attach '{live}' as x (read_only)", "detach current"),
        *("attach '{secret}' as x (type sqlite)", "from sqlite_scan('{secret}', 'x')", "from duckdb_scan('{live}')"),
        *(
            "copy facts.observation to '{out}'",
            "copy (select 1) to '{out}' (format parquet)",
            "export database '{out}'",
        ),
        *("import database '{out}'", "copy facts.observation from '{secret}'", "install httpfs", "load '{secret}'"),
        *("force install json from 'http://127.0.0.1:9'", "from read_csv('{secret}')", "from '{secret}'"),
        *(
            "from read_parquet('{parquet}')",
            "from '{parquet}'",
            "from read_text('{secret}')",
            "from read_blob('{secret}')",
        ),
        *("from read_json('{secret}')", "from glob('{root}/*')", "from read_csv_auto('http://127.0.0.1:9/x')"),
        *("from sniff_csv('{secret}')", "from parquet_metadata('{parquet}')", "from parquet_schema('{parquet}')"),
        *("from read_duckdb('{live}')", "select * from query('from read_text(''{secret}'')')"),
        *("set enable_external_access = true", "set lock_configuration = false", "reset enable_external_access"),
        *("pragma enable_external_access = true", "set allowed_paths = ['{secret}']", "set temp_directory = '{out}'"),
        *("set allowed_directories = ['{root}']", "set secret_directory = '{out}'", "set memory_limit = '1TB'"),
        *("set log_query_path = '{out}'", "pragma enable_profiling = 'json'", "set profiling_output = '{out}'"),
        *("set home_directory = '{root}'", "create secret x (type http)", "call enable_logging(storage = 'file')"),
        *("prepare x as drop table facts.observation; execute x", "call pragma_version(); drop schema facts"),
    ],
)
def test_a_query_cannot_write_reach_out_or_lift_what_forbids_it(folder: Folder, query: str) -> None:
    before, root = state(folder), folder.root.parent
    told = asked(
        "sql",
        query.format(
            root=root,
            secret=root / "secret.csv",
            out=root / "stolen",
            live=folder.database,
            parquet=folder.shelf.root / "parquet" / "reference" / "unit.parquet",
        ),
    )
    assert told.exit_code == 2, told.output
    assert told.stderr.startswith("Error: ")
    assert told.stderr.count("\n") == 1
    assert told.stdout == ""
    assert state(folder) == before


@pytest.mark.parametrize(
    "words",
    [
        ("show", "{}"),
        ("dictionary", "{}"),
        ("export", "{folder}/exported", "{}"),
        ("trace", "{}", "week_ending=2026-01-07"),
        ("trace", "facts.observation", "series_id=WALCL", "{}"),
        ("trace", "facts.observation", "{}=1"),
        ("trace", "facts.observation", "series_id=WALCL", "period={}", "known_at=2026-01-08"),
        ("trace", "facts.observation", "series_id={}", "period=2026-01-07", "known_at=2026-01-08"),
        ("show", "facts.observation", "--origin", "{}"),
        ("show", "facts.observation", "--as-of", "{}"),
        ("show", "facts.observation", "--last", "{}"),
        ("run", "--upstreams", "{}"),
        ("verify", "--origin", "{}"),
    ],
    ids=" ".join,
)
def test_a_word_is_a_name_that_is_known_or_an_error(folder: Folder, words: tuple[str, ...]) -> None:
    before = state(folder)
    for word in SPLICED:
        told = asked(*(part.replace("{folder}", str(folder.root)).replace("{}", word) for part in words))
        assert told.exit_code == 2, (word, told.output, told.exception)
        assert "Error: " in told.stderr
        assert told.stdout == ""
    assert state(folder) == before


def test_a_query_that_may_be_asked_is_answered(folder: Folder) -> None:
    """So that the refusals above are not for another reason."""
    told = asked("sql", "select count(*) > 0 as is_there from facts.observation", "--format", "csv")
    assert (told.exit_code, told.stdout) == (0, "is_there\nTrue\n")
