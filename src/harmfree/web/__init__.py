"""The web application: sign in, see the region, work the list.

A Django project. `boot` starts it for the command line; `wsgi` is what a web server runs.
"""

from __future__ import annotations

import os
from pathlib import Path


def boot(home: Path | None = None) -> None:
    """Start Django for a command of the command line.

    Args:
        home: the folder of the store; by default HARMFREE_HOME, or ./harmfree-data.

    Raises:
        SettingError: a setting of the environment cannot be used.
    """
    import django

    if home is not None:
        os.environ["HARMFREE_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "harmfree.web.settings")
    django.setup()
