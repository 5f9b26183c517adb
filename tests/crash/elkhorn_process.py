"""The real program on a data folder that outlives it, and the requests that crash tests make of it."""
import ctypes
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time

START_SECONDS = 60
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def end_with_parent() -> None:
    """However the test ends, its servers do, too."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Gone(Exception):
    """The server ended, or was ended, before it answered."""


class Elkhorn:
    """Starts `elkhorn serve`; `died` instead of ready when it ended before it was (a kill point in recovery)."""

    def __init__(self, binary: str, folder: pathlib.Path, *, kill_point: str = "", log_limit: str = "256kb",
                 flags: tuple = (), environment: dict | None = None, data: pathlib.Path | None = None) -> None:
        self.folder = folder
        ports_file = folder / "ports"
        ports_file.unlink(missing_ok=True)
        (folder / "backups").mkdir(exist_ok=True)
        environment = os.environ | (environment or {})
        environment.pop("ELKHORN_KILL_POINT", None)
        if kill_point:
            environment["ELKHORN_KILL_POINT"] = kill_point
        began = time.monotonic()
        with open(folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [binary, "serve", "--data", data or folder / "data", "--port-file", ports_file, "--api-port", "0",
                 "--ui-port", "0", "--tcp-port", "0", "--udp-port", "0", "--log-level", "warn",
                 "--store-log-limit", log_limit, "--path-repo", folder / "backups", *flags], env=environment, stdout=subprocess.DEVNULL,
                stderr=log, preexec_fn=end_with_parent)
        self.died = False
        while not ports_file.exists():
            if self.process.poll() is not None:
                self.died = True
                return
            if time.monotonic() - began > START_SECONDS:
                self.kill()
                raise SystemExit(f"the server was not ready after {START_SECONDS} s; its log: {folder / 'log'}")
            time.sleep(0.005)
        self.ready_seconds = time.monotonic() - began
        self.port = json.loads(ports_file.read_text())["api"]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait()

    def last_words(self) -> str:
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-8:])


class Connection:
    """Keeps its connection; `Gone` once the server has."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def send(self, method: str, path: str, body=None) -> tuple[int, dict]:
        """A list of objects goes as NDJSON, anything else as JSON."""
        if isinstance(body, list):
            text, kind = "\n".join(json.dumps(one) for one in body) + "\n", "application/x-ndjson"
        else:
            text, kind = "" if body is None else json.dumps(body), "application/json"
        try:
            self.connection.request(method, path, text, {"Content-Type": kind} if text else {})
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone(str(error)) from error
        return answer.status, json.loads(raw) if raw else {}

    def metrics(self) -> tuple[int, str]:
        try:
            self.connection.request("GET", "/metrics")
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Gone(str(error)) from error

    def documents(self, index: str) -> list[dict] | None:
        """Every hit of the index, by pages; None without the index."""
        status, _ = self.send("POST", f"/{index}/_refresh")
        if status == 404:
            return None
        hits, after = [], None
        while True:
            # An index whose first bulk was cut off has no field yet.
            body = {"size": 5000, "_source": ["key", "value"],
                    "sort": [{"key.keyword": {"order": "asc", "unmapped_type": "keyword"}},
                             {"value": {"order": "asc", "unmapped_type": "long"}}]}
            if after:
                body["search_after"] = after
            status, page = self.send("POST", f"/{index}/_search", body)
            if status != 200:
                raise SystemExit(f"{index} cannot be read: {page}")
            hits += page["hits"]["hits"]
            if len(page["hits"]["hits"]) < 5000:
                return hits
            after = page["hits"]["hits"][-1]["sort"]
