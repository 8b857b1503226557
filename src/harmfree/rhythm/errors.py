"""What can be wrong with a recording or a request about one, in words for its user."""

from __future__ import annotations

from harmfree.errors import HarmfreeError


class RecordingError(HarmfreeError):
    """A file is not an ECG recording that can be read, or is broken."""

    exit_code = 60


class UnitsError(HarmfreeError):
    """A recording does not say its sampling rate or its units, or says impossible ones."""

    exit_code = 61


class ModelError(HarmfreeError):
    """The stored classifier is missing, damaged or of another version."""

    exit_code = 62


class AnnotationError(HarmfreeError):
    """A database lacks the reference annotations or labels that an evaluation needs."""

    exit_code = 63


class DeploymentLogError(HarmfreeError):
    """A device deployment log lacks a column or holds a value that cannot be read."""

    exit_code = 64
