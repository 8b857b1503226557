"""Settings of the tests: the product's own, in a folder of their own, on the database asked for.

HARMFREE_TEST_DATABASE names a PostgreSQL server (`tools/with_postgres.py` starts one); without it
the tests run on SQLite, on disk, because an in-memory database refuses a second connection.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_FOLDER = Path(tempfile.mkdtemp(prefix="harmfree-web-"))
os.environ["HARMFREE_HOME"] = str(_FOLDER)
os.environ["HARMFREE_LOCAL"] = "1"
os.environ["HARMFREE_DATABASE"] = os.environ.get("HARMFREE_TEST_DATABASE", "")
os.environ.pop("HARMFREE_SECRET_KEY", None)

from harmfree.web.settings import *  # noqa: E402, F403
from harmfree.web.settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(_FOLDER / "test.sqlite3")}
# Hashed names would need `collectstatic` first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = _FOLDER / "web" / "static"
STATIC_ROOT.mkdir(parents=True)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Tests of the second factor turn it on themselves.
SECOND_FACTOR = False
