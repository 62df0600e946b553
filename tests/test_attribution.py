"""What moved net liquidity in a week: the known parts sum to the change, and what cannot be split says so."""

from tests.models import Facts, built, moment, series

BEFORE, WEEK = "2025-12-31", "2026-01-07"
PARTS = ("treasury_bills", "treasury_coupons", "mbs", "other_assets", "tga", "reverse_repo")


def two_weeks(series_id: str, before: float, now: float) -> Facts:
    return series(series_id, {BEFORE: before, WEEK: now})


#: Millions, but reverse repo in billions: assets +100, account +30, reverse repo -20, so net liquidity +90.
NET = (
    two_weeks("WALCL", 6_500_000, 6_500_100),
    two_weeks("WTREGEN", 800_000, 800_030),
    two_weeks("RRPONTSYD", 5.020, 5.000),
)
TREASURIES = two_weeks("TREAST", 4_200_000, 4_200_120)
MBS = two_weeks("WSHOMCB", 2_000_000, 1_999_985)
BILLS = two_weeks("WSHOBL", 200_000, 200_070)
SOMA_BILLS = two_weeks("SOMA_BILLS", 200_000e6, 200_080e6)


def contributions(*given: Facts) -> dict[str, float | None]:
    """Millions by component."""
    rows = built("metrics.net_liquidity_attribution", *given)
    return {
        row["component"]: None if row["contribution_usd"] is None else row["contribution_usd"] / 1e6 for row in rows
    }


def known_sum(found: dict[str, float | None]) -> float:
    return sum(value for value in found.values() if value is not None)


def test_the_parts_sum_to_the_change() -> None:
    found = contributions(*NET, TREASURIES, MBS, BILLS)
    assert found == {
        "treasury_bills": 70,
        "treasury_coupons": 50,
        "mbs": -15,
        "other_assets": -5,
        "tga": -30,
        "reverse_repo": 20,
    }
    assert known_sum(found) == 90


def test_bills_come_from_soma_where_h41_has_none() -> None:
    found = contributions(*NET, TREASURIES, MBS, SOMA_BILLS)
    assert (found["treasury_bills"], found["treasury_coupons"]) == (80, 40)
    assert known_sum(found) == 90


def test_without_bills_the_treasuries_are_not_split() -> None:
    found = contributions(*NET, TREASURIES, MBS)
    assert (found["treasury_bills"], found["treasury_coupons"]) == (None, None)
    assert (found["mbs"], found["other_assets"], found["unsplit"]) == (-15, -5, 120)
    assert known_sum(found) == 90


def test_bills_without_the_treasuries_they_are_part_of_are_not_counted_twice() -> None:
    found = contributions(*NET, MBS, BILLS)
    assert (found["treasury_bills"], found["treasury_coupons"], found["other_assets"]) == (70, None, None)
    assert found["unsplit"] == 100 - 70 + 15
    assert known_sum(found) == 90


def test_without_mbs_what_is_left_of_the_assets_is_not_split() -> None:
    found = contributions(*NET, TREASURIES, BILLS)
    assert (found["mbs"], found["other_assets"], found["unsplit"]) == (None, None, 100 - 120)
    assert known_sum(found) == 90


def test_with_total_assets_alone_all_of_their_change_is_not_split() -> None:
    found = contributions(*NET)
    assert [found[part] for part in PARTS] == [None, None, None, None, -30, 20]
    assert found["unsplit"] == 100


def test_a_week_whose_change_is_not_known_has_no_attribution() -> None:
    account_is_missing = series("WTREGEN", {WEEK: 800_030})
    assert contributions(NET[0], account_is_missing, NET[2], TREASURIES, MBS, BILLS) == {}


def test_over_a_missing_week_nothing_is_attributed() -> None:
    weeks = {"2025-12-24": 1.0, WEEK: 2.0}
    given = [series(name, {w: 1e6 * n for w, n in weeks.items()}) for name in ("WALCL", "WTREGEN")]
    assert contributions(*given, series("RRPONTSYD", weeks)) == {}


def test_a_week_is_known_when_its_last_input_is_and_unused_bills_do_not_count() -> None:
    unused = series("SOMA_BILLS", {WEEK: 200_080e6}, known_at="2026-05-01 12:00")
    late = series("WSHOMCB", {BEFORE: 2_000_000, WEEK: 1_999_985}, known_at="2026-02-01 12:00")
    rows = built("metrics.net_liquidity_attribution", *NET, TREASURIES, BILLS, unused, late)
    assert {row["known_at"] for row in rows} == {moment("2026-02-01 12:00")}
