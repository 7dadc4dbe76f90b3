"""A bucket of an S3-compatible store: objects, and all the versions that it keeps of them.

The store's library knows no versions, so those requests are its own signed addresses, fetched here.
It signs an address that ends with an object's name; where the endpoint it is given ends with a
query, that name ends the query. So credentials stay with the library, from wherever it has them:
the environment, the machine's role, a token in a file.
"""

import base64
import hashlib
import logging
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx2
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from unhear.settings import SettingsWrong
from unhear.stores.errors import PayloadsAway

if TYPE_CHECKING:  # the library has these for type checkers alone
    from obstore.store import ClientConfig, RetryConfig

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=20)
"""A bucket that does not answer for so long is away."""
SIGNED_FOR = timedelta(minutes=5)
REMOVED_AT_ONCE = 1000
"""How many versions S3 removes with one request."""
ANSWER_BYTES_MAX = 16 << 20

_RETRY: "RetryConfig" = {"max_retries": 2, "retry_timeout": PATIENCE}
_CLIENT: "ClientConfig" = {
    "connect_timeout": PATIENCE / 4,
    "timeout": PATIENCE,
    "allow_http": True,  # where the endpoint in the environment says so
}
_IGNORED = "x-unhear"
"""S3 takes no notice of what it does not know in a query, if it begins with x-."""
for _name in ("httpx2", "httpcore2"):  # they would log signed addresses
    logging.getLogger(_name).setLevel(logging.WARNING)

_OK, _NOT_FOUND, _NOT_IMPLEMENTED = 200, 404, 501


class NoSuchObject(Exception):
    """The bucket answers, and has no object of that name."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object as a list has it; its name is relative to the bucket's prefix."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, or a mark that it was removed, in which case `size` is None."""

    key: str
    name: str
    id: str
    size: int | None
    put_at: datetime


class Bucket:
    """The objects below a prefix; every method raises `PayloadsAway` where it does not answer.

    Whatever goes wrong is said without what the store answered: that may name keys and addresses.
    """

    def __init__(self, place: str) -> None:
        """Use `s3://BUCKET[/PREFIX]`; endpoint, region and credentials as for copies.

        Asks the bucket nothing yet. Raises `SettingsWrong`.
        """
        scheme, _, rest = place.partition("://")
        self._bucket, _, prefix = rest.partition("/")
        self._prefix = prefix.strip("/")
        if scheme != "s3" or not self._bucket:
            raise SettingsWrong(f"payloads = {place!r} is no bucket; write s3://BUCKET/PREFIX")
        self.place = place
        try:
            self._store = S3Store(
                self._bucket,
                prefix=self._prefix or None,
                client_options=_CLIENT,
                retry_config=_RETRY,
            )
            bare = S3Store(self._bucket, client_options=_CLIENT)
        except (BaseError, ValueError) as error:
            raise SettingsWrong(
                f"{place} cannot be used ({type(error).__name__}); check AWS_REGION and "
                "AWS_ENDPOINT_URL"
            ) from None
        self._bare = bare
        self._asking: Callable[[str], S3Store] = lru_cache(maxsize=16)(self._asks)
        self._http = httpx2.Client(
            timeout=httpx2.Timeout(PATIENCE.total_seconds(), connect=(PATIENCE / 4).total_seconds())
        )
        weakref.finalize(self, self._http.close)

    def create(self, name: str, content: bytes) -> bool:
        """Keep an object; False, and nothing is done, where there is one of that name already.

        Durable when it answers. One request, never an upload in parts, of which an aborted one
        would stay in the bucket unseen.
        """
        with self._plain_errors():
            try:
                obstore.put(self._store, name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def get(self, name: str) -> bytes:
        """Answer an object. Raises `NoSuchObject`."""
        with self._found():
            return bytes(obstore.get(self._store, name).bytes())

    def part(self, name: str, start: int, end: int) -> bytes:
        """Answer the bytes of an object from `start` to before `end`. Raises `NoSuchObject`."""
        with self._found():
            return bytes(obstore.get_range(self._store, name, start=start, end=end))

    def find(self, folder: str) -> list[Found]:
        """Answer the objects below a folder, by name."""
        with self._plain_errors():
            return sorted(
                (
                    Found(entry["path"], entry["size"])
                    for page in obstore.list(self._store, prefix=folder)
                    for entry in page
                ),
                key=lambda found: found.name,
            )

    def versions(self, household: str, folder: str = "") -> Iterator[Version]:
        """Yield all versions of all objects below a folder of a household's, page by page."""
        # What signs takes milliseconds to make; where there is a prefix one does for all.
        below, name = self._prefix, f"{household}/{folder}".removesuffix("/")
        if not below:
            below, name = household, folder
        after: dict[str, str] = {}
        while True:
            query = urlencode({"versions": "", **after, "prefix": below})
            page = self._ask("GET", query, name)
            for tag in page:
                if _plain(tag) in ("Version", "DeleteMarker"):
                    yield self._version(tag)
            if page.findtext("{*}IsTruncated") != "true":
                return
            after = {
                "key-marker": page.findtext("{*}NextKeyMarker") or "",
                "version-id-marker": page.findtext("{*}NextVersionIdMarker") or "",
            }

    def remove(self, versions: Sequence[Version]) -> None:
        """Remove versions for good. What the bucket refuses to, it still has: look again."""
        for start in range(0, len(versions), REMOVED_AT_ONCE):
            named = "".join(
                f"<Object><Key>{escape(one.key)}</Key><VersionId>{escape(one.id)}</VersionId>"
                "</Object>"
                for one in versions[start : start + REMOVED_AT_ONCE]
            )
            body = f"<Delete><Quiet>true</Quiet>{named}</Delete>".encode()
            answer = self._ask("POST", urlencode({"delete": "", _IGNORED: ""}), "1", body)
            if answer.find("{*}Error") is not None:
                log.warning("bucket keeps some of what it was to remove")

    def keeps_versions(self) -> bool:
        """Whether it keeps old versions of what is removed or written over."""
        answer = self._ask("GET", urlencode({"versioning": "", _IGNORED: ""}), "1")
        return bool(answer.findtext("{*}Status"))

    def locks(self) -> bool:
        """Whether it has object lock, and so may refuse to remove anything before some day."""
        query = urlencode({"object-lock": "", _IGNORED: ""})
        answer = self._ask("GET", query, "1", may_fail=(_NOT_FOUND, _NOT_IMPLEMENTED))
        return answer.findtext("{*}ObjectLockEnabled") == "Enabled"

    def _ask(
        self,
        method: str,
        query: str,
        name: str,
        body: bytes | None = None,
        may_fail: Sequence[int] = (),
    ) -> ET.Element:
        """Send a request with a query that ends with a name, and answer what came, read."""
        # S3 wants this digest of a list of what to remove; it protects against accidents alone.
        digest = hashlib.md5(body or b"", usedforsecurity=False).digest()
        headers = {} if body is None else {"content-md5": base64.b64encode(digest).decode()}
        with self._plain_errors():
            address = obstore.sign(self._asking(query), method, name, SIGNED_FOR)  # type: ignore[call-overload] # a str
            with self._http.stream(method, address, content=body, headers=headers) as response:
                if response.status_code != _OK and response.status_code not in may_fail:
                    raise self._away(f"status {response.status_code}")
                content = bytearray()
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > ANSWER_BYTES_MAX:
                        raise self._away("a longer answer than any")
            # Of the store that we sign in to; expat bounds what entities become.
            return ET.fromstring(bytes(content))  # noqa: S314

    def _asks(self, query: str) -> S3Store:
        """Answer what signs addresses with a query."""
        address: str = obstore.sign(self._bare, "GET", "k", SIGNED_FOR)
        endpoint = f"{address.partition('?')[0].removesuffix('/k')}?{query}"
        return S3Store(
            self._bucket,
            endpoint=endpoint,
            aws_endpoint_url_s3=endpoint,  # or the environment's would be used
            virtual_hosted_style_request=True,
            client_options=_CLIENT,
            retry_config=_RETRY,
        )

    def _version(self, tag: ET.Element) -> Version:
        key = tag.findtext("{*}Key") or ""
        size = tag.findtext("{*}Size")
        put_at = datetime.fromisoformat(tag.findtext("{*}LastModified") or "")
        return Version(
            key=key,
            name=key.removeprefix(self._prefix).lstrip("/"),
            id=tag.findtext("{*}VersionId") or "null",
            size=None if size is None else int(size),
            put_at=put_at if put_at.tzinfo else put_at.replace(tzinfo=UTC),
        )

    @contextmanager
    def _found(self) -> Iterator[None]:
        with self._plain_errors():
            try:
                yield
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
                raise NoSuchObject from None

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except (OSError, BaseError, httpx2.HTTPError, ET.ParseError, ValueError) as error:
            raise self._away(type(error).__name__) from None

    def _away(self, why: str) -> PayloadsAway:
        return PayloadsAway(
            f"the bucket {self.place} cannot be used now ({why}); check that it is there, that it "
            "can be reached, and that its credentials may list versions, and get, put and delete"
        )


def _plain(tag: ET.Element) -> str:
    return tag.tag.rpartition("}")[2]
