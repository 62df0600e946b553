"""What the Daily Treasury Statement calls each kind of flow, era by era."""

from __future__ import annotations

from datetime import date

SPLITS, RENAMES, CUSTOMS = date(2023, 2, 14), date(2023, 10, 2), date(2025, 11, 10)
START = date.min
DEPOSITS = ("customs", "withheld", "non_withheld", "corporate", "fed_earnings", "other_in", "issues")
WITHDRAWALS = (
    "interest",
    "salaries",
    "social_security",
    "medicare",
    "unemployment",
    "refunds",
    "refund_checks",
    "business_refunds",
    "other_out",
    "redemptions",
)
# concept: its names, each with the day from which it is used
NAMES: dict[str, dict[date, str]] = {
    "customs": {
        START: "Customs and Certain Excise Taxes",
        SPLITS: "DHS - Customs and Certain Excise Taxes",
        CUSTOMS: "DHS - Customs Duties, Taxes, and Fees",
    },
    "withheld": {
        START: "Withheld Income and Employment Taxes",
        SPLITS: "Taxes - Withheld Individual/FICA",
    },
    "non_withheld": {
        START: "Individual Income and Employment Taxes, Not Withheld",
        SPLITS: "Taxes - Non Withheld Ind/SECA Electronic",
    },
    "corporate": {START: "Corporation Income Taxes", SPLITS: "Taxes - Corporate Income"},
    "fed_earnings": {START: "Federal Reserve Earnings"},
    "other_in": {START: "Unclassified - Deposits"},
    "issues": {
        START: "Public Debt Cash Issues (Table III-B)",
        SPLITS: "Public Debt Cash Issues (Table IIIB)",
    },
    "interest": {START: "Interest on Treasury Securities"},
    "salaries": {START: "Federal Salaries (EFT)"},
    "social_security": {START: "Social Security Benefits (EFT)", SPLITS: "SSA - Benefits Payments"},
    "medicare": {START: "Medicare", SPLITS: "HHS - Federal Hospital Insr Trust Fund"},
    "unemployment": {
        START: "Unemployment Insurance Benefits",
        SPLITS: "Unemployment Benefits",
        RENAMES: "DOL - Unemployment Benefits",
    },
    "refunds": {
        START: "IRS Tax Refunds Individual (EFT)",
        SPLITS: "Taxes - Individual Tax Refunds (EFT)",
    },
    "refund_checks": {
        START: "IRS Tax Refunds Individual (Checks)",
        SPLITS: "Taxes - Individual Tax Refunds (Checks)",
    },
    "business_refunds": {
        START: "IRS Tax Refunds Business (EFT)",
        SPLITS: "Taxes - Business Tax Refunds (EFT)",
    },
    "other_out": {START: "Unclassified - Withdrawals"},
    "redemptions": {
        START: "Public Debt Cash Redemp. (Table III-B)",
        SPLITS: "Public Debt Cash Redemp. (Table IIIB)",
    },
}


def category(concept: str, day: date) -> str:
    """The upstream's name of a concept in the era of `day`."""
    return [name for since, name in NAMES[concept].items() if since <= day][-1]
