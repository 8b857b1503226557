"""What QOF and the fracture liaison audits count."""

from __future__ import annotations

from harmfree.periods import aged, derived, issued, months, recorded
from harmfree.periods.expressions import Derived, Predicate
from harmfree.periods.timing import NEVER, days_after, days_to_first
from harmfree.programmes.fracture_prevention.vocabulary import (
    ADULT_50,
    INDEX,
    QOF,
    protected,
    settled,
    spared,
)
from harmfree.programmes.indicator import Indicator, Tag, context, gap
from harmfree.programmes.medicines_optimisation.vocabulary import from_source, history

QUARTER, SIXTEEN_WEEKS, YEAR = 90, 112, 364
"""Days: the audits' limits of 90 days, 16 weeks and 52 weeks."""


def _fracture_after(before: str, day: str) -> Predicate:
    """The latest coded fragility fracture is after a day; `before` is that day, ISO."""
    words = f"the number of days from {day} to the latest coded fragility fracture"
    return derived(days_after(before, "fragility_fracture_coded", words)) >= 1


DXA_CONFIRMED = (history("osteoporosis") & history("dxa_result")) | recorded(
    "t_score", where=("<=", -2.5)
)
REGISTER_50 = (
    aged(at_least=50, below=75) & _fracture_after("2012-03-31", "31 March 2012") & DXA_CONFIRMED
)
REGISTER_75 = aged(at_least=75) & _fracture_after("2014-03-31", "31 March 2014")
REGISTER_NOTE = (
    "50 to 74: fracture on or after 1 April 2012 and osteoporosis confirmed by DXA or a T-score of "
    "-2.5 or lower; from 75: fracture on or after 1 April 2014. Only fractures coded as "
    "fragility or osteoporotic fractures count, so a hip fracture coded as such alone does not."
)
ON_AGENT = issued("bone_sparing", within=months(6))


def _treated(suffix: str, words: str, who: Predicate) -> Indicator:
    return context(
        f"bone_qof_treated_{suffix}",
        f"On the osteoporosis register, {words}, and on a bone-sparing medicine",
        denominator=who & ~spared(),
        numerator=ON_AGENT,
        direction="higher",
        why="The former QOF measure of treatment after a fragility fracture.",
        provenance=QOF,
        note="QOF retired it; its window of 6 months misses yearly infusions. Exceptions: declined "
        "or unsuitable in a year, palliative care.",
    )


REGISTER = (
    context(
        "bone_qof_register",
        "On the osteoporosis register (like QOF OST004)",
        denominator=ADULT_50,
        numerator=REGISTER_50 | REGISTER_75,
        why="A short register hides people who have broken a bone and are not looked after.",
        provenance=QOF,
        note=REGISTER_NOTE,
    ),
    _treated("50_74", "aged 50 to 74", REGISTER_50),
    _treated("75", "aged 75 or over", REGISTER_75),
)

AUDIT = "FLS-DB key performance indicator"


def _until(codes: str, words: str) -> Derived:
    phrase = f"the number of days from the latest index fracture to {words}"
    return derived(days_to_first(INDEX, codes, phrase))


def _liaison(  # noqa: PLR0913 - one row of the audit's table
    suffix: str,
    title: str,
    number: str,
    limit: int,
    within: Derived,
    why: str,
    also: Predicate = ADULT_50,
    tag: Tag = "V",
) -> Indicator:
    return context(
        f"fls_{suffix}",
        title,
        denominator=ADULT_50 & settled(limit, months(12)) & also,
        numerator=within <= limit,
        direction="higher",
        why=why,
        provenance=from_source(f"{AUDIT} {number}; IOF, FFN and NOF set 2020", tag),
        note=f"People whose latest index fracture is {limit} days to 12 months old. FLS-DB counts "
        "what the service enters; this counts what the record has.",
    )


TO_REQUEST = _until("dxa_requested", "a request for a bone density scan")
LIAISON = (
    context(
        "fls_spine",
        "Index fracture of the spine, of index fractures in a year",
        denominator=ADULT_50 & recorded(INDEX, within=months(12)),
        numerator=recorded("spine_fracture", within=months(12)),
        direction="higher",
        why="Spine fractures are often not found.",
        provenance=from_source(f"{AUDIT} 3; IOF, FFN and NOF set 2020", "V"),
    ),
    _liaison("assessed_90d", "Assessed within 90 days of a fracture", "4", QUARTER,
             _until("fracture_risk_assessment", "an assessment"),
             "The risk of the next fracture is highest now."),
    _liaison("dxa_90d", "Bone density scan within 90 days, where one was asked for", "5", QUARTER,
             _until("dxa_result", "a bone density scan"), "Treatment waits for the scan.",
             TO_REQUEST <= QUARTER),
    _liaison("falls_90d", "Falls assessed or referred within 90 days of a fracture", "6", QUARTER,
             _until("fls_falls_risk", "a falls assessment or referral"),
             "Most fractures begin with a fall."),
    _liaison("recommended_16w", "Bone treatment recommended within 16 weeks of a fracture", "7",
             SIXTEEN_WEEKS, _until("fls_recommended", "a recommendation of bone treatment"),
             "A recommendation is the service's chief product."),
    _liaison("exercise_16w", "Strength and balance exercise begun within 16 weeks", "8",
             SIXTEEN_WEEKS, _until("strength_and_balance", "strength and balance exercise"),
             "Exercise prevents falls.", ~recorded("hip_fracture", within=months(12))),
    _liaison("monitored_16w", "Followed up within 16 weeks of a fracture", "9", SIXTEEN_WEEKS,
             _until("fls_monitored", "follow-up by the service"),
             "Many who begin treatment soon stop.", tag="M"),
    _liaison("started_16w", "Bone treatment begun within 16 weeks of a fracture", "10",
             SIXTEEN_WEEKS, _until("bone_sparing", "an issue of bone treatment"),
             "Only treatment that is begun protects.", tag="M"),
    context(
        "fls_on_treatment_52w",
        "On bone treatment a year after a fracture",
        denominator=ADULT_50 & settled(YEAR, months(24)),
        numerator=protected(),
        direction="higher",
        why="Protection lasts as long as the treatment.",
        provenance=from_source(f"{AUDIT} 11; IOF, FFN and NOF set 2020", "M"),
        note="People whose latest index fracture is 52 weeks to 24 months old, and what they take "
        "now.",
    ),
    gap(
        "fls_nothing_done",
        "Fracture 16 weeks ago or longer, and neither assessed nor treated since",
        denominator=ADULT_50 & settled(SIXTEEN_WEEKS, months(24)) & ~spared(),
        numerator=~(_until("fracture_risk_assessment", "an assessment") < NEVER) & ~protected(),
        why="Nobody has taken up the fracture.",
        action="Assess the risk of another fracture and of falls; offer treatment.",
        provenance=from_source(f"{AUDIT}s 4 and 10; IOF, FFN and NOF set 2020", "S"),
        note="Counts from 16 weeks to 24 months after the latest index fracture.",
    ),
)  # fmt: skip
INDICATORS = (*REGISTER, *LIAISON)
