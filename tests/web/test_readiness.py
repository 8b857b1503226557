"""What is read in before the processes that answer are made."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.template import engines

from harmfree.web.readiness import read_in, template_names

AFTERWARDS = """
import gc, sys
from harmfree.web import boot
boot()
from django.db import connection, connections
from harmfree.web.readiness import COLLECT_AFTER, make_ready
with connection.cursor() as cursor:
    cursor.execute("SELECT 1")
make_ready()
assert all(each.connection is None for each in connections.all())
assert gc.get_threshold() == COLLECT_AFTER and gc.get_freeze_count() > 100_000
loaded = set(sys.modules)
from django.urls import get_resolver
assert get_resolver().reverse_dict
late = {name for name in set(sys.modules) - loaded if name.startswith("harmfree.")}
assert not late, late
print("ready")
"""


def test_every_template_is_compiled():
    read_in()
    kept = {name for _, name in engines["jinja2"].env.cache}
    names = template_names()
    assert len(names) > 80 and "layout.jinja" in names
    assert set(names) <= kept


@pytest.mark.slow
def test_what_is_read_in_lasts_and_no_connection_is_shared(tmp_path):
    """In a process of its own: the collector's settings are the process's."""
    environment = os.environ | {"HARMFREE_HOME": str(tmp_path), "HARMFREE_LOCAL": "1"}
    environment |= {"DJANGO_SETTINGS_MODULE": "harmfree.web.settings"}
    done = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip().endswith("ready"), done.stderr
