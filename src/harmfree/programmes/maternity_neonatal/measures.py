"""What `harmfree births` counts from a feed of births, in words."""

from __future__ import annotations

from harmfree.clinical.maternity.perinatal import INTERVENTIONS
from harmfree.programmes.indicator import Provenance
from harmfree.programmes.maternity_neonatal.pregnancy import SAVING_BABIES
from harmfree.programmes.measure import Measure
from harmfree.programmes.medicines_optimisation.vocabulary import from_source

PERIPREM = from_source(
    "PERIPrem reporting of the South West collaboratives (open source): which interventions apply, "
    "and validity; National Neonatal Audit Programme guide 2021 with the changes of 2022", "V"
)  # fmt: skip
RARE = from_source("Statistical process control for rare events: t and g charts", "C")
TRACKER = from_source("Implementation tracker of patient safety collaboratives, as found", "V")

# Who and what, for each intervention: (applies to, received means, why).
WORDS = {
    "place": ("babies below 27 weeks, below 800 g, or of a multiple birth below 28 weeks",
              "born on the site of a designated unit",
              "The smallest babies live more often when they are born where they are cared for."),
    "steroids_rx": ("all babies below 34 weeks", "antenatal steroids received",
                    "Steroids before birth ripen the lungs."),
    "mgso4_rx": ("babies below 30 weeks", "magnesium sulfate received",
                 "Magnesium before birth protects the brain."),
    "antibiotics_rx": ("babies whose mother was in active labour",
                       "antibiotics in labour received", "They prevent early sepsis."),
    "cord_mgt": ("all babies below 34 weeks", "cord clamped at or after one minute",
                 "Waiting a minute saves lives."),
    "thermal_care": ("all babies below 34 weeks",
                     "36.5 to 37.5 degrees, measured within an hour of birth",
                     "A cold baby dies more often."),
    "volume_guarantee": ("babies who need invasive ventilation",
                         "volume-targeted ventilation as the primary mode",
                         "It spares the lungs and the brain."),
    "caffeine": ("babies below 30 weeks", "caffeine within 24 hours",
                 "Caffeine prevents lung disease and helps development."),
    "embm_rx": ("all babies below 34 weeks", "the mother's milk within 6 hours",
                "Early milk prevents infection and disease of the bowel."),
    "probiotics": ("all but babies of 32 weeks and more who weigh over 1,500 g",
                   "a probiotic within 24 hours", "It prevents disease of the bowel."),
    "hydrocortisone": ("babies below 28 weeks", "hydrocortisone as prevention within 24 hours",
                       "It prevents lung disease."),
}  # fmt: skip
BLANKS = "A blank counts as not recorded and stays in the denominator."


def _of(
    name: str,
    title: str,
    parts: tuple[str, str],
    why: str,
    provenance: Provenance,
    note: str = "",
    unit: str = "%",
) -> Measure:
    return Measure(
        f"births_{name}", title, "harmfree births", *parts,
        unit=unit, direction="higher", why=why, provenance=provenance, note=note,
    )  # fmt: skip


MEASURES = (
    *(
        _of(each.name, each.label, WORDS[each.name][:2], WORDS[each.name][2], PERIPREM, BLANKS)
        for each in INTERVENTIONS
    ),
    _of("expressing_help", "Help with expressing within 2 hours",
        ("all babies below 34 weeks", "the mother had information and help within 2 hours"),
        "Early expressing makes early milk.", PERIPREM,
        f"Beside the eleven; no part of the bundle. {BLANKS}"),
    _of("bundle", "The whole bundle",
        ("babies below 34 weeks whose bundle is known", "all of the eleven that apply received"),
        "Each baby needs all of them.", PERIPREM,
        "A baby with a blank and no refusal is not known and is counted apart."),
    _of("received", "Received of all that applied",
        ("the interventions that apply, summed over babies", "those received"),
        "It moves before the bundle does.", PERIPREM,
        f"A ratio of sums, never a mean of percentages. {BLANKS}"),
    _of("timely", "Steroids, magnesium and antibiotics in time",
        ("babies who received it and for whom the right time could be met", "in that time"),
        "Too early and too late do less good.", PERIPREM,
        "Steroids: a full course over 24 hours and under 7 days before birth; magnesium: over 4 "
        "and under 24 hours; antibiotics: over 4 hours. As the unit says: no times are read."),
    _of("rare_events", "Days and births between rare events",
        ("births", "stillbirths, brain injuries, term babies admitted, severe haemorrhages"),
        "Monthly counts of 0 and 1 hide a change; the gap shows it.", RARE,
        "From four events on.", unit="days; births"),
    _of("co_measured", "Carbon monoxide measured at booking",
        ("mothers, each once", "with a reading"),
        "A breath test finds smokers whom asking misses.", SAVING_BABIES),
    _of("co_referred", "Carbon monoxide of 4 ppm or more at booking, and referred",
        ("mothers with 4 ppm or more", "referred to stop smoking"),
        "Smoking is the commonest avoidable cause of stillbirth.", SAVING_BABIES),
    _of("stage", "Stage of each organisation for each intervention",
        ("organisations valid on the day, or those of today",
         "the latest stage; the least advanced of predecessors until the successor reports"),
        "A merger must not look like progress.", TRACKER, unit="stage"),
)  # fmt: skip
