from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from harmfree.rhythm.errors import AnnotationError, RecordingError, UnitsError
from harmfree.rhythm.readers import Assumed, expand, read, wfdb
from harmfree.rhythm.recording import from_array, millivolts
from harmfree.rhythm.synthetic import strip

MADE = strip("sinus", seconds=10, seed=7).recording
SIGNAL = np.round(MADE.signals[:, 0], 3)


def only(path: Path, assumed: Assumed | None = None):
    (recording,) = read(path, assumed)
    return recording


def write_wfdb(folder: Path, name: str = "r1", **more) -> Path:
    import wfdb as package

    package.wrsamp(
        name, fs=300, units=["mV"], sig_name=["I"], p_signal=SIGNAL[:, None], fmt=["16"],
        adc_gain=[1000], baseline=[0], write_dir=str(folder), **more,
    )  # fmt: skip
    return folder / f"{name}.hea"


def fhir(data: str = "0 100 200 E U 300", **changes) -> dict:
    sampled = {
        "origin": {"value": 1.0, "unit": "uV"}, "period": 4, "factor": 2.0, "dimensions": 1,
        "data": data,
    }  # fmt: skip
    return {
        "resourceType": "Observation", "id": "ecg1", "code": {"text": "Lead I"},
        "valueSampledData": sampled | changes,
    }  # fmt: skip


def test_wfdb_record_by_each_of_its_names(tmp_path) -> None:
    header = write_wfdb(tmp_path, comments=["A"])
    for path in (header, tmp_path / "r1.dat", tmp_path / "r1"):
        recording = only(path)
        assert np.allclose(recording.signals[:, 0], SIGNAL, atol=1e-3)
        assert (recording.id, recording.rate, recording.leads) == ("r1", 300.0, ("I",))
        assert recording.label == "A"


def test_wfdb_beats_and_rhythms(tmp_path) -> None:
    import wfdb as package

    header = write_wfdb(tmp_path)
    package.wrann(
        "r1", "atr", np.array([30, 60, 300, 600, 900]), symbol=["+", "N", "V", "+", "N"],
        aux_note=["(N", "", "", "(AFIB", ""], fs=300, write_dir=str(tmp_path),
    )  # fmt: skip
    found = wfdb.read_annotations(header)
    assert found.times.tolist() == [0.2, 1.0, 3.0]
    assert found.codes == ("N", "V", "N")
    assert found.rhythm == ("(N", "(N", "(AFIB")
    with pytest.raises(AnnotationError, match="annotations cannot be read"):
        wfdb.read_annotations(header, "qrs")


def test_wfdb_faults_are_named(tmp_path) -> None:
    header = write_wfdb(tmp_path)
    (tmp_path / "r1.dat").write_bytes(b"12")
    with pytest.raises(RecordingError, match="cannot be read"):
        only(header)
    header.write_text("not a header at all\n")
    with pytest.raises(RecordingError, match="cannot be read"):
        only(header)
    header.unlink()
    with pytest.raises(RecordingError, match="header file is missing"):
        only(tmp_path / "r1.dat")


def test_matlab_file_alone_needs_a_rate(tmp_path) -> None:
    from scipy.io import savemat

    savemat(tmp_path / "A1.mat", {"val": (1000 * SIGNAL)[None, :].astype(np.int16)})
    with pytest.raises(RecordingError, match="header file is missing"):
        only(tmp_path / "A1.mat")
    recording = only(tmp_path / "A1.mat", Assumed(rate=300.0))
    assert np.allclose(recording.signals[:, 0], SIGNAL, atol=1e-3)


def test_edf(tmp_path) -> None:
    import pyedflib

    path = tmp_path / "s.edf"
    writer = pyedflib.EdfWriter(str(path), 2)
    for channel, (label, unit) in enumerate([("Resp", "mmHg"), ("ECG I", "uV")]):
        writer.setSignalHeader(channel, {
            "label": label, "dimension": unit, "sample_frequency": 300, "physical_max": 4000,
            "physical_min": -4000, "digital_max": 32767, "digital_min": -32768,
            "transducer": "", "prefilter": "",
        })  # fmt: skip
    writer.writeSamples([np.zeros(3000), 1000 * SIGNAL])
    writer.close()
    recording = only(path)
    assert recording.leads == ("ECG I",)
    assert recording.rate == 300
    assert np.allclose(recording.signals[:, 0], SIGNAL, atol=1e-3)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(RecordingError, match="not a whole EDF file"):
        only(path)


@pytest.mark.parametrize(
    "heading",
    ["# rate: 300\n", "Sample Rate,300 hertz\nUnit,mV\n\n", "Sampling frequency: 300 Hz\n\n"],
)
def test_csv_states_its_rate(tmp_path, heading: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(heading + "\n".join(str(v) for v in SIGNAL))
    recording = only(path)
    assert recording.rate == 300
    assert np.allclose(recording.signals[:, 0], SIGNAL)


def test_csv_with_times_units_and_gaps(tmp_path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("time (ms),I (uV),II (mV)\n0,100,1\n4,,2\n8,300,nan\n")
    recording = only(path)
    assert recording.rate == pytest.approx(250)
    assert recording.leads == ("I", "II")
    assert np.allclose(recording.signals, [[0.1, 1], [np.nan, 2], [0.3, np.nan]], equal_nan=True)


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("1\n2\n3\n", UnitsError, "samples a second"),
        ("# rate: 300\n1\nx\n", RecordingError, "not a row of numbers"),
        ("# rate: 300\n1\n2,3\n", RecordingError, "where the first has"),
        ("a,b\n", RecordingError, "no column of numbers"),
        ("# rate: 300\nI (mmHg)\n1\n2\n", UnitsError, "not one of an ECG"),
        ("time,I\n1,1\n1,2\n1,3\n", UnitsError, "do not ascend"),
    ],
)
def test_csv_faults_are_named(tmp_path, text: str, error: type, match: str) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(error, match=match):
        only(path)


def test_fhir_sampled_data(tmp_path) -> None:
    path = tmp_path / "o.json"
    path.write_text(json.dumps(fhir()))
    recording = only(path)
    assert (recording.id, recording.rate, recording.leads) == ("ecg1", 250.0, ("Lead I",))
    expected = [0.001, 0.201, 0.401, np.nan, np.nan, 0.601]
    assert np.allclose(recording.signals[:, 0], expected, equal_nan=True)


def test_fhir_bundle_components_and_dimensions(tmp_path) -> None:
    part = {"code": {"coding": [{"display": "II"}]}, "valueSampledData": fhir()["valueSampledData"]}
    two = fhir("1 2 3 4", dimensions=2)
    both = {"resourceType": "Observation", "id": "m", "component": [part, part]}
    bundle = {"resourceType": "Bundle", "entry": [{"resource": two}, {"resource": both}]}
    path = tmp_path / "b.json"
    path.write_text(json.dumps(bundle))
    first, second = read(path)
    assert first.signals.shape == (2, 2)
    assert second.leads == ("II", "II")
    lines = tmp_path / "b.ndjson"
    lines.write_text("\n".join(json.dumps(fhir()) for _ in range(3)))
    assert len(list(read(lines))) == 3


@pytest.mark.parametrize(
    ("change", "error"),
    [({"period": 0}, UnitsError), ({"data": "1 x"}, RecordingError),
     ({"origin": {"unit": "kg"}}, UnitsError), ({"dimensions": 9}, UnitsError)],
)  # fmt: skip
def test_fhir_faults_are_named(tmp_path, change: dict, error: type) -> None:
    path = tmp_path / "o.json"
    path.write_text(json.dumps(fhir(**change)))
    with pytest.raises(error):
        only(path)


@pytest.mark.parametrize("text", ["{", "[]", '{"resourceType": "Patient"}'])
def test_fhir_without_an_ecg_is_refused(tmp_path, text: str) -> None:
    path = tmp_path / "o.json"
    path.write_text(text)
    with pytest.raises(RecordingError):
        only(path)


def test_parquet(tmp_path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({
        "record": ["a", "b"], "label": ["N", "~"],
        "samples": pa.array([(1000 * SIGNAL).astype(int), []], pa.list_(pa.int32())),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "s.parquet")
    first, second = read(tmp_path / "s.parquet")
    assert (first.id, first.label, first.rate) == ("a", "N", 300.0)
    assert np.allclose(first.signals[:, 0], SIGNAL, atol=1e-3)
    assert second.signals.shape == (0, 1)
    pq.write_table(table.drop_columns(["samples"]), tmp_path / "bad.parquet")
    with pytest.raises(RecordingError, match="lacks the columns"):
        only(tmp_path / "bad.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")
    with pytest.raises(RecordingError, match="not a whole Parquet file"):
        only(tmp_path / "broken.parquet")


def test_folders_are_opened_and_parts_of_a_record_merged(tmp_path) -> None:
    write_wfdb(tmp_path, "r1")
    write_wfdb(tmp_path, "r2")
    assert [p.name for p in expand([tmp_path])] == ["r1.hea", "r2.hea"]
    assert [p.name for p in expand([tmp_path / "r1.dat", tmp_path / "r1.hea"])] == ["r1.hea"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(RecordingError, match="no ECG recording"):
        expand([tmp_path / "empty"])


def test_other_files_are_refused_by_name(tmp_path) -> None:
    (tmp_path / "s.pdf").write_bytes(b"%PDF")
    with pytest.raises(RecordingError, match="ending in '.pdf'"):
        only(tmp_path / "s.pdf")
    with pytest.raises(RecordingError, match="no such file"):
        only(tmp_path / "absent.edf")


@pytest.mark.parametrize(("unit", "factor"), [("mV", 1), ("uV", 1e-3), ("µV", 1e-3), ("V", 1e3)])
def test_units(unit: str, factor: float) -> None:
    assert millivolts(unit, where="") == factor
    assert from_array([1.0], 300, unit=unit).signals[0, 0] == factor
