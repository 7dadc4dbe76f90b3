"""A root keeper in a PKCS #11 token: a hardware security module, a smart card, or SoftHSM.

A root is a secret key object (CKO_SECRET_KEY, CKK_GENERIC_SECRET) on the token, private, so that
it is seen only after the PIN, with our label and the root's id as CKA_ID. It is not CKA_SENSITIVE:
the root opens pages in our process, so it must come out. Secret keys and not data objects
(CKO_DATA), because tokens encrypt the values of keys, and some keep data objects readable.
Names are those of PKCS #11 (OASIS) version 2.40, section 4.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import pkcs11
from pkcs11 import Attribute, KeyType, ObjectClass, Session

from unhear.forget.errors import KeeperFailed, RootGone
from unhear.forget.keytree import KEY_BYTES
from unhear.stores.keepers.patience import OneAtATime

CALL_SECONDS_MAX = 20
SOFTWARE_MAKER = "SoftHSM"

T = TypeVar("T")


@cache
def line_to(module: Path) -> OneAtATime:
    """Answer the one thread that calls a module: it need not bear several (C_Initialize, 5.4)."""
    return OneAtATime(f"the PKCS #11 module {module.name}")


class Pkcs11RootKeeper:
    """Holds roots as secret keys in a token, behind a PIN that is read from a file."""

    kind = "pkcs11"

    def __init__(self, *, module: Path, token: str, pin_file: Path, label: str) -> None:
        """Use the token labelled `token` of the PKCS #11 library `module`.

        `label` names this house's roots; another house in the same token needs another one.
        Nothing is called yet, so that a token that is away is no error here.
        """
        self._module = module
        self._token = token
        self._pin_file = pin_file
        self._label = label
        self._software: bool | None = None
        self._wrong_pin: str | None = None

    @property
    def grade(self) -> str:
        """C for a program, B for a device. Raises `KeeperFailed` when that cannot be asked."""
        if self._is_software():
            return (
                "C: the token is a program; it removes the sealed object's file without "
                "overwriting it, and a copy of the token's folder with the PIN opens it again"
            )
        return (
            "B: the device deletes the key object; what it or its maker's backup and cluster "
            "functions keep of it cannot be seen from here"
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """What it cannot promise. Raises `KeeperFailed` when the token cannot be asked."""
        theirs = (
            (
                "the token is a folder of files: a backup or snapshot of it, with the PIN, brings "
                "a destroyed root back",
                "it does not sync what it writes; unhear has the whole machine synced after it",
            )
            if self._is_software()
            else (
                "a backup of the device made before, restored, brings a destroyed root back",
                "that the device deletes for good is its maker's word",
            )
        )
        return (
            *theirs,
            "whoever has the PIN and reaches the token can read the root key while it is held",
        )

    def put(self, root_id: bytes, root: bytes) -> None:
        """Create the key object. Raises `KeeperFailed`, also when that id is held."""

        def create(session: Session) -> None:
            if list(session.get_objects({**self._ours(), Attribute.ID: root_id})):
                raise KeeperFailed("the token holds a root key of that id already")
            session.create_object(
                {
                    **self._ours(),
                    Attribute.KEY_TYPE: KeyType.GENERIC_SECRET,
                    Attribute.TOKEN: True,
                    Attribute.PRIVATE: True,
                    Attribute.SENSITIVE: False,
                    Attribute.EXTRACTABLE: True,
                    Attribute.ID: root_id,
                    Attribute.VALUE: root,
                }
            )

        self._call(create)
        self._sync()

    def get(self, root_id: bytes) -> bytes:
        """Answer the root. Raises `RootGone`, also for an object without a whole value."""

        def read(session: Session) -> list[bytes]:
            objects = session.get_objects({**self._ours(), Attribute.ID: root_id})
            return [bytes(one[Attribute.VALUE]) for one in objects]

        values = self._call(read)
        if not values or len(values[0]) != KEY_BYTES:
            raise RootGone(
                f"the root key {root_id.hex()} is not in the token {self._token!r}; "
                "bring back the newest token"
            )
        return values[0]

    def destroy(self, root_id: bytes) -> None:
        """Have the token delete the key object. Raises `KeeperFailed`."""

        def delete(session: Session) -> None:
            for one in list(session.get_objects({**self._ours(), Attribute.ID: root_id})):
                one.destroy()

        self._call(delete)
        self._sync()

    def ids(self) -> set[bytes]:
        """Answer the ids of all roots held. Raises `KeeperFailed`."""

        def read(session: Session) -> set[bytes]:
            return {bytes(one[Attribute.ID]) for one in session.get_objects(self._ours())}

        return self._call(read)

    def _ours(self) -> dict[Attribute, object]:
        return {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self._label}

    def _call(self, do: Callable[[Session], T]) -> T:
        """Log in, do something, log out, in the module's own thread."""

        def in_session() -> T:
            pin = self._pin()
            with _plain_errors(self._token), self._opened(pin) as session:
                return do(session)

        return self._within(in_session)

    def _within(self, do: Callable[[], T]) -> T:
        return line_to(self._module).within(CALL_SECONDS_MAX, do)

    @contextmanager
    def _opened(self, pin: str) -> Iterator[Session]:
        token = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
        try:
            session = token.open(rw=True, user_pin=pin)
        except pkcs11.exceptions.PinIncorrect:
            self._wrong_pin = pin
            raise
        with session:
            yield session

    def _pin(self) -> str:
        """Read the PIN; one that was refused is not tried again, for tokens lock themselves."""
        try:
            pin = self._pin_file.read_text().strip()
        except (OSError, ValueError):
            raise KeeperFailed(
                f"the file of the token's PIN, {self._pin_file}, cannot be read"
            ) from None
        if pin == self._wrong_pin:
            raise KeeperFailed(
                f"the token refused this PIN; it is not tried again. Correct {self._pin_file}"
            )
        return pin

    def _is_software(self) -> bool:
        if self._software is None:

            def ask() -> bool:
                with _plain_errors(self._token):
                    token = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
                return SOFTWARE_MAKER in token.manufacturer_id

            self._software = self._within(ask)
        return self._software

    def _sync(self) -> None:
        """Make durable what a token that is a program wrote: SoftHSM itself never syncs."""
        if self._is_software():
            os.sync()


@contextmanager
def _plain_errors(token: str) -> Iterator[None]:
    try:
        yield
    except pkcs11.exceptions.PinIncorrect:
        raise KeeperFailed(
            f"the token {token!r} refused the PIN. Correct the PIN file before you try again: "
            "tokens lock themselves after a few wrong ones"
        ) from None
    except pkcs11.exceptions.NoSuchToken:
        raise KeeperFailed(f"there is no token {token!r}; plug it in and try again") from None
    except pkcs11.exceptions.PKCS11Error as error:
        raise KeeperFailed(
            f"the token {token!r} failed with {type(error).__name__}; see that it is plugged in, "
            "reachable and has room, and try again"
        ) from None
