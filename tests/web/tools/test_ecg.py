"""The ECG page: every kind of file, hostile files, and what it says of a strip."""

from __future__ import annotations

import io
import json
import zipfile
from html import unescape

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from harmfree.rhythm.classify import INTENDED_USE
from harmfree.rhythm.errors import RecordingError
from harmfree.rhythm.synthetic import strip
from harmfree.web.clinical_tools import ecg_child, ecg_upload, warming
from harmfree.web.clinical_tools.ecg_upload import read_upload, unpacked
from harmfree.web.common import uploads
from harmfree.web.serving import BESIDE

pytestmark = pytest.mark.django_db
RATE = 300


def text(response) -> str:
    return unescape(response.content.decode())


def samples(rhythm: str = "fibrillation") -> np.ndarray:
    return strip(rhythm, seed=7).recording.signals[:, 0]


def as_csv(rhythm: str = "fibrillation") -> bytes:
    return f"# rate: {RATE}\nI (mV)\n".encode() + "\n".join(map(str, samples(rhythm))).encode()


def as_fhir() -> bytes:
    data = {
        "origin": {"value": 0, "unit": "mV"},
        "period": 1000 / RATE,
        "dimensions": 1,
        "data": " ".join(f"{each:.4f}" for each in samples()),
    }
    return json.dumps(
        {
            "resourceType": "Observation",
            "id": "strip",
            "code": {"text": "I"},
            "valueSampledData": data,
        }
    ).encode()


def as_edf(folder) -> bytes:
    import pyedflib

    path = folder / "made.edf"
    writer = pyedflib.EdfWriter(str(path), 1)
    head = {"label": "ECG I", "dimension": "mV", "sample_frequency": RATE}
    head |= {"physical_max": 5, "physical_min": -5, "digital_max": 32767, "digital_min": -32768}
    writer.setSignalHeaders([head])
    writer.writeSamples([samples()])
    writer.close()
    return path.read_bytes()


def as_wfdb(folder) -> dict[str, bytes]:
    import wfdb

    wfdb.wrsamp(
        "made", fs=RATE, units=["mV"], sig_name=["I"], p_signal=samples()[:, None], fmt=["16"],
        write_dir=str(folder),
    )  # fmt: skip
    return {name: (folder / name).read_bytes() for name in ("made.hea", "made.dat")}


def zipped(files: dict[str, bytes], **kw) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **kw)
    return held.getvalue()


@pytest.mark.parametrize("kind", ["csv", "fhir", "edf", "pair", "zip"])
def test_every_kind_of_file_gives_the_same_recording(tmp_path, kind):
    files = {
        "csv": lambda: {"a.csv": as_csv()},
        "fhir": lambda: {"a.json": as_fhir()},
        "edf": lambda: {"a.edf": as_edf(tmp_path)},
        "pair": lambda: as_wfdb(tmp_path),
        "zip": lambda: {"a.zip": zipped({f"in/{k}": v for k, v in as_wfdb(tmp_path).items()})},
    }[kind]()
    found = read_upload(list(files.items()))
    assert found.rate == pytest.approx(RATE)
    read = found.signals[: len(samples()), 0]
    assert np.abs(read - samples()[: len(read)]).max() < 2e-3


@pytest.mark.parametrize(
    ("rhythm", "outcome"), [("fibrillation", "Possible AF"), ("sinus", "No AF seen")]
)
def test_a_strip_is_judged_drawn_and_explained(clinician, rhythm, outcome):
    page = clinician.post("/tools/ecg/", {"recording": SimpleUploadedFile("x.csv", as_csv(rhythm))})
    said = text(page)
    assert page.status_code == 200
    assert f'app-result__value">{outcome}<' in said
    assert "Next step:" in said and INTENDED_USE in said
    assert said.count("<svg") >= 6 and "Strip uploaded" in said
    assert "Model card" in said and "Limits" in said


def test_a_strip_that_cannot_be_read_says_so(clinician):
    flat = f"# rate: {RATE}\n".encode() + b"0.0\n" * (20 * RATE)
    said = text(clinician.post("/tools/ecg/", {"recording": SimpleUploadedFile("x.csv", flat)}))
    assert 'app-result__value">Cannot tell<' in said
    assert "flat line" in said


@pytest.mark.parametrize(
    ("example", "outcome"),
    [("fibrillation", "Possible AF"), ("sinus", "No AF seen"), ("atrial ectopy", "")],
)
def test_made_strips_are_built_in(clinician, example, outcome):
    said = text(clinician.get("/tools/ecg/", {"example": example}))
    assert f'app-result__value">{outcome}' in said and "made strip" in said


def test_an_example_that_is_none_is_not_found(clinician):
    assert clinician.get("/tools/ecg/?example=zzz").status_code == 404


def test_the_model_card_shows_figures(clinician):
    said = text(clinician.get("/tools/ecg/model-card/"))
    assert "Cross-validated performance" in said and "<table" in said


def test_the_page_never_shows_a_name_of_a_file(clinician):
    file = SimpleUploadedFile("Jane_Doe_9434765919.csv", as_csv())
    assert "Jane" not in text(clinician.post("/tools/ecg/", {"recording": file}))


# What is refused ----------------------------------------------------------------------------


def refusal(clinician, name, content, **more) -> str:
    page = clinician.post("/tools/ecg/", {"recording": SimpleUploadedFile(name, content)} | more)
    assert page.status_code == 422
    said = text(page)
    assert "There is a problem" in said and "Traceback" not in said
    return said


def test_no_file_is_refused(clinician):
    page = clinician.post("/tools/ecg/", {})
    assert page.status_code == 422 and text(page).count("Choose a recording") == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.exe", b"MZ", "not an ECG recording"),
        ("x.mat", b"MATLAB", "not an ECG recording"),
        ("x.csv", b"", "The file is empty"),
        ("x.csv", b"\x00\xff\xfe\x01", "not text"),
        ("x.csv", b"1\n2\n3\n", "how many samples a second"),
        ("x.edf", b"0" * 300, "not a whole EDF"),
        ("x.json", b"[" * 60_000, "cannot be read"),
        ("x.json", b'{"resourceType": "Patient"}', "no Observation"),
        ("x.zip", b"PK\x03\x04 not one", "archive cannot be opened"),
        ("x.dat", b"1234", "header file is missing"),
        ("x.csv", b"1" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_files_that_are_no_recording_are_refused_plainly(clinician, name, content, says):
    assert says in refusal(clinician, name, content)


@pytest.mark.parametrize("rate", ["49", "20001", "x"])
def test_a_rate_that_cannot_be_is_refused(clinician, rate):
    assert "Samples a second must be" in refusal(clinician, "x.csv", b"1\n2\n3\n", rate=rate)


def test_a_rate_given_by_hand_is_used():
    found = read_upload([("x.csv", b"\n".join(b"%f" % v for v in samples()))], rate=250)
    assert found.rate == 250


def test_a_zip_bomb_is_refused_without_unpacking_it():
    bomb = zipped({"x.csv": b"0\n" * 40_000_000})
    assert len(bomb) < 200_000
    with pytest.raises(RecordingError, match="larger than"):
        unpacked([("x.zip", bomb)])


def test_an_archive_that_lies_about_its_size_is_refused():
    content = bytearray(zipped({"x.csv": b"0\n" * 4_000_000}))
    honest = (8_000_000).to_bytes(4, "little")
    assert content.count(honest) == 2
    lying = bytes(content).replace(honest, (100).to_bytes(4, "little"))
    with pytest.raises(RecordingError):
        unpacked([("x.zip", lying)])


@pytest.mark.parametrize(
    "files",
    [
        {f"{k}.csv": b"1" for k in range(9)},
        {"inner.zip": zipped({"x.csv": b"1"})},
        {"../../x.sh": b"1"},
        {},
    ],
    ids=["many", "nested", "outside", "empty"],
)
def test_odd_archives_are_refused(files):
    with pytest.raises(RecordingError):
        read_upload([("x.zip", zipped(files))])


@pytest.mark.parametrize(
    "header",
    [
        b"r 1 300 100\n../../../../etc/passwd 16 200 16 0 0 0 0 I\n",
        b"r 1 300 100\n/etc/passwd 16 200 16 0 0 0 0 I\n",
        b"r 1 300 100\nhttp://example.org/x.dat 16 200 16 0 0 0 0 I\n",
        b"r 1 300 100\n~ 0 200 16 0 0 0 0 I\n",
        b"r 1 300 100\nother.dat 16 200 16 0 0 0 0 I\n",
        b"r/2 1 300 100\na 50\nb 50\n",
        b"",
        b"# nothing\n",
    ],
)
def test_a_header_may_name_only_files_beside_it(header):
    with pytest.raises(RecordingError, match="do not belong together"):
        read_upload([("r.hea", header), ("r.dat", b"0" * 200)])


def test_a_header_that_promises_more_than_there_is_is_refused():
    header = b"r 1 300 99999999999\nr.dat 16 200 16 0 0 0 0 I\n"
    with pytest.raises(RecordingError):
        read_upload([("r.hea", header), ("r.dat", b"01" * 400)])


def test_reading_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(ecg_upload, "SECONDS", 0.01)
    with pytest.raises(RecordingError, match="too long"):
        read_upload([("x.csv", as_csv())])


@pytest.mark.parametrize(
    ("count", "rate", "seconds", "fine"),
    [
        (9_000, 300, 30, True),
        (9_000, 50, 180, True),
        (9_000, 49.9, 180, False),
        (9_000, 20_000, 1, True),
        (9_000, 20_001, 1, False),
        (3_000_000, 3_400, 882, True),
        (3_000_001, 3_400, 882, False),
        (270_000, 300, 900, True),
        (270_300, 300, 901, False),
    ],
)
def test_the_bounds_of_a_recording(count, rate, seconds, fine):
    assert (ecg_child.too_much(count, rate, seconds) == "") is fine


def test_a_huge_upload_is_refused_before_it_is_read(clinician, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 10_000)
    for size, status in ((5_000, 422), (20_000, 400)):
        file = SimpleUploadedFile("x.csv", b"x" * size)
        assert clinician.post("/tools/ecg/", {"recording": file}).status_code == status


def test_the_server_compiles_before_anybody_waits():
    assert warming.__name__ in BESIDE
    warming.warm()
