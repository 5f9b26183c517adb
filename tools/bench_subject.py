"""A program that ./dev bench measures, and how it gets here. Each peer is a file in tools/bench_peers with
a list `SUBJECTS`; what it needs is installed below .tools, at the version it names, never system-wide.
"""
import dataclasses
import importlib
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

from bench_documents import Documents
from bench_measure import CannotMeasure, Measurement, run_to_end, show_progress

TOOLS = pathlib.Path(".tools/bench").resolve()


@dataclasses.dataclass(frozen=True)
class Subject:
    name: str
    version: str
    measure: Callable[[Documents, pathlib.Path], Measurement]  # in an empty folder of its own
    install: Callable[[], object] = lambda: None  # raises CannotMeasure; cheap once done
    share: float = 1.0  # of the documents: a slow one gets fewer


def peers() -> list[Subject]:
    """Those of every file in tools/bench_peers."""
    folder = pathlib.Path(__file__).resolve().parent / "bench_peers"
    modules = (importlib.import_module(f"bench_peers.{file.stem}") for file in sorted(folder.glob("*.py")))
    return [subject for module in modules for subject in module.SUBJECTS]


def install_from_pypi(package: str, version: str) -> pathlib.Path:
    """A virtual environment that holds the package."""
    folder = TOOLS / f"{package}-{version}"
    if not (folder / "installed").exists():
        show_progress(f"installing {package} {version} into {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        TOOLS.mkdir(parents=True, exist_ok=True)
        log = TOOLS / f"{package}.log"
        run_to_end([sys.executable, "-m", "venv", folder], log)
        run_to_end([folder / "bin/pip", "install", "--no-input", f"{package}=={version}"], log)
        (folder / "installed").touch()
    return folder


def install_from_go(package: str, module: str, version: str) -> pathlib.Path:
    """The program that Go builds of a package in the module."""
    folder = TOOLS / f"{pathlib.Path(package).name}-{version}"
    program = folder / "program"
    if not program.exists():
        if shutil.which("go") is None:
            raise CannotMeasure("needs Go 1.26 to be built")
        show_progress(f"building {package} {version}: minutes, once")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "go.mod").write_text(f"module bench\n\ngo 1.26\n\nrequire {module} v{version}\n")
        run_to_end(["env", "GOFLAGS=-mod=mod", "go", "build", "-C", folder, "-o", "half", package],
                   folder / "build.log")
        (folder / "half").rename(program)
    return program
