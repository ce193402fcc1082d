"""The wheel holds our code folders and what they read, and nothing else."""

import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = {"archived", "backends", "robotics", "erasure", "devices", "simulator", "cli"}
NEEDED = {
    "archived/formats/FORMAT.txt",
    "archived/formats/readme.txt",
    "archived/formats/rebuild.py",
    "archived/formats/rescue_image.py",
    "archived/formats/rescue_set.py",
    "archived/catalog/migrations/script.py.mako",
    "archived/catalog/migrations/env.py",
    "archived/catalog/migrations/versions/0001_first_catalog.py",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built from a copy of what git knows, without a network."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so what belongs to the source is not known")
    source = tmp_path_factory.mktemp("source")
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    built = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(built),
        str(source),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PIP_NO_INDEX": "1"}, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = built.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_only_our_code_folders(wheel: zipfile.ZipFile) -> None:
    top = {name.partition("/")[0] for name in wheel.namelist()}
    (metadata,) = [name for name in top if name.endswith(".dist-info")]

    assert top - {metadata} == CODE


def test_every_module_of_the_source_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    modules = {
        str(path.relative_to(ROOT))
        for folder in CODE
        for path in (ROOT / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    }
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert modules & set(tracked.splitlines()) <= set(wheel.namelist())


def test_texts_programs_and_migrations_travel_with_the_code(wheel: zipfile.ZipFile) -> None:
    assert set(wheel.namelist()) >= NEEDED


def test_the_metadata_name_licence_commands_and_python(wheel: zipfile.ZipFile) -> None:
    (folder,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    metadata = Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    commands = wheel.read(f"{folder}/entry_points.txt").decode()

    assert metadata["License"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert "archived = archived.__main__:main" in commands
    assert "archivectl = cli.main:main" in commands
    assert any(name.endswith("/LICENSE") for name in wheel.namelist())
