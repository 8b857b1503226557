"""What `harmfree stewardship` counts at each site, in words."""

from __future__ import annotations

from harmfree.programmes.indicator import Provenance
from harmfree.programmes.measure import Measure
from harmfree.programmes.medicines_optimisation.vocabulary import from_source
from harmfree.programmes.point_of_care_testing.courses import THREE_DAYS
from harmfree.programmes.point_of_care_testing.ideal import ideals
from harmfree.programmes.point_of_care_testing.vocabulary import UTI_COURSES

STAR_PU = from_source(
    "Oral antibacterials item-based STAR-PU 2013, weights published by OpenPrescribing; rolling "
    "twelve months over the list at their end, as the NHS scorecard reports", "V"
)  # fmt: skip
ITEMS = from_source("OpenPrescribing measure definition, 2024: all antibacterials", "V")
FOUR_C = from_source("OpenPrescribing measure definition, 2024: broad-spectrum share", "V")
# The same name for another definition: its own id, so that nobody joins the two in a trend.
FOUR_C_NHS = from_source("NHS quality premium, scorecard metric 465", "V")
ISSUES = "An item is one issue by the practice, whether or not it was dispensed."


def _of(
    name: str,
    title: str,
    parts: tuple[str, str],
    unit: str,
    provenance: Provenance,
    note: str = "",
    lists: tuple[str, ...] = ("antibacterial", "antibacterial_broad"),
) -> Measure:
    denominator, numerator = parts
    return Measure(
        f"stewardship_{name}",
        title,
        "harmfree stewardship",
        denominator,
        numerator,
        unit,
        "lower",
        "Antibiotics that are not needed breed resistance.",
        provenance,
        f"{note} {ISSUES}".strip(),
        lists,
    )


MEASURES = (
    _of("star_pu", "Antibacterial items per STAR-PU",
        ("STAR-PU of the list on the last day of the month: people by sex and age x weight",
         "items of BNF 5.1 in twelve months"),
        "items per STAR-PU", STAR_PU,
        "People without a birth date or of another sex have no weight and are counted apart. "
        "The weights are old and hide variation.", ("antibacterial_all",)),
    _of("items_per_1000", "Antibacterial items per 1,000 people",
        ("people on the list on the last day of the month",
         "antibacterial items in twelve months, without tuberculosis, leprosy and methenamine"),
        "items per 1,000 people", ITEMS, lists=("antibacterial",)),
    _of("four_c_openprescribing", "Broad-spectrum share (4C), OpenPrescribing",
        ("antibacterial items, without tuberculosis, leprosy and methenamine",
         "items of co-amoxiclav, cephalosporins and quinolones"),
        "%", FOUR_C, "Twelve months. Never compare it with the NHS measure of the same name."),
    _of("four_c_nhs", "Broad-spectrum share (4C), NHS quality premium",
        ("items of BNF 5.1.1, 5.1.2.1, 5.1.3, 5.1.5, 5.1.8, 5.1.11, 5.1.12, 5.1.13",
         "items of co-amoxiclav, cephalosporins and quinolones"),
        "%", FOUR_C_NHS, "Twelve months; the target was at most 10%. Counts methenamine.",
        ("antibacterial_nhs", "antibacterial_broad")),
    _of("uti_course", "Items for urinary infection beyond a three-day course",
        ("items of pivmecillinam 200 mg, trimethoprim 200 mg, nitrofurantoin 50 and 100 mg, "
         "fosfomycin 3 g", "those whose quantity exceeds three days"),
        "%", UTI_COURSES, "Everybody's items, men's too, as published.", tuple(THREE_DAYS)),
    _of("excess", "Consultations with an antibiotic above the ideal share",
        ("consultations for cough, bronchitis, sore throat, sinusitis, otitis media at 2 to 18",
         "the share with an antibiotic that day, less the ideal share, but not below 0, times the "
         "consultations"),
        "consultations", ideals()[0].provenance,
        "Twelve months. A day with the infection coded is a consultation. Worked out from the sums "
        "of whatever is shown, so practices above and below balance out in an area.",
        ("antibacterial", *(each.codes for each in ideals()))),
)  # fmt: skip
