"""A root keeper in a PKCS #11 token: a hardware security module, a smart card, or SoftHSM.

A root is a secret key object (CKO_SECRET_KEY, CKK_GENERIC_SECRET) on the token, private, so that
it is seen only after the PIN, with our label and the root's id as CKA_ID. It is not CKA_SENSITIVE:
the root opens pages in our process, so it must come out. Secret keys and not data objects
(CKO_DATA), because tokens encrypt the values of keys, and some keep data objects readable.
Names are those of PKCS #11 (OASIS) version 2.40, section 4.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TypeVar

import pkcs11
from pkcs11 import Attribute, KeyType, ObjectClass, Session, Token

from unhear.forget.errors import KeeperFailed, RootGone
from unhear.forget.keytree import KEY_BYTES
from unhear.stores.keepers.patience import OneAtATime

CALL_SECONDS_MAX = 20
SOFTWARE_MAKER = "SoftHSM"

T = TypeVar("T")


class Pkcs11RootKeeper:
    """Holds roots as secret keys in a token, behind a PIN that is read from a file."""

    kind = "pkcs11"

    def __init__(self, *, module: Path, token: str, pin_file: Path, label: str) -> None:
        """Use the token labelled `token` of the PKCS #11 library `module`.

        `label` names this house's roots; another house in the same token needs another one.
        Nothing is called yet, so that a token that is away is no error here.
        """
        self._token = _token(module, token)
        self._pin_file = pin_file
        self._label = label

    @property
    def grade(self) -> str:
        """C for a program, B for a device. Raises `KeeperFailed` when that cannot be asked."""
        if self._token.is_software():
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
                "killed while it logs in or writes, it can lose the whole token: use it for "
                "tests, or as one copy of a mirror",
            )
            if self._token.is_software()
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

        self._token.call(self._pin_file, create)
        self._sync()

    def get(self, root_id: bytes) -> bytes:
        """Answer the root. Raises `RootGone`, also for an object without a whole value."""

        def read(session: Session) -> list[bytes]:
            objects = session.get_objects({**self._ours(), Attribute.ID: root_id})
            return [bytes(one[Attribute.VALUE]) for one in objects]

        values = self._token.call(self._pin_file, read)
        if not values or len(values[0]) != KEY_BYTES:
            raise RootGone(
                f"the root key {root_id.hex()} is not in the token {self._token.label!r}; "
                "bring back the newest token"
            )
        return values[0]

    def destroy(self, root_id: bytes) -> None:
        """Have the token delete the key object. Raises `KeeperFailed`."""

        def delete(session: Session) -> None:
            for one in list(session.get_objects({**self._ours(), Attribute.ID: root_id})):
                one.destroy()

        self._token.call(self._pin_file, delete)
        self._sync()

    def ids(self) -> set[bytes]:
        """Answer the ids of all roots held. Raises `KeeperFailed`."""

        def read(session: Session) -> set[bytes]:
            return {bytes(one[Attribute.ID]) for one in session.get_objects(self._ours())}

        return self._token.call(self._pin_file, read)

    def _ours(self) -> dict[Attribute, object]:
        return {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self._label}

    def _sync(self) -> None:
        """Make durable what a token that is a program wrote: SoftHSM itself never syncs."""
        if self._token.is_software():
            os.sync()


@cache
def _line_to(module: Path) -> OneAtATime:
    """Answer the one thread that calls a module: it need not bear several (C_Initialize, 5.4)."""
    return OneAtATime(f"the PKCS #11 module {module.name}")


@cache
def _token(module: Path, label: str) -> "_Token":
    """Answer the token of that label; being logged in is a state of the whole process (5.6)."""
    return _Token(module, label)


class _Token:
    """A token, logged in at its first use and for as long as the process lives.

    Once and not at every call: devices are slow at it, and SoftHSM rewrites its token at each
    login in a way that loses the token when the process is killed in that moment.
    """

    def __init__(self, module: Path, label: str) -> None:
        self.label = label
        self._module = module
        self._session: Session | None = None
        self._software: bool | None = None
        self._wrong_pin: str | None = None

    def call(self, pin_file: Path, do: Callable[[Session], T]) -> T:
        """Do something in the session. Raises `KeeperFailed`; then the next call logs in anew."""

        def in_session() -> T:
            if self._session is None:
                self._session = self._log_in(pin_file)
            try:
                return do(self._session)
            except pkcs11.exceptions.PKCS11Error:
                self._log_out()
                raise

        return self._within(in_session)

    def is_software(self) -> bool:
        """Whether the token is a program and not a device. Raises `KeeperFailed`."""
        if self._software is None:
            maker: str = self._within(lambda: str(self._open().manufacturer_id))
            self._software = SOFTWARE_MAKER in maker
        return self._software

    def _within(self, do: Callable[[], T]) -> T:
        def plainly() -> T:
            with _plain_errors(self.label):
                return do()

        return _line_to(self._module).within(CALL_SECONDS_MAX, plainly)

    def _open(self) -> Token:
        return pkcs11.lib(str(self._module)).get_token(token_label=self.label)

    def _log_out(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            # What failed before says more than that the broken session does not close either.
            with suppress(pkcs11.exceptions.PKCS11Error):
                session.close()

    def _log_in(self, pin_file: Path) -> Session:
        """Log in; a PIN that was refused is not tried again, for tokens lock themselves."""
        try:
            pin = pin_file.read_text().strip()
        except (OSError, ValueError):
            raise KeeperFailed(f"the file of the token's PIN, {pin_file}, cannot be read") from None
        if pin == self._wrong_pin:
            raise KeeperFailed(
                f"the token refused this PIN; it is not tried again. Correct {pin_file}"
            )
        try:
            return self._open().open(rw=True, user_pin=pin)
        except pkcs11.exceptions.PinIncorrect:
            self._wrong_pin = pin
            raise


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
