"""START version 3: medicines that may be missing."""

from __future__ import annotations

from harmfree.periods import issued, latest, months
from harmfree.programmes.medicines_optimisation.criteria import Start
from harmfree.programmes.medicines_optimisation.vocabulary import current, history, long_term

BONE_DISEASE = history("osteoporosis") | history("fragility_fracture")
LAST_DENOSUMAB = issued("denosumab", within=months(24), at_least_ago=months(7))
LAST_TERIPARATIDE = issued("teriparatide", within=months(24), at_least_ago=months(3))

CRITERIA = (
    Start("B2", "Vascular disease without a statin",
          history("vascular_disease"), ~current("statin"), "A statin prevents the next event."),
    Start("B3", "Coronary disease without an ACE inhibitor or ARB",
          history("coronary_heart_disease"), ~current("acei_or_arb"),
          "It prevents heart attacks and heart failure."),
    Start("B7", "Heart failure without spironolactone or eplerenone",
          history("heart_failure") & (latest("egfr", within=months(24)) > 30), ~current("mra"),
          "It lengthens life in heart failure.",
          "The ejection fraction is not looked at."),
    Start("B8", "Heart failure without an SGLT2 inhibitor",
          history("heart_failure"), ~current("sglt2_inhibitor"),
          "It keeps people with heart failure out of hospital."),
    Start("C1", "Atrial fibrillation without an anticoagulant",
          history("atrial_fibrillation"), ~current("oral_anticoagulant"),
          "An anticoagulant prevents two strokes in three (Hart et al. 2007)."),
    Start("C2", "Vascular disease without an antiplatelet",
          history("vascular_disease") & ~current("oral_anticoagulant"), ~current("antiplatelet"),
          "It prevents the next heart attack or stroke.",
          "People on an anticoagulant are left out."),
    Start("F2", "Aspirin after an ulcer or reflux without a proton pump inhibitor",
          current("aspirin") & (history("peptic_ulcer") | history("gord")),
          ~current("proton_pump_inhibitor"), "It prevents bleeding."),
    Start("F3", "NSAID without a proton pump inhibitor",
          current("nsaid_oral"), ~current("proton_pump_inhibitor"), "It prevents bleeding."),
    Start("H2", "Long-term steroid without bone protection",
          long_term("corticosteroid_systemic"),
          ~current("bone_sparing") | ~current("vitamin_d"),
          "Steroids thin bone within months.",
          "Calcium may come from food; it is not required here."),
    Start("H3", "Osteoporosis or fragility fracture without vitamin D",
          BONE_DISEASE, ~issued("vitamin_d", within=months(6)), "Bone treatment needs vitamin D."),
    Start("H4", "Osteoporosis or fragility fracture without bone treatment",
          BONE_DISEASE, ~issued("bone_sparing", within=months(12)),
          "Treatment prevents the next fracture.",
          "Yearly infusions given in hospital may not be seen."),
    Start("H6", "Denosumab stopped without another bone treatment",
          issued("denosumab", within=months(36), at_least=2) & LAST_DENOSUMAB,
          ~issued("denosumab", within=months(7))
          & ~issued("antiresorptive_after", within=months(7)),
          "Vertebrae break when denosumab stops without cover.",
          "Stopped: two doses in three years and none for seven months."),
    Start("H7", "Teriparatide stopped without another bone treatment",
          LAST_TERIPARATIDE,
          ~issued("teriparatide", within=months(3))
          & ~issued("antiresorptive_after", within=months(6)),
          "The bone gained is lost again."),
    Start("H8", "Gout attacks without a xanthine-oxidase inhibitor",
          history("gout") & issued("colchicine", within=months(12), at_least=2),
          ~current("xanthine_oxidase_inhibitor"),
          "Lowering urate stops the attacks.",
          "Recurrent: colchicine on two days in a year."),
    Start("H9", "Methotrexate without folic acid",
          current("methotrexate"), ~issued("folic_acid", within=months(6)),
          "Folic acid prevents much of methotrexate's harm."),
)  # fmt: skip
INDICATORS = tuple(criterion.indicator for criterion in CRITERIA)
