"""OMOP, ehrQL and mapped CSV: small tables by hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from harmfree.records.errors import MappingError
from harmfree.records.extract import recognise
from harmfree.records.sources.mapping import read_mapping
from harmfree.records.sources.tables import tidy
from records.conftest import Home

MAPPING = """
date_format = "%d/%m/%Y"
[[people]]
file = "patients.csv"
id = "NHS"
nhs_number = "NHS"
birth = "DOB"
sex = "Sex"
ethnicity = "Ethnicity"
site = "P81001"
[[registrations]]
file = "registrations.csv"
person = "NHS"
start = "From"
end = "To"
site_column = "Practice"
[[events]]
file = "tests.csv"
id = "Row"
person = "NHS"
date = "Date"
code = "Code"
system_column = "System"
value = "Result"
unit_column = "Unit"
"""
PATIENTS = "NHS,DOB,Sex,Ethnicity\n943 476 5919,03/02/1950,F,white\n9434765870,1950-02-03,X,black\n"
REGISTRATIONS = "NHS,From,To,Practice\n943 476 5919,01/01/2000,,P81002\n"
TESTS = (
    "Row,NHS,Date,Code,System,Result,Unit\n"
    "1,943 476 5919,05/06/2020,1000,snomed,<5,mmol/l\n"
    "2,943 476 5919,31/02/2020,1001,snomed,5,\n"
    "3,943 476 5919,05/06/2020,I48,icd10,,\n"
    "4,943 476 5919,05/06/2020\n"
    "5,1111111111,05/06/2020,1000,snomed,5,\n"
)


def folder_of(tmp_path: Path, **files: str) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    return folder


def mapped(tmp_path: Path, text: str = MAPPING) -> Path:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    return path


def test_csv_by_mapping(home: Home, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, patients=PATIENTS, registrations=REGISTRATIONS, tests=TESTS)
    home.load(folder, mapping=mapped(tmp_path))
    assert [event[1:7] for event in home.events()] == [
        ("2020-06-05", "icd10", "I48", None, "", ""),
        ("2020-06-05", "snomed", "1000", 5.0, "<", "mmol/L"),
    ]
    assert home.rules() == {
        "date_unreadable": 1,
        "row_malformed": 1,
        "unknown_person": 1,
        "birth_implausible": 1,
        "sex_unknown": 1,
    }
    lines = {row["rule"]: row["line"] for row in home.store.ledger().to_pylist()}
    assert lines["row_malformed"] == "5"
    assert lines["date_unreadable"] == "tests.csv/row 2"
    assert [row[1:] for row in home.registrations()] == [("P81002", "2000-01-01", None)]
    assert sorted(p["ethnicity"] for p in home.people()) == [1, 4]


def test_swapped_columns_go_by_name_and_swapped_values_to_the_ledger(
    home: Home, tmp_path: Path
) -> None:
    swapped = "Code,Date,NHS,Row,System,Result,Unit\n1000,05/06/2020,943 476 5919,1,snomed,5,\n"
    wrong = "05/06/2020,1000,943 476 5919,2,snomed,5,\n"
    folder = folder_of(tmp_path, patients=PATIENTS, tests=swapped + wrong)
    home.load(folder, mapping=mapped(tmp_path))
    assert len(home.events()) == 1
    assert home.rules()["date_unreadable"] == 1


def test_rows_with_ids_update_and_rows_without_replace_the_person(
    home: Home, tmp_path: Path
) -> None:
    text = MAPPING.replace('id = "Row"\n', "")
    head, *rows = TESTS.splitlines()
    folder = folder_of(tmp_path, patients=PATIENTS, tests=TESTS)
    home.load(folder, mapping=mapped(tmp_path))
    (folder / "tests.csv").write_text(f"{head}\n{rows[0].replace('<5', '7')}\n")
    home.load(folder, mapping=mapped(tmp_path))
    assert [event[4] for event in home.events()] == [None, 7.0]
    other = Home(tmp_path / "other")
    (folder / "tests.csv").write_text(TESTS)
    other.load(folder, mapping=mapped(tmp_path, text))
    (folder / "tests.csv").write_text(f"{head}\n{rows[0].replace('<5', '7')}\n")
    other.load(folder, mapping=mapped(tmp_path, text))
    assert [event[4] for event in other.events()] == [7.0]


@pytest.mark.parametrize(
    ("content", "encoding", "rule"),
    [
        (TESTS.encode("utf-16"), "", None),
        (TESTS.replace("I48", "\xc9").encode("latin-1"), "", "not_utf8"),
        (TESTS.replace("I48", "\xc9").encode("latin-1"), 'encoding = "latin-1"\n', None),
        (b"\xef\xbb\xbf" + TESTS.replace("\n", "\r\n").encode(), "", None),
        (TESTS.replace(",", ";").encode(), "", None),
    ],
)
def test_encodings_marks_and_separators(
    home: Home, tmp_path: Path, content: bytes, encoding: str, rule: str | None
) -> None:
    folder = folder_of(tmp_path, patients=PATIENTS)
    (folder / "tests.csv").write_bytes(content)
    text = encoding + MAPPING
    if encoding or content[:2] == b"\xff\xfe":
        (folder / "patients.csv").write_bytes(
            PATIENTS.encode("utf-16" if not encoding else "latin-1")
        )
    home.load(folder, mapping=mapped(tmp_path, text))
    assert len(home.events()) == (1 if rule else 2)
    assert (rule in home.rules()) == (rule is not None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "cannot be read"),
        ("[[people]]\nfile='p.csv'", "'id' is missing"),
        ("[[people]]\nfile='p.csv'\nid='a'\nbirht='b'", "'birht' is unknown"),
        ("[[persons]]\nfile='p.csv'", "unknown parts: persons"),
        ("[[events]]\nfile='e.csv'\nperson='a'\ndate='b'\ncode='c'", "no \\[\\[people\\]\\]"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        read_mapping(mapped(tmp_path, text))


def test_a_column_that_is_not_there(home: Home, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, patients="id\n1\n", tests=TESTS)
    with pytest.raises(MappingError, match="no column 'Ethnicity'"):
        home.load(folder, mapping=mapped(tmp_path))
    with pytest.raises(MappingError, match="need a mapping"):
        home.load(folder, kind="csv")


def omop(tmp_path: Path) -> Path:
    return folder_of(
        tmp_path,
        person="PERSON_ID,GENDER_CONCEPT_ID,YEAR_OF_BIRTH,MONTH_OF_BIRTH,"
        "\"date(birth_datetime,'unixepoch')\",RACE_CONCEPT_ID,CARE_SITE_ID\n"
        "1,8532,1950,6,1950-06-15,8527,5\n2,8507,1960,,,0,\n",
        care_site="care_site_id,care_site_name,care_site_source_value\n5,A Practice,P81003\n",
        death="person_id,death_date\n2,2021-01-01\n",
        observation_period="observation_period_id,person_id,observation_period_start_date,"
        "observation_period_end_date\n1,1,2000-01-01,2020-12-31\n2,2,2000-01-01,2020-12-31\n",
        concept="concept_id,concept_name,vocabulary_id,concept_code\n"
        "10,Warfarin,RxNorm,11289\n11,INR,LOINC,34714-6\n12,ratio,UCUM,{ratio}\n",
        drug_exposure="drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
        "days_supply,quantity,drug_source_value\n"
        "1,1,10,2020-01-01,28,56,\n2,1,99,2020-12-31,0,0,\n3,1,0,2020-02-01,,,Local drug\n"
        "4,1,10,2021-01-01,28,56,\n",
        measurement="measurement_id,person_id,measurement_concept_id,measurement_date,"
        "operator_concept_id,value_as_number,unit_concept_id,value_as_concept_id\n"
        "1,1,11,2020-03-01,4172704,8,12,10\n",
    )


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet"])
def test_omop(home: Home, tmp_path: Path, form: str) -> None:
    folder = omop(tmp_path)
    for path in list(folder.iterdir()):
        if form == "csv.gz":
            (folder / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        if form == "parquet":
            pq.write_table(pyarrow.csv.read_csv(path), folder / f"{path.stem}.parquet")
        if form != "csv":
            path.unlink()
    assert recognise(sorted(folder.iterdir()), None) == "omop"
    home.load(folder)
    assert [event[1:] for event in home.events()] == [
        ("2020-01-01", "rxnorm", "11289", 56.0, "", "", "2020-01-29"),
        ("2020-02-01", "local", "source-value|Local drug", None, "", "", None),
        ("2020-03-01", "loinc", "34714-6", 8.0, ">", "{ratio}", None),
        ("2020-03-01", "rxnorm", "11289", None, "", "", None),
        ("2020-12-31", "omop", "99", None, "", "", None),
    ]
    assert home.rules() == {"outside_observation": 1, "partial_date": 1}
    people = {p["sex"]: (str(p["birth_date"]), str(p["death_date"])) for p in home.people()}
    assert people == {1: ("1950-06-15", "None"), 2: ("1960-01-01", "2021-01-01")}
    assert sorted(row[1:] for row in home.registrations()) == [
        ("P81003", "2000-01-01", "2021-01-01"),
        ("test", "2000-01-01", "2021-01-01"),
    ]


def test_ehrql(home: Home, tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        patients="patient_id,sex,date_of_birth,date_of_death\n1,male,1950-01-01,\n2,intersex,,\n",
        practice_registrations="patient_id,start_date,end_date,practice_pseudo_id\n"
        "1,2000-01-01,2010-06-30,7\n1,2010-06-30,,8\n",
        clinical_events="patient_id,date,snomedct_code,ctv3_code,numeric_value\n"
        "1,2020-01-01,100,XaB,5.5\n1,2020-01-02,,,5\n",
        medications="patient_id,date,dmd_code\n1,2020-02-01,200\n",
        ons_deaths="patient_id,date,underlying_cause_of_death\n1,2022-01-01,I21\n",
        addresses="patient_id,imd_rounded\n1,100\n",
    )
    home.load(folder)
    assert [event[1:5] for event in home.events()] == [
        ("2020-01-01", "ctv3", "XaB", 5.5),
        ("2020-01-01", "snomed", "100", 5.5),
        ("2020-02-01", "dmd", "200", None),
    ]
    assert [row[1:] for row in home.registrations()] == [
        ("7", "2000-01-01", "2010-06-30"),
        ("8", "2010-06-30", "2022-01-01"),
    ]
    assert home.rules() == {"no_code": 1, "type_not_used": 1}
    assert sorted(p["sex"] for p in home.people()) == [2, 3]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("date(birth_datetime,'unixepoch')", "birth_datetime"),
        ("PERSON_ID", "person_id"),
        ("\ufeffId ", "id"),
        ("a b", "a b"),
    ],
)
def test_headers_are_tidied(header: str, name: str) -> None:
    assert tidy(header) == name


def test_a_file_that_is_no_table(home: Home, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, patients=PATIENTS, tests="a,a\n1,2\n", registrations="")
    home.load(folder, mapping=mapped(tmp_path))
    assert home.rules()["file_unreadable"] == 2
