"""Calendar arithmetic for the kernel (proleptic Gregorian, days since 1970-01-01)."""

from __future__ import annotations

from harmfree.periods.compiled import compiled


@compiled
def civil(day: int) -> tuple[int, int, int]:
    """Year, month and day of the month of a day number."""
    shifted = day + 719468
    era = shifted // 146097
    of_era = shifted - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * of_year + 2) // 153
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * shifted_month + 2) // 5 + 1


@compiled
def day_number(year: int, month: int, of_month: int) -> int:
    """The day number of a date; a day past the month's end runs on into the next month."""
    shifted_year = year - 1 if month <= 2 else year
    era = shifted_year // 400
    year_of_era = shifted_year - era * 400
    shifted_month = month - 3 if month > 2 else month + 9
    of_year = (153 * shifted_month + 2) // 5 + of_month - 1
    of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year
    return era * 146097 + of_era - 719468


@compiled
def birthday_of(birth: int, age: int) -> int:
    """The day on which an age is reached; born on 29 February: 1 March in other years."""
    year, month, of_month = civil(birth)
    return day_number(year + age, month, of_month)
