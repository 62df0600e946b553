"""The report: what it shows is what is published, in a real browser, for every reader."""

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from assets.published import make_page
from assets.report.rendering import page as rendered
from assets.report.values import NOT_KNOWN, plain
from tests.browser import Theme, launched, needs_chromium, opened
from tests.pipeline import tidegauge
from warehouse import checksums
from warehouse.copies import open_published
from warehouse.publishing import CHECKSUMS, REPORT, Shelf
from warehouse.tables import TABLES

EVERY_SECTION = ["liquidity", "official", "appetite", "leverage", "claims", "quality"]
MANIFEST = {
    "snapshot": "now",
    "origin": "live",
    "published_at": "2026-02-03T12:00:00+00:00",
    "checks": {"passed": 1, "warned": 0, "failed": 0},
}


@pytest.fixture(scope="module")
def shelf(sample: Path) -> Shelf:
    return Shelf(sample / "sample" / "published")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as started:
        yield started


@pytest.fixture
def changed(shelf: Shelf, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the published file, to be changed."""
    shutil.copyfile(shelf.database, tmp_path / "changed.duckdb")
    with duckdb.connect(tmp_path / "changed.duckdb") as connection:
        yield connection


def again(connection: duckdb.DuckDBPyConnection) -> str:
    """The page of a changed file."""
    ((path,),) = connection.execute("select path from duckdb_databases() where not internal").fetchall()
    connection.close()
    return rendered(Path(path), MANIFEST, TABLES)


# -- the file -------------------------------------------------------------------------------------


def test_a_run_makes_the_page_as_a_part_of_its_snapshot(shelf: Shelf) -> None:
    assert shelf.report.resolve().parent.name == shelf.snapshot()
    assert checksums.read(shelf.root / "current" / CHECKSUMS)[REPORT] == checksums.of_file(shelf.report)
    assert shelf.report.stat().st_size < 6e6


def test_a_page_that_is_there_is_not_made_again_and_one_of_another_recipe_is(shelf: Shelf, tmp_path: Path) -> None:
    moved = Shelf(tmp_path / "published")
    shutil.copytree(shelf.root, moved.root, symlinks=True)
    assert not make_page(moved)
    moved.add(REPORT, b"<!doctype html>made by an older version")
    assert make_page(moved)
    assert moved.report.read_bytes() == shelf.report.read_bytes()


def test_the_command_says_where_it_is_and_copies_it(sample: Path, shelf: Shelf, tmp_path: Path) -> None:
    assert tidegauge(sample, "report", "--no-open").stdout == f"{shelf.report}\n"
    done = tidegauge(sample, "report", "--output", str(tmp_path / "mine.html"))
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'mine.html'}\n")
    assert (tmp_path / "mine.html").read_bytes() == shelf.report.read_bytes()
    assert tidegauge(sample, "report", "--origin", "live").returncode == 1


# -- what it says ---------------------------------------------------------------------------------


def test_the_newest_verdict_of_a_claim_is_shown(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("update metrics.claim set part_statement = 'It is <so>.' where claim_id = 'C01'")
    told = again(changed)
    assert "Which claims hold today?" in told
    assert "It is &lt;so&gt;." in told
    assert "close 2,603.91, close on 2026-01-08, highest close before 2,590.61" in told


def test_a_table_that_is_not_published_is_not_asked(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute("drop table metrics.claim")
    assert "Which claims hold today?" not in again(changed)


def test_what_is_not_known_is_said_so_and_never_nothing(changed: duckdb.DuckDBPyConnection) -> None:
    for name in ("net_liquidity", "net_liquidity_attribution", "open_interest", "rotation", "leverage_flush"):
        changed.execute(f"delete from metrics.{name}")
    told = again(changed)
    assert '<data value="" data-sql="">not\N{NO-BREAK SPACE}known</data>' in told
    assert "The 13-week change of net liquidity is" in told
    assert told.count("Not known: the tables have no value for this.") >= 8


def test_a_number_that_newer_rows_do_not_know_says_so(changed: duckdb.DuckDBPyConnection) -> None:
    changed.execute(
        """
        update metrics.rates_and_credit set real_yield_10y_pct = null
        where date > (select max(date) - 3 from metrics.rates_and_credit)
        """
    )
    assert "Not known in newer rows." in again(changed)


def test_real_data_are_not_called_synthetic(shelf: Shelf) -> None:
    assert "SYNTHETIC" not in rendered(shelf.database, MANIFEST, TABLES).replace('text: "SYNTHETIC"', "")


# -- in a browser ---------------------------------------------------------------------------------


@needs_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_chart_is_drawn_and_nothing_is_wider_than_the_screen(
    shelf: Shelf, browser: Browser, theme: Theme, width: int
) -> None:
    with opened(browser, shelf.report, theme, width) as (page, complaints):
        points = page.evaluate(
            """() => [...document.querySelectorAll("figure.chart")].map((figure) => [figure.id,
                figure.querySelectorAll(".js-line, .point path, path.point, .js-fill").length,
                figure.querySelector(".plot svg")?.getBoundingClientRect().width ?? 0])"""
        )
        assert [name for name, drawn, _ in points if not drawn] == []
        assert len(points) > 20
        assert all(0 < wide <= width for *_, wide in points)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.locator("details > summary").evaluate_all("all => all.forEach((each) => each.parentElement.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []


@needs_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(shelf: Shelf, browser: Browser, theme: Theme) -> None:
    with opened(browser, shelf.report, theme) as (page, _):
        page.locator("details > summary").evaluate_all("all => all.forEach((each) => each.parentElement.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@needs_chromium
def test_every_number_is_that_of_the_published_file_and_leads_to_its_meaning(shelf: Shelf, browser: Browser) -> None:
    with opened(browser, shelf.report) as (page, _):
        numbers: list[dict[str, str]] = page.evaluate(
            """() => [...document.querySelectorAll("data")].map((each) => ({
                value: each.value, sql: each.dataset.sql, text: each.textContent }))"""
        )
        broken = page.evaluate(
            """() => [...document.querySelectorAll('a[href^="#"]')].map((link) => link.hash.slice(1))
                .filter((id) => !document.getElementById(id))"""
        )
    assert broken == []
    with open_published(shelf.database) as connection:
        for number in numbers:
            if number["sql"]:
                rows = connection.execute(number["sql"]).fetchall()
                assert [plain(value) for (value,) in rows] == [number["value"]], number
            else:
                assert (number["value"], number["text"].replace("\N{NO-BREAK SPACE}", " ")) == ("", NOT_KNOWN)
    assert len([number for number in numbers if number["sql"]]) > 80


@needs_chromium
def test_every_chart_holds_the_rows_of_its_query(shelf: Shelf, browser: Browser) -> None:
    with opened(browser, shelf.report) as (page, _):
        charts: list[dict[str, Any]] = page.evaluate(
            """() => [...document.querySelectorAll("figure.chart")].map((figure) => ({
                query: figure.querySelector("pre").textContent, told: figure.querySelector("script").textContent }))"""
        )
    with open_published(shelf.database) as connection:
        for chart in charts:
            rows = connection.sql(chart["query"]).pl()
            told = json.loads(chart["told"])["columns"]
            assert list(told) == rows.columns
            for name in rows.columns:
                if rows.schema[name].is_float():
                    assert told[name] == rows[name].to_list(), name


@needs_chromium
def test_synthetic_data_say_so_on_every_chart_and_in_the_header(shelf: Shelf, browser: Browser) -> None:
    with opened(browser, shelf.report) as (page, _):
        assert "SYNTHETIC" in page.locator("header").inner_text()
        for figure in page.locator("figure.chart").all():
            assert "SYNTHETIC" in figure.locator("figcaption").inner_text()
            assert "SYNTHETIC" in (figure.locator(".annotation").text_content() or "")
        assert page.locator("main > section").evaluate_all("all => all.map((each) => each.id)") == [
            *EVERY_SECTION,
            "definitions",
        ]


@needs_chromium
def test_a_chart_gives_its_rows_as_csv(shelf: Shelf, browser: Browser) -> None:
    with opened(browser, shelf.report) as (page, _):
        with page.expect_download() as download:
            page.locator("#treasury-account .csv").click()
        rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
        assert download.value.suggested_filename == "tidegauge-sample-treasury-account.csv"
    with open_published(shelf.database) as connection:
        stored = connection.execute("select date, closing_balance_usd from metrics.treasury_general_account").fetchall()
    balances = {day.isoformat(): balance for day, balance in stored}
    assert len(rows) > 1000
    assert all(float(row["closing_balance_usd"]) == balances[row["date"]] for row in rows)


@needs_chromium
def test_it_can_be_used_with_the_keyboard_alone(shelf: Shelf, browser: Browser) -> None:
    with opened(browser, shelf.report) as (page, _):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the numbers"
        reached = set()
        for _ in range(150):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("document.activeElement.className || document.activeElement.tagName"))
        assert {"A", "BUTTON", "SUMMARY", "csv", "number"} <= reached
        page.locator("#theme").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        assert page.locator("#theme").get_attribute("aria-pressed") == "true"
        page.locator("#net-liquidity [data-years='1']").focus()
        page.keyboard.press("Space")
        page.wait_for_function("document.querySelector('#net-liquidity [data-years=\"1\"]').ariaPressed === 'true'")


@needs_chromium
def test_printing_leaves_the_page_as_it_was(shelf: Shelf, browser: Browser) -> None:
    look = """() => [document.querySelector("#net-liquidity svg").getBoundingClientRect().width,
        getComputedStyle(document.querySelector("#net-liquidity .js-line")).stroke]"""
    with opened(browser, shelf.report, "dark") as (page, complaints):
        before = page.evaluate(look)
        assert len(page.pdf(format="A4")) > 100_000
        page.wait_for_function("document.documentElement.dataset.drawn === 'all'")
        page.wait_for_function(f"before => JSON.stringify(({look})()) === JSON.stringify(before)", arg=before)
    assert complaints == []


@needs_chromium
def test_a_trace_command_of_the_page_works(sample: Path, shelf: Shelf, browser: Browser) -> None:
    with opened(browser, shelf.report) as (page, _):
        commands = page.locator("code", has_text="tidegauge trace").evaluate_all("all => all.map((e) => e.textContent)")
    (command,) = [each for each in commands if "closing_balance_usd" in each]
    done = tidegauge(sample, *command.split()[1:])
    assert done.returncode == 0, done.stderr
    assert "closing_balance_usd" in done.stdout
