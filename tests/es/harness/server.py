"""A server to ask: Elkhorn's binary, a running URL, or the real Elasticsearch 7.10.2.

Each comes as a context manager that yields a `Server`, so that whatever a test started is ended
with it, also when the test fails. Readiness is always a condition (a port file, an answer), never a
wait of fixed length. What cannot be had here raises `NotAvailable` with the name of what is
missing; `not_compared` says so loudly and ends with 77, which test runners read as "skipped", or
with 1 where ELKHORN_REQUIRE_REFERENCE is set: `./dev ci` sets it on a machine that can have Java.
"""

import contextlib
import gzip
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
REFERENCE_SCRIPT = os.environ.get("ELKHORN_REFERENCE_SCRIPT") or HERE.parent / "reference"
REFERENCE_PORT = 19210
SKIPPED = 77


class NotAvailable(Exception):
    """Something to compare with is not on this machine; the message names it."""


class Unusable(Exception):
    """What was named to be tested does not answer: a failure, and never a reason to skip."""


def not_compared(why):
    """Ends the program: nothing was compared, which is never a pass."""
    required = bool(os.environ.get("ELKHORN_REQUIRE_REFERENCE"))
    print(f"NOTHING WAS COMPARED: {why}", file=sys.stderr)
    sys.exit(1 if required else SKIPPED)


class Answer:
    """What came back: the status, the headers by lower-case name, and the body, unpacked."""

    def __init__(self, status, headers, raw):
        self.status = status
        self.headers = headers
        self.raw = raw
        packed = headers.get("content-encoding") == "gzip" and raw
        self.body = gzip.decompress(raw) if packed else raw

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        """The body as JSON, or None when it is empty or is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Server:
    """One HTTP server and one kept-alive connection to it. Not for use by several threads."""

    def __init__(self, url, is_reference=False, timeout_s=60):
        parts = urllib.parse.urlsplit(url)
        self.url = url.rstrip("/")
        self.host, self.port = parts.hostname, parts.port or 80
        self.prefix = parts.path.rstrip("/")
        self.is_reference = is_reference
        self.timeout_s = timeout_s
        self._connection = None

    def ask(self, method, target, body=None, headers=None):
        """Sends `target` as it is, byte for byte: escaping is the caller's business."""
        try:
            return self._send(method, target, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()  # a kept-alive connection that the server had closed meanwhile
            return self._send(method, target, body, headers)

    def ask_json(self, method, target, body=None):
        """Sends a JSON body if there is one; None when the answer is not JSON."""
        data = None if body is None else json.dumps(body).encode()
        return self.ask(method, target, data, {"Content-Type": "application/json"}).json()

    def _send(self, method, target, body, headers):
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                self.host, self.port, timeout=self.timeout_s)
        try:
            self._connection.request(method, self.prefix + target, body, headers or {})
            response = self._connection.getresponse()
            raw = response.read()
        except BaseException:
            self.close()  # whatever it was, nobody may read a half answer as the next one
            raise
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, raw)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextlib.contextmanager
def at_url(url, is_reference=False):
    server = Server(url, is_reference)
    try:
        server.ask("GET", "/")
    except OSError as error:
        raise Unusable(f"no server answers at {url}: {error}") from error
    if is_reference:
        # It compiles 75 scripts in five minutes, and hundreds of steps have one of their own.
        settings = {"transient": {"script.max_compilations_rate": "100000/1m"}}
        server.ask_json("PUT", "/_cluster/settings", settings)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def elkhorn(path, deadline_s=30):
    """Starts the binary on free ports of loopback with an empty data folder of its own."""
    if not os.access(path, os.X_OK):
        raise Unusable(f"elkhorn binary: {path} is not there or not executable")
    with tempfile.TemporaryDirectory(prefix="elkhorn-es-") as folder:
        ports = pathlib.Path(folder) / "ports.json"
        log = pathlib.Path(folder) / "server.log"
        command = [str(path), "serve", "--data", f"{folder}/data", "--port-file", str(ports),
                   "--path-repo", f"{folder}/repo"]
        for name in ("api", "ui", "tcp", "udp"):
            command += [f"--{name}-port", "0"]
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                       stderr=subprocess.STDOUT)
        try:
            port = _wait_for_port(process, ports, log, deadline_s)
            with at_url(f"http://127.0.0.1:{port}") as server:
                yield server
        finally:
            _end(process)


def _wait_for_port(process, ports, log, deadline_s):
    deadline = time.monotonic() + deadline_s
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, KeyError):
            return json.loads(ports.read_text())["api"]
        if process.poll() is not None:
            break
        time.sleep(0.02)
    tail = log.read_text(errors="replace")[-2000:]
    raise Unusable(f"elkhorn did not become ready (exit {process.poll()}):\n{tail}")


def _end(process):
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def reference(port=REFERENCE_PORT):
    """The real one: used and left alone when it already runs, started and stopped otherwise."""
    command = [str(REFERENCE_SCRIPT)]
    running = subprocess.run(command + ["status", "--port", str(port)], capture_output=True)
    if running.returncode != 0:
        started = subprocess.run(command + ["start", "--port", str(port)], capture_output=True,
                                 text=True)
        if started.returncode == SKIPPED:
            raise NotAvailable(f"the real Elasticsearch: {started.stderr.strip()}")
        if started.returncode != 0:
            raise Unusable(f"the real Elasticsearch did not start:\n{started.stderr}")
    try:
        with at_url(f"http://127.0.0.1:{port}", is_reference=True) as server:
            yield server
    finally:
        if running.returncode != 0:
            subprocess.run(command + ["stop", "--port", str(port)], check=False)
