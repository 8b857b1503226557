"""The boards there are."""

from __future__ import annotations

from dataclasses import dataclass

from harmfree.web.boards.af_page import landscape
from harmfree.web.boards.antibiotics_page import antibiotics
from harmfree.web.boards.asking import Maker
from harmfree.web.boards.falls_page import falls
from harmfree.web.boards.fracture_page import fracture_prevention
from harmfree.web.boards.pharmacist_page import impact_page
from harmfree.web.boards.waiting_page import time_to_action


@dataclass(frozen=True)
class BoardPage:
    """One board.

    Attributes:
        slug: in the address. programme: the programme that it belongs to; empty for all.
        title, about: its heading, and what it is for.
        template: its template's name. make: makes what it shows.
    """

    slug: str
    programme: str
    title: str
    about: str
    template: str
    make: Maker


PAGES: dict[str, BoardPage] = {
    each.slug: each
    for each in (
        BoardPage(
            "time-to-action",
            "",
            "Time to action",
            "How long people wait on the worklists until somebody acts, by programme and site",
            "boards/waiting.jinja",
            time_to_action,
        ),
        BoardPage(
            "atrial-fibrillation",
            "atrial_fibrillation",
            "Atrial fibrillation: find, protect, perfect",
            "The four gaps against their targets, strokes to avoid, devices, warfarin by genotype",
            "boards/atrial_fibrillation.jinja",
            landscape,
        ),
        BoardPage(
            "pharmacist-impact",
            "medicines_optimisation",
            "What the practice pharmacists changed",
            "Hazardous prescribing before and after, reviews and what came of them, savings",
            "boards/pharmacist.jinja",
            impact_page,
        ),
        BoardPage(
            "fracture-prevention",
            "fracture_prevention",
            "Fracture prevention: from the record to treatment",
            "The funnel from screening to treatment, fractures to avoid, QFracture by site",
            "boards/fracture.jinja",
            fracture_prevention,
        ),
        BoardPage(
            "falls",
            "falls",
            "Falls in care homes, and Steady On",
            "Falls per 1,000 bed days by home and month, and the register's numbers",
            "boards/falls.jinja",
            falls,
        ),
        BoardPage(
            "antibiotics",
            "point_of_care_testing",
            "Antibiotics: how many, which, and for what",
            "Items per STAR-PU, broad-spectrum share, courses, infections against ideal shares",
            "boards/antibiotics.jinja",
            antibiotics,
        ),
    )
}
