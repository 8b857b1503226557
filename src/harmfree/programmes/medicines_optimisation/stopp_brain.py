"""STOPP version 3, sections D, K, L and M: brain, falls, pain and antimuscarinic burden."""

from __future__ import annotations

from harmfree.periods import distinct, months, recorded, weeks
from harmfree.programmes.medicines_optimisation.criteria import Stop
from harmfree.programmes.medicines_optimisation.vocabulary import (
    continued,
    current,
    history,
    long_term,
    recurrent_falls,
)

FALLER = recurrent_falls()
FALLS_WHY = "It makes another fall more likely."
OUTFLOW = history("bladder_outflow_obstruction")
DEMENTIA_NO_PSYCHOSIS = history("dementia") & ~history("psychosis")
RECENT_FALL = recorded("falls", within=months(12))
CONSTIPATED = recorded("constipation", within=months(12))

CRITERIA = (
    Stop("D1", "Tricyclic antidepressant where it worsens a condition",
         history("dementia") | history("narrow_angle_glaucoma") | OUTFLOW | CONSTIPATED
         | RECENT_FALL | history("orthostatic_hypotension"),
         current("tricyclic_antidepressant"),
         "It worsens confusion, eye pressure, urinary retention, constipation and falls.",
         "Cardiac conduction is not looked at."),
    Stop("D4", "Antimuscarinic antipsychotic with urinary symptoms or retention",
         OUTFLOW, current("antipsychotic_antimuscarinic"), "It brings on urinary retention."),
    Stop("D5", "Antipsychotic in dementia for over 3 months without a medicines review",
         DEMENTIA_NO_PSYCHOSIS & long_term("antipsychotic"),
         ~recorded("antipsychotic_review", within=months(3)),
         "It should be reviewed, reduced and stopped."),
    Stop("D8", "Benzodiazepine for 4 weeks or more",
         current("benzodiazepine"), continued("benzodiazepine", since=weeks(4), within=months(3)),
         "It clouds thinking, brings falls and dependence.",
         "Issued four weeks to three months ago and again since. Taper, never stop at once."),
    Stop("D10", "Benzodiazepine for insomnia for 2 weeks or more",
         history("insomnia"), continued("benzodiazepine", since=weeks(2), within=months(3)),
         "It clouds thinking, brings falls and dependence."),
    Stop("D11", "Z-drug for 2 weeks or more",
         current("z_drug"), continued("z_drug", since=weeks(2), within=months(3)),
         "It brings falls and fractures."),
    Stop("D12", "Antipsychotic other than clozapine or quetiapine in parkinsonism",
         history("parkinsons_disease"), current("antipsychotic_not_clozapine_quetiapine"),
         "It makes parkinsonism severely worse."),
    Stop("D14", "Strong anticholinergic with dementia or delirium",
         history("dementia") | recorded("delirium", within=months(12)),
         current("anticholinergic_3"), "It makes confusion worse.",
         "Strong: 3 on the ACBcalc scale."),
    Stop("D15", "Antipsychotic in dementia for more than 12 weeks",
         DEMENTIA_NO_PSYCHOSIS, long_term("antipsychotic"),
         "It raises strokes and deaths."),
    Stop("K1", "Benzodiazepine and recurrent falls", FALLER, current("benzodiazepine"), FALLS_WHY),
    Stop("K2", "Antipsychotic and recurrent falls", FALLER, current("antipsychotic"), FALLS_WHY),
    Stop("K3", "Vasodilator, recurrent falls and postural hypotension",
         FALLER & history("orthostatic_hypotension"), current("vasodilator"), FALLS_WHY),
    Stop("K4", "Z-drug and recurrent falls", FALLER, current("z_drug"), FALLS_WHY),
    Stop("K5", "Antiepileptic and recurrent falls", FALLER, current("antiepileptic"), FALLS_WHY),
    Stop("K6", "Sedating antihistamine and recurrent falls",
         FALLER, current("antihistamine_first_generation"), FALLS_WHY),
    Stop("K7", "Opioid and recurrent falls", FALLER, current("opioid"), FALLS_WHY),
    Stop("K8", "Antidepressant and recurrent falls", FALLER, current("antidepressant"), FALLS_WHY),
    Stop("K9", "Alpha-blocker for blood pressure and recurrent falls",
         FALLER, current("alpha_blocker_bp"), FALLS_WHY),
    Stop("K10", "Alpha-blocker for the prostate and recurrent falls",
         FALLER, current("alpha_blocker_luts"), FALLS_WHY, "Silodosin is not counted."),
    Stop("K11", "Centrally acting antihypertensive and recurrent falls",
         FALLER, current("centrally_acting_antihypertensive"), FALLS_WHY),
    Stop("K12", "Bladder antimuscarinic and recurrent falls",
         FALLER, current("bladder_antimuscarinic"), FALLS_WHY),
    Stop("L2", "Regular opioid without a laxative",
         long_term("opioid"), ~current("laxative"), "Severe constipation follows.",
         "The same rule is START K2."),
    Stop("L3", "Long-acting opioid without a short-acting one for break-through pain",
         long_term("opioid_long_acting"), ~current("opioid_short_acting"),
         "Pain that breaks through stays untreated."),
    Stop("M1", "Two or more antimuscarinic medicines together",
         current("anticholinergic_classes"),
         distinct("anticholinergic_classes", within=months(3)) >= 2,
         "Their toxicity adds up."),
)  # fmt: skip
INDICATORS = tuple(criterion.indicator for criterion in CRITERIA)
