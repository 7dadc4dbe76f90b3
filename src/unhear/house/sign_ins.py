"""Who is signed in to the console, the same for every process that serves the house.

A sign-in is a row. It is looked for at each request, so it is over everywhere with the commit that
takes the row away: when somebody signs out, when its browser is known no more, when its guardian
is removed (`house/changes.py`). That it is used is written down now and then alone.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from hashlib import sha256

from unhear.clock import Clock, random_bytes
from unhear.forget.database import Database, Transaction
from unhear.forget.sign_in_rows import SignInRow
from unhear.house.changes import Word
from unhear.house.family import Family
from unhear.house.newest import Newest
from unhear.household.browsers import KnownBrowser
from unhear.household.family import Household
from unhear.household.sign_ins import SignIn
from unhear.household.words import HouseholdId, PersonId
from unhear.keep.sign_ins import sign_in_of, sign_in_row
from unhear.stores.errors import StoreError

log = logging.getLogger(__name__)

TOKEN_BYTES = KEY_BYTES = 32
Chosen = Callable[[SignIn], bool]


@dataclass(frozen=True, slots=True)
class Entering:
    """Somebody who has proved who they are: how, and in which browser.

    `browser` is what is remembered of the cookie by which that is known, `kind` what it and its
    system say they are.
    """

    person: PersonId
    method: str
    browser: bytes
    kind: tuple[str, str]


class SignIns:
    """The sign-ins of one house; safe to use from several threads."""

    def __init__(
        self,
        *,
        database: Database,
        household: HouseholdId,
        family: Family,
        newest: Newest,
        clock: Clock,
    ) -> None:
        self._database = database
        self._household = household
        self._family = family
        self._newest = newest
        self._clock = clock

    def open(self, entering: Entering, *words: Word) -> tuple[str, Household]:
        """Sign somebody in, know the browser, and tell every guardian these words.

        Answers the token that the browser is to bring, and the household after it. The sign-in that
        this browser had ends.
        """
        token, key, now = random_bytes(TOKEN_BYTES).hex(), random_bytes(KEY_BYTES), self._clock()
        browser = KnownBrowser(entering.browser, entering.person, now, key)
        sign_in = SignIn(
            token_hash(token),
            entering.browser,
            entering.person,
            entering.method,
            entering.kind,
            opened_at=now,
            used_at=now,
            proved_at=now,
        )
        row = sign_in_row(self._household, key, sign_in)
        household = self._family.know_browser(
            browser, *words, also=lambda transaction, _: transaction.add_sign_in(row)
        )
        return token, household

    def of(self, token: str) -> SignIn | None:
        """Answer the sign-in of who brings a token, or None; it counts as used."""
        with self._database.reading() as transaction:
            found = transaction.sign_in(self._household, token_hash(token))
        if found is None:
            return None
        row, number = found
        sign_in, now = sign_in_of(self._newest.at(number), row), self._clock()
        if sign_in is None:
            return None
        if sign_in.over(now):
            self.close(sign_in)
            return None
        if sign_in.to_be_noted(now):
            self._note(sign_in)
        return sign_in

    def close(self, sign_in: SignIn) -> None:
        """End one."""
        self._drop([sign_in.token])

    def prove(self, sign_in: SignIn, method: str) -> None:
        """Note that the guardian has just proved who they are, and how."""
        now = self._clock()
        self._change(sign_in, lambda one: replace(one, proved_at=now, used_at=now, method=method))

    def is_fresh(self, sign_in: SignIn) -> bool:
        """Whether who it is was proved a moment ago."""
        return sign_in.fresh(self._clock())

    def all(self) -> list[SignIn]:
        """Answer those that go on, the one that was used last first."""
        now = self._clock()
        going = [one for _, one in self._rows() if one is not None and not one.over(now)]
        return sorted(going, key=lambda one: one.used_at, reverse=True)

    def end(self, chosen: Chosen) -> list[SignIn]:
        """End those that are chosen; answer them."""
        household = self._newest.look()
        with self._database.writing() as transaction:
            return ending(transaction, household, chosen)

    def tidy(self) -> None:
        """Take away what is over, or opens no more; writes only if anything is."""
        now = self._clock()
        over = [row.token for row, one in self._rows() if one is None or one.over(now)]
        if over:
            self._drop(over)

    def _rows(self) -> list[tuple[SignInRow, SignIn | None]]:
        """Answer what is written down, and what it says."""
        with self._database.reading() as transaction:
            number = transaction.news_of(self._household)
            rows = transaction.sign_ins(self._household)
        if not rows:
            return []
        household = self._newest.at(number)
        return [(row, sign_in_of(household, row)) for row in rows]

    def _note(self, sign_in: SignIn) -> None:
        """Write down that it is used. Where nothing can be written, who is signed in stays so."""
        now = self._clock()
        try:
            self._change(sign_in, lambda one: replace(one, used_at=max(one.used_at, now)))
        except StoreError:
            log.warning("the use of a sign-in could not be written down")

    def _change(self, sign_in: SignIn, change: Callable[[SignIn], SignIn]) -> None:
        """Change what is written of a sign-in as it stands then; nothing where it has ended.

        Whoever gives its browser another key ends it in the same commit.
        """
        household = self._newest.look()
        browser = household.browser(sign_in.browser)
        with self._database.writing() as transaction:
            found = transaction.sign_in(self._household, sign_in.token)
            now = None if found is None else sign_in_of(household, found[0])
            if now is not None and browser is not None and browser.key is not None:
                transaction.set_sign_in(sign_in_row(self._household, browser.key, change(now)))

    def _drop(self, tokens: Collection[bytes]) -> None:
        with self._database.writing() as transaction:
            transaction.drop_sign_ins(self._household, tokens)


def ending(transaction: Transaction, household: Household, chosen: Chosen) -> list[SignIn]:
    """End, in this transaction, those of a household that are chosen; answer them."""
    opened = (sign_in_of(household, row) for row in transaction.sign_ins(household.id))
    ended = [one for one in opened if one is not None and chosen(one)]
    transaction.drop_sign_ins(household.id, [one.token for one in ended])
    return ended


def token_hash(token: str) -> bytes:
    """Answer what is remembered of a cookie: nothing that signs in."""
    return sha256(token.encode()).digest()
