"""What can go wrong with the web application before it serves its first page."""

from __future__ import annotations

from harmfree.errors import HarmfreeError


class SettingError(HarmfreeError):
    """A setting of the environment cannot be used."""

    exit_code = 90


class FrontEndMissingError(HarmfreeError):
    """The front-end files of others have not been installed."""

    exit_code = 91


class AuditBrokenError(HarmfreeError):
    """The audit trail was changed: an entry does not follow from the one before."""

    exit_code = 92


class BackupError(HarmfreeError):
    """A backup cannot be made, or what should be restored is not whole."""

    exit_code = 93
