"""Resolution: which codes of a store a list means, why, and as which medicine."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from codes.dictionaries import dictionary, members, resolved, write_list
from harmfree.programmes import code_folders
from harmfree.records.codes import import_map, load_library, resolve_all
from harmfree.records.codes.groups import ingredient

MEDICINES = dictionary(
    [
        ("bnf", "1001010J0AAABAB", "Ibuprofen 400mg tablets"),
        ("bnf", "1003020J0AAABAB", "Ibuprofen 5% gel"),
        ("dmd", "329652003", "Ibuprofen 200mg tablets"),
        ("snomed", "36097711000001106", "Ibuprofen 600mg tablets (Teva UK Ltd)"),
        ("rxnorm", "310965", "Ibuprofen 200 MG Oral Tablet"),
        ("snomed", "293586001", "Allergy to ibuprofen 200mg tablets"),
        ("snomed", "293619005", "Ibuprofen adverse reaction"),
        ("atc", "M01AE01", "ibuprofen"),
        ("dmd", "111", None),
    ]
)
CONDITIONS = dictionary(
    [
        ("snomed", "195967001", "Asthma"),
        ("snomed", "1", "Family history of asthma"),
        ("snomed", "2", "Asthma annual review"),
        ("icd10", "J45.9", "Asthma, unspecified"),
        ("icd10", "J450", "Predominantly allergic asthma"),
        ("icd10", "J46", "Status asthmaticus"),
        ("readv2", "H33..00", "Asthma"),
        ("readv2", "H33z.", "Asthma unspecified"),
        ("ctv3", "XaLPC", "Asthma"),
    ]
)


def test_prefixes_names_and_what_is_no_issue(tmp_path: Path):
    write_list(tmp_path, "nsaid", "bnf,100101*", "atc,M01A*", "medicine,ibuprofen", "except,gel")
    assert members(tmp_path, "nsaid", MEDICINES) == [
        "1001010J0AAABAB",
        "329652003",
        "36097711000001106",
        "310965",
        "M01AE01",
    ]


def test_each_code_tells_its_rule(tmp_path: Path):
    write_list(tmp_path, "nsaid", "bnf,100101*", "medicine,ibuprofen + tablet*")
    write_list(tmp_path, "painkiller", "list,nsaid")
    assert resolved(tmp_path, "nsaid", MEDICINES).rules[0] == "bnf 100101*"
    assert resolved(tmp_path, "painkiller", MEDICINES).rules[-1] == (
        "list nsaid: medicine ibuprofen + tablet*"
    )


def test_a_code_is_the_same_however_it_is_spelt(tmp_path: Path):
    write_list(tmp_path, "asthma", "icd10,J45*", "icd10,J46.", "readv2,H33*")
    assert members(tmp_path, "asthma", CONDITIONS) == ["J45.9", "J450", "J46", "H33..00", "H33z."]


def test_a_diagnosis_is_no_family_history_and_no_review(tmp_path: Path):
    write_list(tmp_path, "asthma", "snomed,195967001", "diagnosis,asthma")
    found = members(tmp_path, "asthma", CONDITIONS)
    assert "1" not in found
    assert "2" not in found
    assert {"195967001", "XaLPC"} <= set(found)


def test_dmd_and_snomed_identifiers_are_one(tmp_path: Path):
    write_list(tmp_path, "a", "dmd,36097711000001106")
    assert members(tmp_path, "a", MEDICINES) == ["36097711000001106"]


def test_codes_and_lists_are_taken_out(tmp_path: Path):
    write_list(tmp_path, "gel", "bnf,1003*")
    write_list(tmp_path, "any", "bnf,10*", "bnf,-1003*")
    write_list(tmp_path, "other", "bnf,10*", "list,-gel")
    assert members(tmp_path, "any", MEDICINES) == members(tmp_path, "other", MEDICINES)


def test_only_narrows(tmp_path: Path):
    write_list(tmp_path, "strong", "bnf,100101*", "medicine,ibuprofen", "only,400mg|600mg")
    assert members(tmp_path, "strong", MEDICINES) == ["1001010J0AAABAB", "36097711000001106"]


def test_a_code_that_the_list_names_stays(tmp_path: Path):
    write_list(tmp_path, "a", "bnf,1003020J0AAABAB", "bnf,1001*", "except,ibuprofen")
    assert members(tmp_path, "a", MEDICINES) == ["1003020J0AAABAB"]


def test_a_list_of_names_takes_the_brands_of_the_substance(tmp_path: Path):
    table = dictionary(
        [
            ("bnf", "0704020N0AAAAAA", "Tolterodine 1mg tablets"),
            ("bnf", "0704020N0BBAAAA", "Detrusitol 1mg tablets"),
            ("bnf", "0704020J0AAAAAA", "Oxybutynin 5mg tablets"),
        ]
    )
    write_list(tmp_path, "a", "medicine,tolterodine")
    assert members(tmp_path, "a", table) == ["0704020N0AAAAAA", "0704020N0BBAAAA"]


def test_a_users_map_gives_dmd_codes_their_bnf_code(tmp_path: Path):
    source, maps = tmp_path / "map.csv", tmp_path / "maps"
    source.write_text("dmd,bnf\n329652003,1001010J0AAADAD\n111,1001010P0AAAAAA\n")
    assert import_map(source, maps) == 2
    write_list(tmp_path / "lists", "nsaid", "bnf,100101*", "medicine,ibuprofen")
    found = resolved(tmp_path / "lists", "nsaid", MEDICINES, maps)
    codes = MEDICINES["code"].to_pylist()
    by_code = dict(zip([codes[i] for i in found.code_ids], found.groups, strict=True))
    assert by_code["111"] == "1001010P0"
    assert by_code["329652003"] == "1001010J0"


def test_a_mapped_code_is_judged_by_its_map(tmp_path: Path):
    source, maps = tmp_path / "map.csv", tmp_path / "maps"
    source.write_text("dmd,bnf\n329652003,1003020J0AAABAB\n")
    import_map(source, maps)
    write_list(tmp_path / "lists", "nsaid", "bnf,100101*", "medicine,ibuprofen", "except,gel")
    assert "329652003" not in members(tmp_path / "lists", "nsaid", MEDICINES, maps)


def test_an_empty_dictionary(tmp_path: Path):
    write_list(tmp_path, "nsaid", "bnf,100101*", "medicine,ibuprofen", "diagnosis,asthma")
    found = resolved(tmp_path, "nsaid", dictionary([]))
    assert found.code_ids.dtype == np.int32
    assert (len(found.code_ids), len(found.rules), len(found.groups)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("Warfarin Sodium 5 MG Oral Tablet", "warfarin"),
        ("Warfarin 1mg tablets (Teva UK Ltd)", "warfarin"),
        ("24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet", "metformin"),
        ("Metformin 500mg modified-release tablets", "metformin"),
        ("Acetaminophen 325 MG Oral Tablet", "paracetamol"),
        (
            "Acetaminophen 325 MG / Oxycodone Hydrochloride 5 MG Oral Tablet",
            "oxycodone paracetamol",
        ),
    ],
)
def test_ingredient(term: str, expected: str):
    assert ingredient(term) == expected


def test_two_strengths_are_one_medicine(tmp_path: Path):
    table = dictionary(
        [
            ("rxnorm", "1", "Warfarin Sodium 5 MG Oral Tablet"),
            ("dmd", "2", "Warfarin 1mg tablets"),
            ("bnf", "0208020V0AAABAB", "Warfarin 3mg tablets"),
            ("atc", "B01AA03", "warfarin"),
        ]
    )
    write_list(tmp_path, "w", "bnf,0208020V0*", "atc,B01AA03", "medicine,warfarin")
    groups = ["warfarin", "warfarin", "0208020V0", "B01AA03"]
    assert resolved(tmp_path, "w", table).groups.tolist() == groups


def test_all_lists_resolve_in_about_a_second_over_fifty_thousand_codes():
    terms = ["Ibuprofen {}mg tablets", "Asthma grade {}", "Serum potassium level {}", "Device {}"]
    rows = [
        (("dmd", "snomed", "snomed", "local")[i % 4], str(10**6 + i), terms[i % 4].format(i))
        for i in range(50_000)
    ]
    table, folders = dictionary(rows), code_folders()
    names = list(load_library(folders))
    started = time.process_time()
    found = resolve_all(names, table, folders)
    spent = time.process_time() - started
    assert len(found["nsaid_oral"].code_ids) == 12_500
    # One second on an idle core; the limit leaves room for a busy machine.
    assert spent < 4


def test_the_column_types_of_the_store_are_enough():
    table = dictionary([("snomed", "195967001", "Asthma")])
    table = table.set_column(3, "term", pa.chunked_array([["Asthma"]]))
    assert resolve_all(["asthma"], table, code_folders())["asthma"].code_ids.tolist() == [0]


@pytest.mark.parametrize(
    ("name", "code", "term"),
    [
        ("opioid", "0410030C0AAAAAA", "Methadone 1mg/ml oral solution"),
        ("opioid", "0309010C0AAAAAA", "Codeine 15mg/5ml linctus"),
        ("opioid_equivalent", "0410030A0AAAAAA", "Buprenorphine 8mg sublingual tablets"),
        ("any_medicine", "0502030A0AAAAAA", "Terbinafine 250mg tablets"),
        ("any_medicine", "0504010F0AAAAAA", "Chloroquine 250mg tablets"),
        ("laxative", "1201030L0AAAAAA", "Docusate 0.5% ear drops"),
        ("corticosteroid_systemic", "1104010I0AAAAAA", "Dexamethasone 0.1% eye drops"),
        ("nitrate", "0107040A0AAAAAA", "Glyceryl trinitrate 0.4% rectal ointment"),
        ("nsaid_oral", "1108020X0AAAAAA", "Diclofenac 0.1% eye drops"),
        ("oestrogen_systemic", "0702010A0AAAAAA", "Estradiol 10microgram pessaries"),
    ],
)
def test_another_use_of_a_medicine_is_left_out(name: str, code: str, term: str):
    table = dictionary([("bnf", code, term)])
    assert resolve_all([name], table, code_folders())[name].code_ids.tolist() == []
