"""The CPIC 2017 guideline's path from a genotype to a way of dosing, as data about one person."""

from __future__ import annotations

from dataclasses import dataclass

from harmfree.clinical.warfarin.tables import table


@dataclass(frozen=True)
class Adjustment:
    """A change of the calculated dose that the guideline asks for.

    Args:
        reason: what was found.
        low_pct: the smallest change in per cent, negative for a reduction.
        high_pct: the largest.
        strength: the guideline's grade of the recommendation.
    """

    reason: str
    low_pct: float
    high_pct: float
    strength: str

    def applied(self, low: float, high: float) -> tuple[float, float]:
        """Return a span of doses after the change."""
        factors = (1 + self.low_pct / 100, 1 + self.high_pct / 100)
        return low * min(factors), high * max(factors)


@dataclass(frozen=True)
class Path:
    """Where the guideline's figure leads.

    Args:
        way: "by genotype", "clinically" or "undecided".
        strength: grade of the recommendation, "" when it carries none.
        why: the branch taken, one sentence a step.
        adjustments: changes of the calculated dose, in order.
        alternative: True when another anticoagulant should be considered.
        missing: inputs that would decide the path.
    """

    way: str
    strength: str = ""
    why: tuple[str, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    alternative: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The facts that the figure asks for.

    Args:
        vkorc1: G/G, A/G, A/A or None.
        cyp2c9: the pair, or None.
        extra: *5, *6, *8 and *11 carried, twice when homozygous.
        extra_tested: whether those four were tested; None when the report does not tell.
        african: self-reported African ancestry; None when not recorded.
        african_american: needed for rs12777823 only.
        rs12777823: the genotype, G first, or None.
        rs2108622: the genotype, C first, or None.
    """

    vkorc1: str | None
    cyp2c9: str | None
    extra: tuple[str, ...] = ()
    extra_tested: bool | None = None
    african: bool | None = None
    african_american: bool | None = None
    rs12777823: str | None = None
    rs2108622: str | None = None


def path(found: Found) -> Path:
    """Follow figure 2 of the guideline."""
    if found.vkorc1 is None or found.cyp2c9 is None:
        absent = [
            name
            for name, genotype in (("VKORC1", found.vkorc1), ("CYP2C9 *2 and *3", found.cyp2c9))
            if genotype is None
        ]
        return Path("clinically", why=(f"{' and '.join(absent)} not known: dose clinically.",))
    if found.african is None and not found.extra_tested:
        said = "The path depends on ancestry when *5, *6, *8 and *11 were not all tested."
        return Path("undecided", why=(said,), missing=("ancestry",))
    if found.african and not found.extra_tested:
        untested = "were not all tested" if found.extra_tested is False else "may not be tested"
        said = f"African ancestry, and CYP2C9 *5, *6, *8 and *11 {untested}: dose clinically."
        missing = ("extra_alleles_tested",) if found.extra_tested is None else ()
        return Path("clinically", why=(said,), alternative=_poor(found), missing=missing)
    strength = "moderate" if found.african else "strong"
    ancestry = {True: "African ancestry", False: "No African ancestry", None: "Ancestry unknown"}
    said = f"{ancestry[found.african]}: VKORC1 and CYP2C9 known, dose by a validated algorithm."
    return Path("by genotype", strength, (said,), _adjustments(found), _poor(found))


def _poor(found: Found) -> bool:
    return found.cyp2c9 in table("cpic")["poor_metabolisers"]


def _adjustments(found: Found) -> tuple[Adjustment, ...]:
    held = table("cpic")
    made = []
    if found.extra:
        least, most = held["extra_allele_reduction_pct"]["two" if len(found.extra) > 1 else "one"]
        made.append(
            Adjustment(
                f"CYP2C9 {' and '.join(found.extra)} carried",
                -least,
                -most,
                "moderate" if found.african else "optional",
            )
        )
    if found.african and found.african_american and "A" in (found.rs12777823 or ""):
        least, most = held["rs12777823_reduction_pct"]
        made.append(Adjustment("rs12777823 A carried, African American", -least, -most, "moderate"))
    if found.african is False and "T" in (found.rs2108622 or ""):
        least, most = held["cyp4f2_increase_pct"]
        made.append(Adjustment("CYP4F2 rs2108622 T carried", least, most, "optional"))
    return tuple(made)
