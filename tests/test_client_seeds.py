"""Figures and events entered by hand: landed like replies, checked line by line."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from assets.clients.files import Files
from assets.clients.seeds import seeds
from tests.canned import reply, rows
from warehouse.claims import Parsed, Reply, UpstreamError
from warehouse.landing import Landing
from warehouse.locating import Body
from warehouse.tables.facts import GSE_PORTFOLIO, POLICY_EVENT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GSE, EVENTS = "facts.gse_portfolio", "facts.policy_event"
GSE_HEADER = "month,issuer,agency_mbs_musd,non_agency_musd,loans_musd,end_balance_musd,source,published_on,entered_on"
EVENT_HEADER = "event_date,category,title,value,unit,status,source"


def read(key: str, landing: Path) -> Parsed:
    client = seeds(Landing(landing), NOW)
    return client.parse(key, _fetched(client, key))


def _fetched(client: Files, key: str) -> list[Reply]:
    def get(*args: object, **params: object) -> Reply:
        raise AssertionError("a file asked the network")

    job = next(job for job in client.jobs(lambda key: None) if job.key == key)
    return list(job.fetch(get))


def gse(*lines: str) -> Parsed:
    return _parsed(GSE, GSE_HEADER, lines)


def events(*lines: str) -> Parsed:
    return _parsed(EVENTS, EVENT_HEADER, lines)


def _parsed(key: str, header: str, lines: tuple[str, ...]) -> Parsed:
    body = "\n".join((header, *lines)) + "\n"
    return seeds(Landing(Path("unused")), NOW).parse(key, [reply(body, received_at=NOW)])


# -- the files of the repository -----------------------------------------------------------------


def test_the_file_is_landed_with_its_name_as_the_request(tmp_path: Path) -> None:
    (one,) = _fetched(seeds(Landing(tmp_path), NOW), GSE)
    landed = one.landed
    assert (landed.upstream, landed.base_url, landed.status) == ("seed", "repository", 200)
    assert landed.request == "FILE assets/seeds/gse_retained_portfolio.csv"
    assert landed.requested_at == landed.received_at == NOW
    assert Landing(tmp_path).body(landed) == one.body


def test_every_month_of_the_repository_is_believed(tmp_path: Path) -> None:
    """Combined agency MBS: 116,091 at the end of 2025, a peak of 166,639 in April, 154,422 in July 2026."""
    parsed = read(GSE, tmp_path)
    assert parsed.rejected == []
    months = dict(rows(parsed, GSE_PORTFOLIO).group_by("month").agg(pl.col("agency_mbs_musd").sum()).rows())
    assert len(months) == 13
    assert months[date(2025, 12, 1)] == 71_514 + 44_577 == 116_091
    assert max(months, key=lambda month: months[month]) == date(2026, 4, 1)
    assert months[date(2026, 4, 1)] == 110_459 + 56_180 == 166_639
    assert months[date(2026, 7, 1)] == 99_744 + 54_678 == 154_422


def test_progress_is_what_agency_holdings_grew_by(tmp_path: Path) -> None:
    """38.3 bn of 200 bn by July 2026; retained portfolios grew by another figure, because loans moved too."""
    ends = rows(read(GSE, tmp_path), GSE_PORTFOLIO).filter(pl.col("month").is_in([date(2025, 12, 1), date(2026, 7, 1)]))
    total = ends.group_by("month").agg(pl.col("agency_mbs_musd", "end_balance_musd").sum()).sort("month")
    assert total.select(pl.exclude("month").diff().last()).row(0) == (38_331.0, 41_393.0)


def test_every_event_of_the_repository_is_believed(tmp_path: Path) -> None:
    parsed = read(EVENTS, tmp_path)
    found = rows(parsed, POLICY_EVENT)
    assert parsed.rejected == []
    assert found.filter(category="data_break").height == 11
    directive = found.filter(event_date=date(2026, 1, 8)).row(0, named=True)
    assert (directive["category"], directive["value"], directive["unit"]) == ("gse_mbs", 200.0, "usd_bn")
    assert directive["known_at"] == datetime(2026, 1, 9, 5, tzinfo=UTC)  # the end of the day in New York


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UpstreamError, match="cannot be read: No such file") as caught:
        _fetched(seeds(Landing(tmp_path), NOW, folder=tmp_path), EVENTS)
    assert caught.value.request == "FILE assets/seeds/policy_event.csv"
    assert not caught.value.absent


# -- rules of the portfolios ---------------------------------------------------------------------

JULY = "2025-07,FNMA,31365,114,56103,87582,summary,,2026-11-22"
AUGUST = "2025-08,FNMA,36329,112,56863,93304,summary,,2026-11-22"


def test_a_month_is_known_by_the_rule_or_on_the_day_it_was_published() -> None:
    parsed = gse(JULY, "2025-08,FNMA,36329,112,56863,93304,summary,2025-09-26,2026-11-22")
    assert rows(parsed, GSE_PORTFOLIO).select("month", "known_at", "known_at_basis").rows() == [
        (date(2025, 7, 1), datetime(2025, 9, 2, 20, tzinfo=UTC), "rule"),  # 30 days on, past Labor Day
        (date(2025, 8, 1), datetime(2025, 9, 26, 20, tzinfo=UTC), "stamp"),
    ]
    assert rows(parsed, GSE_PORTFOLIO)["locator"].to_list() == ["line 2", "line 3"]


def test_a_correction_is_a_later_claim_known_from_its_entry() -> None:
    parsed = gse(JULY, AUGUST, "2025-07,FNMA,31366,114,56103,87583,summary,,2025-12-01")
    found = rows(parsed, GSE_PORTFOLIO).filter(month=date(2025, 7, 1))
    assert found.select("agency_mbs_musd", "known_at").rows() == [
        (31_365.0, datetime(2025, 9, 2, 20, tzinfo=UTC)),
        (31_366.0, datetime(2025, 12, 2, 5, tzinfo=UTC)),
    ]
    assert not parsed.rejected


@pytest.mark.parametrize(("total", "kept"), [(87_582, True), (87_585, True), (87_579, True), (87_586, False)])
def test_the_parts_add_up_to_the_total_within_three(total: int, kept: bool) -> None:
    parsed = gse(f"2025-07,FNMA,31365,114,56103,{total},summary,,2026-11-22")
    assert (rows(parsed, GSE_PORTFOLIO).height == 1) is kept


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("2025-08,FNMA,36329,112,56863,93404,s,,2026-11-22", "end_balance_musd", "add up to 93304"),
        ("2025-08,FNMA,225001,0,1,225002,s,,2026-11-22", "agency_mbs_musd", "over the cap of 225000"),
        ("2025-08,FNMA,43912,112,56863,100887,s,,2026-11-22", "agency_mbs_musd", "more than 40% from 31365"),
        ("2025-08,FNMA,18000,112,75192,93304,s,,2026-11-22", "agency_mbs_musd", "more than 40% from 31365"),
        (
            "2025-08,FNMA,31365,114,100000,131479,s,,2026-11-22",
            "end_balance_musd",
            "more than 40% from 87582",
        ),
        ("2025-08,FNMA,36329,-112,56863,93080,s,,2026-11-22", "non_agency_musd", "cannot be negative"),
        ("2025-09,FNMA,36329,112,56863,93304,s,,2026-11-22", "month", "the month before it is missing"),
        ("2025-13,FNMA,36329,112,56863,93304,s,,2026-11-22", "month", "not a date"),
        ("2025-08,GNMA,36329,112,56863,93304,s,,2026-11-22", "issuer", "not one of FNMA, FHLMC"),
        ("2025-08,FNMA,36 329,112,56863,93304,s,,2026-11-22", "agency_mbs_musd", "not a number"),
        ("2025-08,FNMA,36329,112,56863,93304,s,soon,2026-11-22", "published_on", "not a date"),
        ("2025-08,FNMA,36329,112,56863,93304", "line", "6 values for 9 columns"),
    ],
)
def test_a_line_that_breaks_a_rule_is_rejected_and_the_others_kept(line: str, field: str, said: str) -> None:
    parsed = gse(JULY, line)
    assert rows(parsed, GSE_PORTFOLIO)["month"].to_list() == [date(2025, 7, 1)]
    (rejected,) = parsed.rejected
    assert (rejected.locator, rejected.source) == ("line 3", GSE)
    assert rejected.field.startswith(field)
    assert said in rejected.reason


def test_after_a_slip_the_next_month_is_measured_against_the_one_before_it() -> None:
    slip = "2025-08,FNMA,363290,112,56863,420265,summary,,2026-11-22"
    parsed = gse(JULY, slip, "2025-09,FNMA,41598,110,57071,98779,summary,,2026-11-22")
    assert rows(parsed, GSE_PORTFOLIO)["month"].to_list() == [date(2025, 7, 1), date(2025, 9, 1)]
    assert [rejected.locator for rejected in parsed.rejected] == ["line 3"]


def test_issuers_are_measured_apart() -> None:
    parsed = gse(JULY, "2025-12,FHLMC,44577,923,93727,139227,summary,,2026-11-22")
    assert rows(parsed, GSE_PORTFOLIO)["issuer"].to_list() == ["FNMA", "FHLMC"]


# -- rules of the events -------------------------------------------------------------------------

CUT = "2025-12-10,fed_rate,Rate cut 25bp,-25,bp,verified,NY Fed"


def test_an_event_without_a_number_has_none() -> None:
    row = rows(events("2025-07-18,crypto_reg,GENIUS Act signed,,,recalled,"), POLICY_EVENT).row(0, named=True)
    assert (row["value"], row["unit"], row["source"], row["status"]) == (None, None, None, "recalled")


@pytest.mark.parametrize(
    ("line", "field", "said"),
    [
        ("2025-12,fed_rate,Cut,-25,bp,verified,x", "event_date", "not a date"),
        ("2025-12-10,fed_rate,Cut,-25bp,bp,verified,x", "value", "not a number"),
        ("2025-12-10,fed_rate,Cut,-25,,verified,x", "value", "a value needs a unit"),
        ("2025-12-10,fed_rate,Cut,-25,bp,certain,x", "status", "not one of verified, recalled, unverified"),
        ("2025-12-10,,Cut,-25,bp,verified,x", "category", "an event needs one"),
        ("2025-12-10,fed_rate,,-25,bp,verified,x", "title", "an event needs one"),
        ("2025-12-10,fed_rate,Cut, and more,-25,bp,verified,x", "line", "8 values for 7 columns"),
    ],
)
def test_an_event_that_breaks_a_rule_is_rejected_and_the_others_kept(line: str, field: str, said: str) -> None:
    parsed = events(CUT, line)
    assert rows(parsed, POLICY_EVENT)["title"].to_list() == ["Rate cut 25bp"]
    (rejected,) = parsed.rejected
    assert rejected.field.startswith(field)
    assert said in rejected.reason


def test_an_event_entered_twice_is_rejected_both_times() -> None:
    others = [f"2025-12-{day},fed_rmp,Purchases,40,usd_bn_month,verified,x" for day in range(12, 20)]
    parsed = events(CUT, CUT.replace("-25,", "-50,"), *others)
    assert set(rows(parsed, POLICY_EVENT)["category"]) == {"fed_rmp"}
    assert [rejected.locator for rejected in parsed.rejected] == ["line 2", "line 3"]


def test_a_file_of_which_many_lines_break_rules_is_refused_as_a_whole() -> None:
    others = [f"2025-12-{day},fed_rmp,Purchases,40,usd_bn_month,verified,x" for day in range(12, 19)]
    with pytest.raises(UpstreamError, match="2 of 9 lines are not believable, the first: line 2, title of 2025-12-10"):
        events(CUT, CUT.replace("-25,", "-50,"), *others)


# -- the file itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("odd", ["\f", "\v", "\u2028", "\x85"])
def test_a_line_ends_with_a_newline_alone(odd: str) -> None:
    """What else Unicode takes for the end of a line is part of a title, and moves no number to another line."""
    body = f"{EVENT_HEADER}\r\n{CUT.replace('Rate', odd)}\n2025-12-12,fed_rmp,Purchases,40,usd_bn_month,verified,x\n"
    told = rows(seeds(Landing(Path("unused")), NOW).parse(EVENTS, [reply(body)]), POLICY_EVENT)
    said = {value: Body(body.encode()).at(place).split(",")[3] for value, place in told["value", "locator"].rows()}
    assert said == {-25.0: "-25", 40.0: "40"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "month,issuer,agency\n",
            "expected the header month,issuer,agency_mbs_musd.*got 'month,issuer,agency'",
        ),
        ("", "expected the header"),
        (b"\xff\xfe", "not a CSV file"),
        (f'{GSE_HEADER}\n"2025-07,FNMA', "not a CSV file"),
    ],
    ids=["another header", "empty", "not text", "an open quote"],
)
def test_a_file_of_another_shape_is_refused(body: str | bytes, said: str) -> None:
    with pytest.raises(UpstreamError, match=said):
        seeds(Landing(Path("unused")), NOW).parse(GSE, [reply(body)])
