"""A push service on this machine, and browsers subscribed to it.

It takes messages as RFC 8030 has it, checks who signed them (RFC 8292) and opens them (RFC 8291),
with nothing of what sends them: HKDF, ECDH and JWT are written out here from the RFCs.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PATIENCE_SECONDS = 60


def b64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def unb64(written: str) -> bytes:
    return urlsafe_b64decode(written + "=" * (-len(written) % 4))


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, for no more than one block."""
    extracted = hmac.digest(salt, secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:length]


@dataclass
class Recipient:
    """What a browser keeps of its subscription."""

    private: ec.EllipticCurvePrivateKey
    auth: bytes

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def open(self, body: bytes) -> bytes:
        """RFC 8291, section 3.4, and RFC 8188, of one record."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), theirs)
        info = b"WebPush: info\0" + self.point + sender
        secret = hkdf(self.auth, shared, info, 32)
        key = hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        assert plain[-1:] == b"\x02"
        return plain[:-1]


def new_recipient() -> Recipient:
    return Recipient(ec.generate_private_key(ec.SECP256R1()), b"sixteen bytes ok")


def claims_of(authorization: str) -> tuple[dict[str, Any], bytes]:
    """Check the signature; answer what was signed, and the key (RFC 8292, sections 2 and 3)."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, body, signature = parts["t"].split(".")
    assert json.loads(unb64(head))["alg"] == "ES256"
    raw, point = unb64(signature), unb64(parts["k"])
    assert len(raw) == 64
    signed = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    key.verify(signed, f"{head}.{body}".encode(), ec.ECDSA(SHA256()))
    return json.loads(unb64(body)), point


@dataclass
class Taken:
    """A message that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """What came, and what is answered next: 201 where nothing else is."""

    url: str = ""
    came: Queue[Taken] = field(default_factory=Queue)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def next(self) -> Taken:
        return self.came.get(timeout=PATIENCE_SECONDS)


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = service.answers.pop(0) if service.answers else (201, {})
            service.came.put(Taken(self.path, headers, body))
            self.send_response(status)
            for name, value in {"content-length": "0", **more}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
