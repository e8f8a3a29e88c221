"""Age bands, as an offer shows them instead of a birth date. In doubt a child.

The bands are those of the Counter-Trafficking Data Collaborative (CTDC) codebook, 2024.
"""

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum

PARTIAL_DATE = r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2}))?)?"


class AgeBand(StrEnum):
    CHILD_OF_UNKNOWN_AGE = "unknown, treated as a child"
    UP_TO_8 = "0-8"
    FROM_9 = "9-17"
    FROM_18 = "18-20"
    FROM_21 = "21-23"
    FROM_24 = "24-26"
    FROM_27 = "27-29"
    FROM_30 = "30-38"
    FROM_39 = "39-47"
    FROM_48 = "48+"


_FIRST_YEARS = (
    (48, AgeBand.FROM_48),
    (39, AgeBand.FROM_39),
    (30, AgeBand.FROM_30),
    (27, AgeBand.FROM_27),
    (24, AgeBand.FROM_24),
    (21, AgeBand.FROM_21),
    (18, AgeBand.FROM_18),
    (9, AgeBand.FROM_9),
)


def age_band(birth_date: str | None, on: date) -> AgeBand:
    """The band of the youngest age that `birth_date` (`YYYY`, `YYYY-MM`, `YYYY-MM-DD`) allows.

    Raises:
        ValueError: not a date in one of these forms.
    """
    if birth_date is None:
        return AgeBand.CHILD_OF_UNKNOWN_AGE
    born = latest_day(birth_date)
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((band for first, band in _FIRST_YEARS if age >= first), AgeBand.UP_TO_8)


def latest_day(partial: str) -> date:
    """The last day that a date known in part can mean.

    Raises:
        ValueError: not `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, or no such day.
    """
    match = re.fullmatch(PARTIAL_DATE, partial, re.ASCII)
    if match is None:
        raise ValueError("not a date known in part")
    year, month = int(match["year"]), int(match["month"] or 12)
    return date(year, month, int(match["day"] or monthrange(year, month)[1]))
