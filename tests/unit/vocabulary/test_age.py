from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vocabulary.age import AgeBand, age_band, latest_day

TODAY = date(2030, 3, 1)


@pytest.mark.parametrize(
    ("birth_date", "band"),
    [
        ("2012-03-01", AgeBand.FROM_18),  # eighteen today
        ("2012-03-02", AgeBand.FROM_9),  # eighteen tomorrow
        ("2012-02", AgeBand.FROM_18),
        ("2012-03", AgeBand.FROM_9),
        ("2011", AgeBand.FROM_18),
        ("2012", AgeBand.FROM_9),
        ("2021-03-02", AgeBand.UP_TO_8),
        ("1982-03-01", AgeBand.FROM_48),
        (None, AgeBand.CHILD_OF_UNKNOWN_AGE),
    ],
)
def test_in_doubt_a_child(birth_date: str | None, band: AgeBand) -> None:
    assert age_band(birth_date, TODAY) == band


@given(st.dates(date(1930, 1, 1), date(2029, 12, 31)))
def test_knowing_less_never_makes_a_person_older(born: date) -> None:
    bands = list(AgeBand)
    known = [born.strftime(form) for form in ("%Y-%m-%d", "%Y-%m", "%Y")]
    places = [bands.index(age_band(each, TODAY)) for each in known]
    assert places == sorted(places, reverse=True)


def test_a_leap_day_is_a_birthday_in_march_in_other_years() -> None:
    assert age_band("2012-02-29", date(2030, 2, 28)) == AgeBand.FROM_9
    assert age_band("2012-02-29", date(2030, 3, 1)) == AgeBand.FROM_18


@pytest.mark.parametrize("text", ["0000", "2012-13", "2012-02-30", "12", "2012-1-1", "٢٠١٢", ""])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        latest_day(text)
