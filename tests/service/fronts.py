"""A front before several consoles: each request goes to another one, as many proxies do it."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection, RemoteDisconnected
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from unhear.clock import now

HOP = frozenset({"connection", "transfer-encoding", "keep-alive", "date", "server"})
"""Headers that are of one connection, or that the front writes itself (RFC 9110, section 7.6.1)."""


@dataclass
class Front:
    """Where browsers ask, and whom it asks in turn; it remembers who answered what."""

    url: str
    key: str
    """The SHA-256 of its public key, by which a browser is told to trust it (base64)."""

    ports: list[int] = field(default_factory=list)
    answered: list[tuple[str, int]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)

    def next(self) -> list[int]:
        """Answer the ports in the order in which they are asked this time."""
        first = next(self.turns) % len(self.ports)
        return [*self.ports[first:], *self.ports[:first]]


class _Handler(BaseHTTPRequestHandler):
    front: ClassVar[Front]
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        for port in self.front.next():
            try:
                status, headers, content = self._asked(port, body)
            except (ConnectionError, RemoteDisconnected):
                continue  # this one is gone; as proxies do, ask the next
            self.front.answered.append((f"{self.command} {self.path}", port))
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            return
        self.send_error(502)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - names of the library

    def _asked(self, port: int, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as asked:
            asked.request(self.command, self.path, body, headers)
            answer = asked.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _certificate(folder: Path) -> tuple[Path, str]:
    """Answer a file with a key and a certificate for localhost, and how browsers name its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    at = now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    pem, plain = Encoding.PEM, NoEncryption()
    file = folder / "localhost.pem"
    file.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, PrivateFormat.PKCS8, plain)
    )
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return file, b64encode(sha256(public).digest()).decode()


@contextmanager
def front(folder: Path) -> Iterator[Front]:
    """Serve a front with TLS while the block runs; whom it asks is put into its `ports`."""
    handler = type("Handler", (_Handler,), {})
    certificate, key = _certificate(folder)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        made = Front(f"https://localhost:{server.server_address[1]}", key)
        handler.front = made  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield made
        finally:
            server.shutdown()
