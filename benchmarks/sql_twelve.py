"""Twelve indicators as a good analyst writes them in SQL, as of a date.

The first six are PINCER's; the second six are of other kinds and other programmes. Index dates are
first days of months: "3 months back from {t}" and "3 months on from an event" agree there.
"""

from __future__ import annotations

from benchmarks.sql_as_of import Written

SIX = ("pincer_a", "pincer_b", "pincer_d", "pincer_i", "pincer_k", "pincer_me_fbc")
SIX_MORE = (
    "af_risk_outdated",  # a score, CHA2DS2-VASc, with a problem that may be resolved
    "bone_alendronate_egfr",  # a latest value
    "polypharmacy_10",  # a count of different medicines
    "stopp_b3",  # two medicines together
    "deterioration_aki_repeated_in_time",  # worked out: days from an alert to the next test
    "falls_two_in_year",  # a simple window
)

TRAITS = {
    "adult": "b18 <= {t} AND {t} < b121",
    "aged_65_to_120": "b65 <= {t} AND {t} < b121",
    "aged_65": "b65 <= {t}",
    "aged_75": "b75 <= {t}",
    "alive": "(birth IS NULL OR birth <= {t}) AND {t} < died",
    "female": "sex = 1",
}


def _recent(codes: str, start: str = "{m3}", end: str = "{t}") -> str:
    return f"SELECT person FROM {codes} WHERE date BETWEEN {start} AND {end}"


def _ever(codes: str, until: str = "{t}") -> str:
    return f"SELECT person FROM {codes} WHERE date <= {until}"


def _twice(codes: str, start: str) -> str:
    return f"{_recent(codes, start)} GROUP BY person HAVING min(date) < max(date)"


FACTS = {
    "nsaid": _recent("nsaid_oral"),
    "ulcer_healing": _recent("ulcer_healing"),
    "ulcer": f"{_ever('peptic_ulcer', '{m3}')} UNION ALL {_ever('gi_bleed', '{m3}')}",
    "anticoagulant": _recent("oral_anticoagulant"),
    "heart_failure_before": _ever("heart_failure", "{m3}"),
    "egfr_1_to_44": """SELECT person FROM readings_of_egfr
        WHERE date <= {m3} AND following > {m3} AND least >= 1 AND most < 45""",
    "methotrexate_before": _recent("methotrexate", "{m6}", "{m3}"),
    "methotrexate": _recent("methotrexate"),
    "methotrexate_twice": _twice("methotrexate", "{m6}"),
    "blood_count": _recent("full_blood_count"),
    "af": """SELECT person FROM
            (SELECT person, max(date) AS begun FROM atrial_fibrillation
                WHERE date <= {t} GROUP BY ALL)
            LEFT JOIN (SELECT person, max(date) AS ended FROM atrial_fibrillation_resolved
                WHERE date <= {t} GROUP BY ALL) USING (person)
        WHERE ended IS NULL OR begun > ended""",
    "score_under_2": """SELECT person FROM readings_of_cha2ds2vasc_score
        WHERE date <= {t} AND following > {t} AND most < 2""",
    "heart_failure": _ever("heart_failure"),
    "hypertension": _ever("hypertension"),
    "diabetes": _ever("diabetes"),
    "embolism": _ever("stroke_risk_embolism"),
    "vascular": _ever("stroke_risk_vascular"),
    "alendronate": _recent("alendronate"),
    "egfr_under_35": """SELECT person FROM readings_of_egfr
        WHERE date BETWEEN {m24} AND {t} AND following > {t} AND most < 35""",
    "any_medicine": _recent("any_medicine", "{m1}"),
    "ten_medicines": f"""{_recent("any_medicine", "{m1}")}
        GROUP BY person HAVING count(DISTINCT grp) >= 10""",
    "beta_blocker": _recent("beta_blocker"),
    "with_verapamil": """SELECT b.person FROM beta_blocker b JOIN verapamil_or_diltiazem v
            ON b.person = v.person AND abs(b.date - v.date) < 28
        WHERE b.date BETWEEN {m3} AND {t} AND v.date BETWEEN {m3} AND {t}""",
    "alert_to_judge": _recent("aki_alert", "{m12}", "{d8}"),
    "alert_too_new": _recent("aki_alert", "{d7}"),
    "repeated": """SELECT a.person FROM
            (SELECT person, max(date) AS day FROM aki_alert WHERE date BETWEEN {m12} AND {t}
                GROUP BY person) a
            JOIN creatinine c ON c.person = a.person AND c.date > a.day AND c.date <= a.day + 7
        WHERE c.date BETWEEN {m12} AND {t}""",
    "two_falls": _twice("falls", "{m12}"),
}

# The indicators as (denominator, numerator) over facts and traits.
INDICATORS = {
    "pincer_a": ("aged_65_to_120 AND NOT ulcer_healing", "nsaid"),
    "pincer_b": ("adult AND ulcer AND NOT ulcer_healing", "nsaid"),
    "pincer_d": ("adult AND anticoagulant", "nsaid"),
    "pincer_i": ("adult AND heart_failure_before", "nsaid"),
    "pincer_k": ("adult AND egfr_1_to_44", "nsaid"),
    "pincer_me_fbc": (
        "adult AND methotrexate_before AND methotrexate AND methotrexate_twice",
        "NOT blood_count",
    ),
    "af_risk_outdated": (
        "af AND score_under_2",
        "( heart_failure::INT + hypertension::INT + diabetes::INT + vascular::INT + female::INT"
        " + 2 * embolism::INT + aged_65::INT + aged_75::INT >= 2 )",
    ),
    "bone_alendronate_egfr": ("alendronate", "egfr_under_35"),
    "polypharmacy_10": ("any_medicine AND alive", "ten_medicines"),
    "stopp_b3": ("aged_65 AND beta_blocker", "with_verapamil"),
    "deterioration_aki_repeated_in_time": ("alert_to_judge AND NOT alert_too_new", "repeated"),
    "falls_two_in_year": ("aged_65", "two_falls"),
}

WRITTEN = Written(FACTS, INDICATORS, TRAITS)
