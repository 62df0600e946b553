"""A real Superset: the dashboards draw, their numbers are the database's, and a publication is seen at once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response

from bi.superset import DASHBOARDS, bundle
from bi.superset.serving import USER, Superset, running
from bi.superset.vocabulary import Dashboard
from bi.tests.publications import publish_again
from tests.browser import CHROMIUM, launched
from tests.pipeline import sql

DRAWN = ".slice_container"
ALL_DRAWN = f"""count => document.querySelectorAll('{DRAWN}').length === count
    && !document.querySelector('.loading, [data-test="loading-indicator"]')"""
#: Charts grow into their place: whether two looks at them, a moment apart, are the same.
AT_REST = """() => {
    const seen = [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join();
    const is_same = seen === window.seenBefore;
    window.seenBefore = seen;
    return is_same;
}"""
PATIENCE_MS = 300_000


@pytest.fixture(scope="module")
def superset(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    database = published / "sample" / "published" / "current.duckdb"
    with running(tmp_path_factory.mktemp("superset"), database, "sample") as served:
        yield served


@pytest.fixture(scope="module")
def page(superset: Superset) -> Iterator[Page]:
    """A browser that has logged in."""
    assert CHROMIUM, "no Chromium is installed: apt-get install chromium"
    with launched() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 2200})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{superset.url}/login/")
        page.fill("#username", USER)
        page.fill("#password", superset.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/superset/welcome/**")
        yield page


def opened(page: Page, superset: Superset, dashboard: Dashboard) -> list[Response]:
    """Open a dashboard and wait until all its charts are drawn; what was answered to them."""
    answers: list[Response] = []

    def note(response: Response) -> None:
        if "/api/v1/chart/data" in response.url:
            answers.append(response)

    page.on("response", note)
    page.goto(f"{superset.url}/superset/dashboard/{bundle.dashboard_slug(dashboard, 'sample')}/?standalone=1")
    page.wait_for_function(ALL_DRAWN, arg=len(dashboard.charts))
    page.wait_for_load_state("networkidle")
    page.wait_for_function(AT_REST, polling=500)
    page.remove_listener("response", note)
    return answers


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.slug)
def test_every_chart_of_a_dashboard_is_drawn_from_data(
    page: Page, superset: Superset, dashboard: Dashboard, saw: Callable[[str], None], tmp_path: Path
) -> None:
    answers = opened(page, superset, dashboard)
    assert len(answers) >= len(dashboard.charts)
    assert {answer.status for answer in answers} == {200}
    assert all(result["rowcount"] > 0 for answer in answers for result in answer.json()["result"])
    shown = page.inner_text("body")
    assert "SYNTHETIC" in shown
    assert not page.locator("[role=alert]").count()
    for chart in dashboard.charts:
        assert chart.title in shown
    picture = Path(os.environ.get("TIDEGAUGE_PICTURES") or tmp_path) / f"{dashboard.slug}.png"
    page.screenshot(path=picture, full_page=True)
    saw(f"Superset: {dashboard.title}, {len(dashboard.charts)} charts drawn: {picture}")


def test_a_publication_is_seen_by_the_next_query_and_the_next_look(
    page: Page, superset: Superset, published: Path, saw: Callable[[str], None]
) -> None:
    count = "select count(*) as n, max(week_ending)::varchar as newest from metrics.net_liquidity"
    before, seen_before = sql(published, count), asked(superset, count)
    publish_again(published)
    after, seen_after = sql(published, count), asked(superset, count)
    assert after[0]["n"] == before[0]["n"] + 1
    assert (seen_before, seen_after) == (before, after)
    opened(page, superset, DASHBOARDS[0])
    ((newest, shown),) = [row.values() for row in sql(published, NEWEST_NET_LIQUIDITY)]
    number = page.locator(DRAWN).first.inner_text()
    assert newest in number
    assert shown in number
    saw(f"Superset: {before[0]['n']} rows, and {after[0]['n']} in the query after a publication, without a restart")


NEWEST_NET_LIQUIDITY = """
    select week_ending::varchar, printf('%.3f', net_liquidity_usd / 1e12) from metrics.net_liquidity
    order by week_ending desc limit 1
"""


@pytest.mark.parametrize(
    "query", ["create table metrics.mine (a int)", "select * from read_text('/etc/hostname')", "attach 'other.duckdb'"]
)
def test_neither_the_file_nor_any_other_can_be_touched(superset: Superset, query: str) -> None:
    assert asked(superset, "select 1 as one") == [{"one": 1}]
    assert superset.post("/sqllab/execute/", json=question(query)).status_code != 200


def asked(superset: Superset, query: str) -> list[dict[str, object]]:
    """Rows of a query in SQL Lab."""
    answer = superset.post("/sqllab/execute/", json=question(query))
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, object]] = answer.json()["data"]
    return rows


def question(query: str) -> dict[str, object]:
    return {"database_id": 1, "sql": query, "runAsync": False, "schema": "metrics", "client_id": os.urandom(5).hex()}
