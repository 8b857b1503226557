"""The patient reader of odd FHIR files: bundles, mixed NDJSON, what the fast reader refuses.

It reads one line or document at a time, keeps what can be kept, puts the rest into the ledger with
its line, and writes clean NDJSON, one file a resource type, for the fast reader.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from harmfree.records.sources.fhir_selects import NHS_NUMBER_SYSTEMS
from harmfree.records.sources.fhir_shapes import SHAPES, conform
from harmfree.records.staging import LedgerRow

Resource = dict[str, Any]
_CHUNK = 1 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Line:
    """One line or document: its place and its bytes, or the rule that stops it."""

    place: str
    data: bytes = b""
    rule: str = ""


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, unpacking gzip."""
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def lines(file: IO[bytes], longest: int) -> Iterator[Line]:
    """The lines of a file; of one longer than `longest` bytes only its place, in bounded memory."""
    number, held, too_long = 1, b"", False
    # read1: of a gzip file that is cut off, what comes before the cut is given before the error.
    while chunk := cast(io.BufferedIOBase, file).read1(_CHUNK):
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            yield _line(number, held + part, too_long or len(held) + len(part) > longest)
            number, held, too_long = number + 1, b"", False
        held += rest
        if len(held) > longest:
            held, too_long = b"", True
    if held or too_long:
        yield _line(number, held, too_long)


def _line(number: int, data: bytes, too_long: bool) -> Line:
    """A line as it is, or without its bytes when it is too long."""
    return Line(str(number), b"", "line_too_long") if too_long else Line(str(number), data)


@dataclass
class Splitter:
    """Writes the resources of odd files to `folder`, one NDJSON file a resource type.

    Args:
        folder: where the clean files go.
        longest: bytes of the longest line or document that is read.
    """

    folder: Path
    longest: int
    ledger: list[LedgerRow] = field(default_factory=list)
    _unused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def split(self, files: dict[int, tuple[str, Path]]) -> dict[str, Path]:
        """Split files, given as number: (name, path). Returns the clean file of each type."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            outputs: dict[str, IO[str]] = {}
            for number, (name, path) in files.items():
                for resource in self._resources(name, path):
                    kind = resource["resourceType"]
                    if kind not in outputs:
                        target = (self.folder / f"{kind}.ndjson").open("w", encoding="utf-8")
                        outputs[kind] = stack.enter_context(target)
                    resource["harmfreeFile"] = str(number)
                    outputs[kind].write(json.dumps(resource) + "\n")
        for (name, kind), count in sorted(self._unused.items()):
            self.ledger.append(LedgerRow(name, "", "type_not_used", kind, count))
        return {kind: self.folder / f"{kind}.ndjson" for kind in outputs}

    def _resources(self, name: str, path: Path) -> Iterator[Resource]:
        """The resources of one file that are used, cut down to the shapes that are read."""
        try:
            for member, line in self._documents(path):
                yield from self._of_line(name + member, line)
        except (OSError, EOFError, zlib.error, tarfile.TarError) as problem:
            self._left_out(name, "", "file_unreadable", type(problem).__name__)

    def _documents(self, path: Path) -> Iterator[tuple[str, Line]]:
        """(name inside an archive, line or whole document) of one file."""
        if _is_tar(path):
            with tarfile.open(path) as archive:
                for member in archive:
                    if member.isfile() and member.name.endswith((".json", ".ndjson")):
                        content = archive.extractfile(member)
                        if content is not None:
                            lined = member.name.endswith(".ndjson")
                            for line in _pieces(content, lined, self.longest):
                                yield "!" + member.name, line
            return
        with open_bytes(path) as file:
            for line in _pieces(file, not _is_document(path), self.longest):
                yield "", line

    def _of_line(self, name: str, line: Line) -> Iterator[Resource]:
        """The used resources in one line or document."""
        value = self._parsed(name, line)
        if value is None:
            return
        inside = _bundled(value) if value.get("resourceType") == "Bundle" else [value]
        for place, resource in enumerate(inside, 1):
            where = line.place if len(inside) == 1 else f"entry {place}"
            clean = self._clean(name, where, resource)
            if clean is not None:
                yield clean

    def _parsed(self, name: str, line: Line) -> Resource | None:
        """The JSON object in a line, or None and a row of the ledger."""
        if line.rule:
            self._left_out(name, line.place, line.rule)
            return None
        data = line.data.removeprefix(b"\xef\xbb\xbf").strip()
        if not data:
            return None
        try:
            value = json.loads(data.decode("utf-8"))
        except UnicodeDecodeError:
            self._left_out(name, line.place, "not_utf8")
            return None
        except (ValueError, RecursionError):
            self._left_out(name, line.place, "not_json")
            return None
        if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
            self._left_out(name, line.place, "not_a_resource")
            return None
        return value

    def _clean(self, name: str, where: str, resource: object) -> Resource | None:
        """A resource cut down to its shape, or None when its type is not used."""
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(kind, str):
            self._left_out(name, where, "not_a_resource")
            return None
        if kind not in SHAPES:
            self._unused[name, kind[:40]] += 1
            return None
        wrong: list[str] = []
        clean: Resource = conform(resource, SHAPES[kind], kind, wrong)
        self.ledger += [LedgerRow(name, where, "wrong_shape", path) for path in wrong]
        return clean

    def _left_out(self, name: str, place: str, rule: str, value: str = "") -> None:
        """Note a line that is left out."""
        self.ledger.append(LedgerRow(name, place, rule, value))


def _is_tar(path: Path) -> bool:
    """Whether the name says that the file is a tar archive."""
    return path.name.endswith((".tar", ".tar.gz", ".tgz"))


def _is_document(path: Path) -> bool:
    """Whether the file is one JSON document rather than one in each line."""
    if path.name.removesuffix(".gz").endswith((".ndjson", ".jsonl")):
        return False
    with open_bytes(path) as file:
        return not _is_object(file.readline(1 << 16))


def _is_object(data: bytes) -> bool:
    """Whether `data` alone is a JSON object other than a bundle (then the file has many)."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and value.get("resourceType") != "Bundle"


def _pieces(file: IO[bytes], lined: bool, longest: int) -> Iterator[Line]:
    """The lines of a file, or the whole of it; UTF-16 is told by its mark."""
    if lined:
        yield from lines(file, longest)
        return
    data = file.read(longest + 1)
    if data[:2] in _UTF16:
        yield Line("1", b"", "not_utf8")
    elif len(data) > longest:
        yield Line("1", b"", "line_too_long")
    else:
        yield Line("1", data)


def _bundled(bundle: Resource) -> list[Any]:
    """The resources of a bundle, with the references that only hold inside it replaced.

    Ids in a bundle need not be unique outside it (GP Connect numbers its patients 1, 2, 3), so a
    reference to the bundle's own patient becomes the NHS number where there is one, and a
    medicine is put into the resource that refers to it.
    """
    entries = bundle.get("entry")
    entries = entries if isinstance(entries, list) else []
    found = [
        (entry.get("fullUrl"), entry["resource"])
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
    ]
    names: dict[str, Resource] = {}
    for url, resource in found:
        if "id" not in resource and isinstance(url, str):
            resource["id"] = url.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
        if isinstance(url, str):
            names[url] = resource
        names[f"{resource.get('resourceType')}/{resource.get('id')}"] = resource
    people = {
        id(resource): _identity(resource)
        for _, resource in found
        if resource.get("resourceType") == "Patient" and "id" in resource
    }
    for _, resource in found:
        _resolve(resource, names, people)
    for _, resource in found:
        if id(resource) in people:
            resource["id"] = people[id(resource)]
    return [resource for _, resource in found]


def _identity(patient: Resource) -> str:
    """The id of a bundle's patient: the NHS number's own where the id is short, else the id."""
    own = str(patient.get("id"))
    if len(own) >= 32:  # noqa: PLR2004
        return own
    identifiers = patient.get("identifier")
    for identifier in identifiers if isinstance(identifiers, list) else []:
        if isinstance(identifier, dict) and identifier.get("system") in NHS_NUMBER_SYSTEMS:
            return f"{identifier.get('value')}-{own}"
    return own


def _resolve(resource: Resource, names: dict[str, Resource], people: dict[int, str]) -> None:
    """Replace the references of `resource` to other resources of its bundle."""
    for key in ("subject", "patient"):
        target = _target(resource.get(key), names)
        if target is not None and id(target) in people:
            resource[key] = {"reference": f"Patient/{people[id(target)]}"}
    medicine = _target(resource.get("medicationReference"), names)
    if medicine is not None and isinstance(medicine.get("code"), dict):
        resource["medicationCodeableConcept"] = medicine["code"]


def _target(reference: object, names: dict[str, Resource]) -> Resource | None:
    """The resource of the bundle that a reference names."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    return names.get(text) or names.get("/".join(text.split("/")[-2:]))
