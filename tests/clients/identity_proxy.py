"""Lets the newer clients talk to a real Elasticsearch 7.10.2, to prove these tests there.

The real one calls itself `oss`, has no product header and does not know the media types of versions
8 and 9; Elkhorn has all of these. The proxy adds exactly that and passes everything else through.
It is for tests on loopback: one thread a connection, whole bodies in memory.
"""

import contextlib
import http.client
import http.server
import re
import threading
import urllib.parse

VENDOR = re.compile(r"application/vnd\.elasticsearch\+([a-z-]+)\s*;\s*compatible-with=\d+")
NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "accept-encoding"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    target = ("127.0.0.1", 9200)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = self._chunks()
        headers = {name: VENDOR.sub(r"application/\1", value)
                   for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
        connection = http.client.HTTPConnection(*self.target, timeout=60)
        try:
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            self._answer(answer, answer.read())
        finally:
            connection.close()

    def _chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, answer, body):
        if self.path.partition("?")[0] == "/":
            body = body.replace(b'"build_flavor" : "oss"', b'"build_flavor" : "default"')
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        if self.command == "HEAD":
            self.send_header("Content-Length", answer.getheader("Content-Length") or "0")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def log_message(self, *_):
        """Says nothing: the tests report."""


@contextlib.contextmanager
def in_front_of(url):
    """Yields the proxy's URL."""
    parts = urllib.parse.urlsplit(url)
    handler = type("BoundHandler", (Handler,), {"target": (parts.hostname, parts.port)})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
