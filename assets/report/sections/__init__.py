"""The sections of the page in their order. A section's module says what is asked; how it looks is not said here."""

from assets.report.sections import appetite, claims, leverage, liquidity, official, quality
from assets.report.vocabulary import Section

SECTIONS: tuple[Section, ...] = tuple(
    module.SECTION for module in (liquidity, official, appetite, leverage, claims, quality)
)
