"""Three days are enough for a urinary infection of a woman: what the quantity tells."""

from __future__ import annotations

from functools import reduce
from operator import or_

from harmfree.periods import aged, issued, months, recorded, sex
from harmfree.periods.expressions import Predicate
from harmfree.programmes.indicator import context
from harmfree.programmes.point_of_care_testing.vocabulary import UTI_COURSES

# Largest quantity of a three-day course (OpenPrescribing measure definition).
THREE_DAYS = {
    "uti_pivmecillinam_200": 10,
    "uti_trimethoprim_200": 6,
    "uti_nitrofurantoin_50": 12,
    "uti_nitrofurantoin_mr_100": 6,
    "uti_fosfomycin_3": 1,
}
QUARTER = months(3)
TOO_LONG: Predicate = reduce(
    or_,
    [recorded(codes, within=QUARTER, where=(">", most)) for codes, most in THREE_DAYS.items()],
)

INDICATORS = (
    context(
        "poct_uti_course_over_3_days",
        "A woman's urinary infection treated for more than three days",
        denominator=sex("female")
        & aged(at_least=16)
        & recorded("urinary_infection", within=QUARTER)
        & issued("uti_first_line", within=QUARTER)
        & ~recorded("pregnancy", within=months(9)),
        numerator=TOO_LONG,
        direction="lower",
        why="Three days cure as often as seven and harm less.",
        provenance=UTI_COURSES,
        note="Women of 16 and over, not pregnant; men need longer. The quantity issued decides: "
        "over 10 of pivmecillinam 200 mg, 6 of trimethoprim 200 mg, 12 of nitrofurantoin 50 mg, 6 "
        "of nitrofurantoin 100 mg modified release, 1 of fosfomycin 3 g. The published measure "
        "counts items of everybody; `harmfree stewardship` gives that one. An issue without "
        "quantity counts as short.",
    ),
)
