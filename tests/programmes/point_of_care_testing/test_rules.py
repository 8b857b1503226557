"""The definitions against the clinical tools and the data that they rest on."""

from __future__ import annotations

import pytest

from codes.dictionaries import dictionary
from harmfree.clinical import find
from harmfree.clinical.deterioration.news2 import News2Inputs
from harmfree.clinical.infection.crp import NONE_BELOW, OFFER_ABOVE
from harmfree.clinical.inputs import specs
from harmfree.programmes import indicator, indicators
from harmfree.programmes.check import lists_of
from harmfree.programmes.deterioration.observations import URGENT
from harmfree.programmes.deterioration.vocabulary import SEVEN
from harmfree.programmes.point_of_care_testing.courses import THREE_DAYS
from harmfree.programmes.point_of_care_testing.ideal import ideals
from harmfree.programmes.point_of_care_testing.used import HIGH, LOW
from harmfree.programmes.registry import code_folders
from harmfree.records.codes import resolve_all
from harmfree.records.sources.synthetic.vocabulary import vocabulary


def test_the_bands_of_crp_are_those_of_the_tool():
    assert (LOW, HIGH) == (NONE_BELOW, OFFER_ABOVE)


def test_every_ideal_is_an_indicator_with_its_tag():
    for each in ideals():
        found = indicator(f"poct_antibiotic_{each.infection}")
        assert found.provenance == each.provenance
        assert f"{each.ideal:g}%" in found.note


def test_a_set_of_observations_is_what_news2_needs():
    assert len(SEVEN) == 7
    tool = find("news2")
    assert tool.inputs is News2Inputs
    assert len(specs(News2Inputs)) >= 7
    assert URGENT == 5
    assert set(SEVEN) <= set(lists_of(indicator("deterioration_observations_incomplete")))


@pytest.mark.parametrize(("codes", "most"), THREE_DAYS.items())
def test_a_product_is_found_by_its_code_and_by_its_name(codes: str, most: int):
    """The region's own products, and the same names without a BNF code."""
    rows = [(each.system, each.code, each.term) for each in vocabulary().entries]
    named = [("dmd", str(900 + n), term) for n, (_, _, term) in enumerate(rows)]
    found = resolve_all([codes, "uti_first_line"], dictionary(rows + named), code_folders())
    ids = found[codes].code_ids.tolist()
    assert len(ids) == 2
    assert ids[1] - ids[0] == len(rows)
    assert set(ids) <= set(found["uti_first_line"].code_ids.tolist())
    assert most >= 1


TERMS = {
    "sore_throat": ("Acute tonsillitis", "Chronic tonsillitis"),
    "acute_cough": ("Productive cough", "Chronic cough"),
    "rhinosinusitis": ("Acute frontal sinusitis", "Chronic maxillary sinusitis"),
    "acute_otitis_media": ("Acute suppurative otitis media", "Otitis media with effusion"),
    "acute_bronchitis": ("Acute viral bronchitis", "Chronic bronchitis"),
    "urinary_infection": ("Acute cystitis", "Interstitial cystitis"),
    "pneumonia": ("Lobar pneumonia", "Pneumococcal pneumonia vaccination"),
    "sepsis": ("Sepsis caused by Escherichia coli", "Suspected sepsis"),
    "suspected_infection": ("Suspected sepsis", "Suspected urinary tract infection"),
    "crp_poct": ("C reactive protein point of care test", "Serum C reactive protein level"),
    "infection_consultation": ("Acute cystitis", "Sepsis due to urinary tract infection"),
    "aki_alert": ("AKI warning stage 2", "At risk of acute kidney injury"),
    "news2_score": ("NEWS2 total score", "Paediatric early warning score"),
    "consciousness": ("ACVPU scale score", "Loss of consciousness"),
    "pulse_rate": ("Pulse rate", "NPEWS - heart rate score"),
    "oxygen_saturation": ("Peripheral oxygen saturation", "NPEWS - oxygen saturation score"),
    "carbon_monoxide": ("Expired carbon monoxide concentration", "Carbon monoxide poisoning"),
    "pregnancy_ended": ("Normal delivery", "Counseling for termination of pregnancy"),
    "stop_smoking_referral": (
        "Referral to smoking cessation service", "Referral to smoking cessation service declined",
    ),
    "delayed_antibiotic": ("Delayed antibiotic prescription issued", "Delayed milestone"),
    "emergency_admission": ("Emergency admission", "Obstetric emergency hospital admission"),
    "antibacterial": ("Amoxicillin 500mg capsules", "Chloramphenicol 0.5% eye drops"),
    "antibacterial_broad": ("Co-amoxiclav 500mg/125mg tablets", "Amoxicillin 500mg capsules"),
}  # fmt: skip


@pytest.mark.parametrize("name", TERMS)
def test_a_list_holds_what_it_says_and_not_its_neighbour(name: str):
    inside, outside = TERMS[name]
    rows = [("dmd", "1", inside), ("dmd", "2", outside)]
    if not name.startswith("antibacterial"):
        rows = [("snomed", "1", inside), ("snomed", "2", outside)]
    found = resolve_all([name], dictionary(rows), code_folders())
    assert found[name].code_ids.tolist() == [0]


def test_every_indicator_of_the_three_programmes_says_where_it_comes_from():
    held = indicators(("point_of_care_testing", "deterioration", "maternity_neonatal"))
    assert len(held) == 28
    for each in held:
        assert each.provenance.source
        assert each.unverified == (each.provenance.tag in "MX")
        if each.on_worklist:
            assert each.action
