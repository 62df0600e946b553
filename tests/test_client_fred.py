"""FRED without and with a key: headers, missing values, paging, errors, vintages."""

from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from assets.clients.fred import FredGraph
from assets.clients.fred_api import FredApi
from tests.canned import Canned, Served, fetched, host, reply, rows, serving, told, values
from warehouse.catalogue import SERIES
from warehouse.claims import Parsed, UpstreamError
from warehouse.tables.facts import OBSERVATION
from warehouse.units import UNITS

KEY = "0123456789abcdef0123456789abcdef"
GRAPH = FredGraph(host(Served("http://127.0.0.1:9")))


def csv(text: str) -> Canned:
    return Canned(text, content_type="application/csv")


def graph(text: str | bytes, key: str = "WALCL") -> Parsed:
    return GRAPH.parse(key, [reply(text)])


# -- fredgraph.csv -------------------------------------------------------------------------------


def test_one_series_per_request_from_the_overlap_before_the_newest_value(tmp_path: Path) -> None:
    with serving(csv("observation_date,WALCL\n2026-07-15,6735609\n")) as served:
        parsed = told(FredGraph(host(served)), "WALCL", tmp_path, lambda key: date(2026, 8, 5))
    assert served.requests == ["/graph/fredgraph.csv?id=WALCL&cosd=2026-07-01"]
    assert values(parsed, OBSERVATION, "WALCL") == {date(2026, 7, 15): 6735609.0}


@pytest.mark.parametrize("header", ["DATE", "observation_date"])
def test_both_headers_are_read_and_a_blank_or_a_dot_is_no_claim(header: str) -> None:
    parsed = graph(f"{header},RRPONTSYD\n2024-01-01,\n2024-01-02,704.864\n2024-01-03,.\n", "RRPONTSYD")
    assert values(parsed, OBSERVATION, "RRPONTSYD") == {date(2024, 1, 2): 704.864}
    assert rows(parsed, OBSERVATION)["locator"].to_list() == ["line 3"]
    assert not parsed.rejected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("observation_date,WTREGEN\n2026-07-15,1\n", "expected the header observation_date,WALCL, got"),
        ("date,WALCL\n2026-07-15,1\n", "expected the header"),
        ("<html>maintenance</html>\n", "expected the header"),
        (b"PK\x03\x04zip", "expected the header"),
        ("observation_date,WALCL\n2026-07-15,67356", "cut off in its last line"),
        ("observation_date,WALCL\n2026-07-15\n", "line 2 is not date,value"),
        ("observation_date,WALCL\n2026-07-15,.\n", "none of 1 rows has a value"),
        ("observation_date,WALCL\n", "none of 0 rows has a value"),
    ],
    ids=[
        "another id",
        "unknown header",
        "HTML",
        "ZIP",
        "cut off",
        "no comma",
        "nothing but missing",
        "no rows",
    ],
)
def test_a_reply_that_breaks_the_contract_is_refused_whole(text: str | bytes, said: str) -> None:
    with pytest.raises(UpstreamError, match=said) as caught:
        graph(text)
    assert (caught.value.source, caught.value.request) == ("WALCL", "GET /canned")


@pytest.mark.parametrize("text", ["abc", "nan", "inf", "1_000", "1e999", "6,7", " 1"])
def test_a_value_that_is_no_number_goes_to_quarantine_and_the_others_are_kept(text: str) -> None:
    parsed = graph(f"observation_date,WALCL\n2026-07-08,{text}\n2026-07-15,6735609\n")
    assert values(parsed, OBSERVATION, "WALCL") == {date(2026, 7, 15): 6735609.0}
    (rejected,) = parsed.rejected
    assert (rejected.source, rejected.locator, rejected.value) == ("WALCL", "line 2", text)
    assert rejected.field == "value of 2026-07-08"


def test_a_period_that_comes_twice_is_rejected_both_times() -> None:
    parsed = graph("observation_date,WALCL\n2026-07-08,1\n2026-07-08,2\n2026-07-15,3\n")
    assert values(parsed, OBSERVATION, "WALCL") == {date(2026, 7, 15): 3.0}
    assert [rejected.value for rejected in parsed.rejected] == ["1", "2"]


def test_known_at_is_the_release_but_never_after_the_reply() -> None:
    body = "observation_date,IORB\n2026-11-02,3.65\n2026-11-20,3.65\n"
    parsed = GRAPH.parse("IORB", [reply(body, received_at=datetime(2026, 11, 3, tzinfo=UTC))])
    known = dict(rows(parsed, OBSERVATION).select("period", "known_at").rows())
    assert known[date(2026, 11, 2)] == datetime(2026, 10, 30, 20, 31, tzinfo=UTC)  # Friday 16:31 New York
    assert known[date(2026, 11, 20)] == datetime(2026, 11, 3, tzinfo=UTC)
    assert rows(parsed, OBSERVATION)["known_at_basis"].to_list() == ["rule", "observed"]


@pytest.mark.parametrize(
    ("series_id", "published", "dollars"),
    [("WALCL", 6_735_609, 6.735609e12), ("RRPONTSYD", 2.502, 2.502e9), ("WDTGAL", 1, 1e6), ("M2SL", 1, 1e9)],
)
def test_units_are_the_series_own_and_one_conversion_away_from_dollars(
    series_id: str, published: float, dollars: float
) -> None:
    parsed = graph(f"observation_date,{series_id}\n2026-07-15,{published}\n", series_id)
    row = rows(parsed, OBSERVATION).row(0, named=True)
    assert row["unit"] == SERIES[series_id].unit
    assert row["value"] * UNITS[row["unit"]].factor == pytest.approx(dollars, rel=1e-12)
    assert UNITS[row["unit"]].plain == "usd"


# -- the API, through fredapi --------------------------------------------------------------------


def xml(text: str, status: int = 200) -> Canned:
    return Canned(f'<?xml version="1.0" encoding="utf-8" ?>\n{text}', status, "text/xml")


def error(message: str, status: int = 400) -> Canned:
    return xml(f'<error code="{status}" message="{message}" />', status)


def series(units: str) -> Canned:
    return xml(f'<seriess><series id="X" units="{units}"/></seriess>')


def observations(*items: tuple[str, str, str], count: int | None = None, start: str = "2026-01-01") -> Canned:
    inner = "".join(f'<observation realtime_start="{r}" date="{d}" value="{v}"/>' for r, d, v in items)
    number = len(items) if count is None else count
    return xml(f'<observations units="lin" count="{number}" realtime_start="{start}">{inner}</observations>')


MILLIONS = series("Millions of U.S. Dollars")


def test_an_api_job_checks_the_units_then_brings_the_observations(tmp_path: Path) -> None:
    with serving(MILLIONS, observations(("2026-07-16", "2026-07-15", "6735609"), ("", "2026-07-22", "."))) as served:
        parsed = told(FredApi(host(served), KEY), "WALCL", tmp_path)
    assert values(parsed, OBSERVATION, "WALCL") == {date(2026, 7, 15): 6735609.0}
    assert rows(parsed, OBSERVATION)["locator"].to_list() == ["/observations/observation[1]"]
    asked = [parse_qs(urlsplit(request).query) for request in served.requests]
    assert [urlsplit(request).path for request in served.requests] == ["/series", "/series/observations"]
    assert asked[1]["observation_start"] == ["2002-12-18"]


def test_a_series_whose_units_changed_is_refused_and_nothing_more_is_asked_of_it(tmp_path: Path) -> None:
    with serving(series("Billions of U.S. Dollars")) as served:
        with pytest.raises(UpstreamError, match="units are declared as usd_millions, but") as caught:
            told(FredApi(host(served), KEY), "WALCL", tmp_path)
        assert [urlsplit(request).path for request in served.requests] == ["/series"]
    assert caught.value.request.startswith("GET /series?")


@pytest.mark.parametrize(
    ("answers", "said", "absent"),
    [
        (
            [xml('<seriess><series id="X" unit="%"/></seriess>')],
            "expected a series with units.*id, unit",
            False,
        ),
        ([xml("<seriess></seriess>")], "expected a series with units, got the fields none", False),
        ([error("Bad Request.  The series does not exist.")], "does not exist", True),
        ([error("Bad Request.  The series does not exist.", 404)], "does not exist", True),
        ([error("The series does not exist in ALFRED but may exist in FRED")], "in ALFRED", True),
        ([error("Bad Request.  Variable api_key is not set.")], "api_key is not set", False),
        (
            [MILLIONS, error("There are 5100 vintage dates, maximum number (2000)")],
            "5100 vintage dates",
            False,
        ),
        ([error("Too Many Requests", 429)], "gave up after 4 attempts; last: HTTP 429", False),
        ([Canned('{"error_code":400}', 400)], "error_code", False),
        ([xml("<seriess><series")], "not XML", False),
        ([Canned("<html></html>", content_type="text/html")], "expected xml, got content type", False),
    ],
)
def test_what_the_api_refuses_is_told_in_its_words(
    tmp_path: Path, answers: list[Canned], said: str, absent: bool
) -> None:
    with serving(*answers) as served, pytest.raises(UpstreamError, match=said) as caught:
        fetched(FredApi(host(served), KEY), "WALCL", tmp_path)
    assert caught.value.absent is absent
    assert "/series" in caught.value.request
    assert KEY not in f"{caught.value} {caught.value.__context__} {caught.value.__cause__}"


def test_a_key_that_is_now_and_then_not_registered_is_tried_once_more(tmp_path: Path) -> None:
    doubt = error("Bad Request.  The value for variable api_key is not registered.")
    good = observations(("2026-07-16", "2026-07-15", "1"))
    with serving(doubt, MILLIONS, good) as served:
        assert len(fetched(FredApi(host(served), KEY), "WALCL", tmp_path)) == 1
    with serving(doubt) as served, pytest.raises(UpstreamError, match="is not registered"):
        fetched(FredApi(host(served), KEY), "WALCL", tmp_path)
    assert len(served.requests) == 2


def test_429_then_200_goes_on(tmp_path: Path) -> None:
    busy = Canned("", 429, "text/xml", {"Retry-After": "1"})
    with serving(busy, MILLIONS, busy, observations(("2026-07-16", "2026-07-15", "1"))) as served:
        assert len(fetched(FredApi(host(served), KEY), "WALCL", tmp_path)) == 1
    assert len(served.requests) == 4


def test_one_bad_value_does_not_stop_the_job_and_is_rejected(tmp_path: Path) -> None:
    bad = observations(("2026-07-16", "2026-07-15", "x"), ("2026-07-23", "2026-07-22", "2"))
    with serving(MILLIONS, bad) as served:
        parsed = told(FredApi(host(served), KEY), "WALCL", tmp_path)
    assert values(parsed, OBSERVATION, "WALCL") == {date(2026, 7, 22): 2.0}
    assert [rejected.value for rejected in parsed.rejected] == ["x"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (observations(("", "2026-07-15", "1"), count=2), "1 of 2 rows"),
        (xml('<observations units="pch" count="0"></observations>'), "units 'pch'"),
        (xml('<observations units="lin"></observations>'), "0 of None rows"),
        (xml("<error/>"), "got <error>"),
        (
            xml('<observations units="lin" count="1"><observation date="2026-07-15" val="1"/></observations>'),
            "observation 1 lacks value, got date, val",
        ),
        (
            xml('<observations units="lin" count="1"><datum date="2026-07-15" value="1"/></observations>'),
            "child 1 of the root is <datum>",
        ),
    ],
    ids=["more rows than sent", "transformed", "no count", "an error", "a renamed attribute", "a renamed element"],
)
def test_observations_that_are_not_all_and_untransformed_are_refused(body: Canned, said: str) -> None:
    client = FredApi(host(Served("http://127.0.0.1:9")), KEY)
    with pytest.raises(UpstreamError, match=said):
        client.parse("WALCL", [reply(body.body)])


def test_a_revised_series_brings_its_vintages(tmp_path: Path) -> None:
    """May's 100 was first told on June 23 and became 101 on July 28: two claims, each with its own time."""
    days = xml("<vintage_dates><vintage_date>2026-06-23</vintage_date></vintage_dates>")
    both = observations(("2026-06-23", "2026-05-01", "100"), ("2026-07-28", "2026-05-01", "101"))
    with serving(series("Billions of Dollars"), days, both) as served:
        parsed = told(FredApi(host(served), KEY), "M2SL", tmp_path)
    found = rows(parsed, OBSERVATION).select("value", "known_at", "known_at_basis").rows()
    assert found == [
        (100.0, datetime(2026, 6, 23, 17, tzinfo=UTC), "vintage"),
        (101.0, datetime(2026, 7, 28, 17, tzinfo=UTC), "vintage"),
    ]


def test_many_vintages_are_asked_in_windows_and_each_is_told_once(tmp_path: Path) -> None:
    """1,901 vintages need two windows. What the second repeats from its first day is left out of it."""
    many = [date.fromordinal(date(2015, 1, 1).toordinal() + n).isoformat() for n in range(1901)]
    days = xml(f"<v>{''.join(f'<vintage_date>{day}</vintage_date>' for day in many)}</v>")
    first = observations((many[-1], "2015-01-01", "1"), start="1959-01-01")
    second = observations((many[-1], "2015-01-01", "1"), ("2026-01-27", "2015-01-01", "2"), start=many[-1])
    with serving(series("Billions of Dollars"), days, first, second) as served:
        parsed = told(FredApi(host(served), KEY), "M2SL", tmp_path)
    windows = [parse_qs(urlsplit(request).query) for request in served.requests[2:]]
    assert [(w["realtime_start"][0], w["realtime_end"][0]) for w in windows] == [
        ("1959-01-01", many[-1]),
        (many[-1], "9999-12-31"),
    ]
    assert rows(parsed, OBSERVATION)["value"].to_list() == [1.0, 2.0]


def test_a_later_window_may_bring_nothing_new() -> None:
    first = observations(("2026-06-23", "2026-05-01", "100"))
    second = observations(("2026-07-28", "2026-05-01", "100"), start="2026-07-28")
    client = FredApi(host(Served("http://127.0.0.1:9")), KEY)
    parsed = client.parse("M2SL", [reply(first.body, "GET /1"), reply(second.body, "GET /2")])
    assert rows(parsed, OBSERVATION)["value"].to_list() == [100.0]


def test_the_key_is_not_shown() -> None:
    assert KEY not in repr(FredApi(host(Served("http://127.0.0.1:9")), KEY))
