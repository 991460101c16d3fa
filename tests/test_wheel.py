"""The wheel, installed elsewhere: it carries the lessons and needs nothing of the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(command: list[str], folder: Path) -> str:
    """Run a command outside the checkout, without its environment; return what it prints."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "SSL_CERT_FILE")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ |= {"COLUMNS": "100", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", ".", str(ROOT)]
    try:
        run(command, folder)
    except RuntimeError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"the wheel can not be built here: {str(error)[-300:]}")
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The folder of programs of a fresh virtual environment with nothing but the wheel."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run([sys.executable, "-m", "venv", "venv"], folder)
    programs = folder / "venv" / "bin"
    try:
        run([str(programs / "pip"), "install", "--quiet", str(wheel)], folder)
    except RuntimeError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"the wheel's dependencies can not be had here: {str(error)[-300:]}")
    return programs


def test_the_wheel_holds_the_package_and_every_lesson_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {name for name in names if ".dist-info/" not in name}
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "sessionlab", "lessons"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    expected = {
        name if name.startswith("sessionlab/") else f"sessionlab/_{name}" for name in tracked
    }
    assert package == expected
    assert "sessionlab/_lessons/03-cookie-vs-session/lesson.toml" in package
    assert "sessionlab/demo/express/app.js" in package
    assert "sessionlab/py.typed" in package


def test_the_installed_commands_run_from_anywhere(installed, tmp_path):
    program = str(installed / "sessionlab")
    assert run([program, "--version"], tmp_path).startswith("sessionlab ")
    listed = run([program, "compare"], tmp_path)
    assert "cookie-vs-session" in listed
    played = run([program, "compare", "cookie-vs-session"], tmp_path)
    assert "1000번 접속" in played
    module = [str(installed / "python"), "-m", "sessionlab", "compare", "cookie-vs-session"]
    assert run(module, tmp_path) == played


def test_the_engine_needs_the_standard_library_alone(installed, tmp_path):
    script = (
        "import sys\n"
        "from sessionlab import SessionMiddleware, SessionOptions, MemoryStore\n"
        "SessionMiddleware(lambda *a: [], SessionOptions(secrets='s'))\n"
        "foreign = {'rich', 'typer', 'werkzeug', 'click', 'markupsafe'} & set(sys.modules)\n"
        "assert not foreign, foreign\n"
    )
    run([str(installed / "python"), "-I", "-c", script], tmp_path)
