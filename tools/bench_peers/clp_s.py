"""clp-s: compresses the file of documents as it is, in one process of one thread.

A batch compressor without an index or a server: the mark to beat for bytes, not for answers.
"""
import pathlib
import subprocess

from bench_documents import Documents
from bench_measure import Measurement, disk_bytes, run_to_end
from bench_subject import Subject, install_from_pypi

VERSION = "0.12.1b0"


def install() -> pathlib.Path:
    """The program itself: what pip puts among the programs is a Python script that starts it."""
    folder = install_from_pypi("yscope-clp-core", VERSION)
    return next(folder.glob("lib/python*/site-packages/yscope_clp_core/bin/clp-s"))


def measure(documents: Documents, folder: pathlib.Path) -> Measurement:
    program, archives = install(), folder / "archives"
    wall_s, cpu_s, peak = run_to_end(
        [program, "c", "--timestamp-key", "@timestamp", archives, documents.path], folder / "log")
    found = [program, "s", archives, "*", "stdout", "--projection", "@timestamp"]
    with subprocess.Popen(found, stdout=subprocess.PIPE) as search:
        documents.expect(sum(1 for _ in search.stdout))
    return Measurement(documents.count, documents.raw_bytes, wall_s, cpu_s, peak, disk_bytes([archives]))


SUBJECTS = [Subject("clp-s", VERSION, measure, install)]
