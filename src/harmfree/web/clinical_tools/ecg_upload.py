"""An uploaded ECG: what is accepted, where it lies while it is read, and the reading itself.

Files of strangers are read by a process of their own with bounds on memory, time and what it may
write (`ecg_child`): the readers of others are written in C, and a hostile file must cost nobody
else anything. The folder is gone when the answer is there.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from harmfree.rhythm.errors import RecordingError
from harmfree.rhythm.recording import Recording

LARGEST = 5_000_000
"""Bytes of all files together, also after unpacking."""
MOST_FILES = 8
SECONDS = 40
KINDS = (".csv", ".txt", ".edf", ".json", ".ndjson", ".hea", ".dat")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,60}\.[A-Za-z]{2,6}")
OUTCOME = "outcome.npz"
SAID = "refusal.txt"


def read_upload(
    files: Iterable[tuple[str, bytes]], rate: float | None = None, unit: str = "mV"
) -> Recording:
    """The first recording in the files of an upload.

    Args:
        files: name and content of each.
        rate: samples a second, for files that do not say.
        unit: of a CSV file that does not say.

    Raises:
        RecordingError: too large, of another kind, broken, or it took too long.
    """
    whole = unpacked(list(files))
    with tempfile.TemporaryDirectory(prefix="harmfree-ecg-") as name:
        folder = Path(name)
        path = _laid_out(whole, folder)
        _run_child(path, rate, unit, folder)
        return _outcome(folder)


def unpacked(files: list[tuple[str, bytes]]) -> dict[str, bytes]:
    """Name to content of every file, with an archive opened.

    Raises:
        RecordingError: too many, too large, or not what can be read.
    """
    found: dict[str, bytes] = {}
    for name, content in files:
        parts = _members(content) if name.lower().endswith(".zip") else [(name, content)]
        for inner, data in parts:
            found[_bare(inner)] = data
    if sum(map(len, found.values())) > LARGEST:
        raise _too_large()
    if not 1 <= len(found) <= MOST_FILES:
        raise RecordingError(
            f"{len(found)} files were given.", do=f"Give one recording: 1 to {MOST_FILES} files."
        )
    return found


def _too_large() -> RecordingError:
    return RecordingError(
        f"The files are larger than {LARGEST // 1_000_000} MB.",
        do="Give one strip of about 30 seconds. Long recordings: `harmfree ecg burden`.",
    )


def _bare(name: str) -> str:
    bare = name.replace("\\", "/").rpartition("/")[2]
    if Path(bare).suffix.lower() not in KINDS:
        raise RecordingError(
            "A file is not an ECG recording that can be read here.",
            do=f"Give files ending in {', '.join(KINDS)}, or a .zip of them.",
        )
    return bare


def _members(content: bytes) -> list[tuple[str, bytes]]:
    """Files of an archive; never more is unpacked than may be, whatever the archive says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if len(entries) > MOST_FILES or sum(each.file_size for each in entries) > LARGEST:
                raise _too_large()
            found, room = [], LARGEST
            for each in entries:
                with archive.open(each) as file:
                    data = file.read(room + 1)
                if len(data) > room:
                    raise _too_large()
                room -= len(data)
                found.append((each.filename, data))
            return found
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as error:
        raise RecordingError("The archive cannot be opened.", do="Make it again.") from error


def _laid_out(files: dict[str, bytes], folder: Path) -> Path:
    """Write the files where the reader finds them; the one to open is returned.

    Names from outside are kept only for WFDB, whose header names its signal files; others may
    hold a person's name and become plain.
    """
    header = next((name for name in files if name.lower().endswith(".hea")), None)
    if header is None:
        if len(files) != 1:
            raise RecordingError(
                "Several files were given and none is a WFDB header (.hea).",
                do="Give one recording at a time.",
            )
        name, content = next(iter(files.items()))
        path = folder / f"recording{Path(name).suffix.lower()}"
        path.write_bytes(content)
        return path
    _check_header(files, header)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / header


def _check_header(files: dict[str, bytes], header: str) -> None:
    """A header may name only files beside it: not others of the server, not other addresses."""
    lines = files[header].decode("latin-1").splitlines()
    kept = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    record, signals = (kept[0] if kept else []), kept[1:]
    named = {words[0] for words in signals}
    plain = all(NAME.fullmatch(name) for name in (*files, *named))
    if len(record) < 2 or "/" in record[0] or not plain or not named <= set(files):
        raise RecordingError(
            "The WFDB header and the files given do not belong together.",
            do="Give the .hea file with every signal file that it names. Records of several "
            "segments are not read here.",
        )


def _run_child(path: Path, rate: float | None, unit: str, folder: Path) -> None:
    command = [sys.executable, "-m", "harmfree.web.clinical_tools.ecg_child", str(path)]
    command += [str(folder), str(rate or 0), unit]
    try:
        subprocess.run(
            command,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise RecordingError("Reading the file took too long.", do="Give one strip.") from error


def _outcome(folder: Path) -> Recording:
    said = folder / SAID
    if said.is_file():
        what, _, do = said.read_text(encoding="utf-8").partition("\n")
        raise RecordingError(what, do=do)
    if not (folder / OUTCOME).is_file():
        raise RecordingError(
            "The file cannot be read.", do="Check that it is whole and export it again."
        )
    with np.load(folder / OUTCOME, allow_pickle=False) as held:
        leads = tuple(str(each) for each in held["leads"])
        return Recording("uploaded", held["signals"], float(held["rate"]), leads)
