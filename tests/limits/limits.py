"""What the suites beside this share: the server of tests/pipeline, bulk bodies, metrics, waiting for a condition."""
import json
import pathlib
import re
import sys
import time
from typing import Callable

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "pipeline"))
from server import Checks, Server  # noqa: E402,F401

NDJSON = {"Content-Type": "application/x-ndjson"}
DAY_MS = 86_400_000


def now_ms() -> int:
    return int(time.time() * 1000)


def bulk(server: Server, index: str, documents: list, parameters: str = "") -> tuple:
    body = "".join('{"index":{}}\n' + json.dumps(document) + "\n" for document in documents)
    status, answer = server.raw("POST", f"/{index}/_bulk{parameters}", body.encode(), NDJSON)
    return status, json.loads(answer)


def metric(server: Server, name: str, labels: str = "") -> int:
    text = server.raw("GET", "/metrics")[1].decode()
    found = re.findall(rf"^{name}{re.escape(labels)} (\d+)$", text, re.M)
    return int(found[0]) if found else -1


def resident(server: Server) -> int:
    """Bytes of the process that are in memory, whatever its account says."""
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS"))) * 1024


def account(server: Server, name: str) -> dict:
    nodes = server.ask("GET", "/_nodes/stats/breaker")["nodes"]
    return next(iter(nodes.values()))["breakers"][name]


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def log_of(server: Server) -> str:
    server.log.flush()
    return (server.folder / "log").read_text()
