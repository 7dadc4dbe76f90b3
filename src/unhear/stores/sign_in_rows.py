"""The rows of who is signed in, and of what passes within hours or days."""

from collections.abc import Collection

from sqlalchemy import BindParameter, Row, bindparam, delete, select, update

from unhear.forget.sign_in_rows import PassingRow, SignInRow
from unhear.household.words import HouseholdId
from unhear.stores import tables as t
from unhear.stores.rows import Rows
from unhear.stores.upserts import upsert

SIGN_IN, PASSING, NEWS = t.sign_in.c, t.passing.c, t.household_news.c
OURS: BindParameter[bytes] = bindparam("ours")
_NEWS = select(NEWS.number).where(NEWS.household == OURS).scalar_subquery()
SELECT_SIGN_IN = select(t.sign_in, _NEWS.label("news")).where(
    SIGN_IN.household == OURS, SIGN_IN.token == bindparam("hash")
)
SELECT_SIGN_INS = select(t.sign_in).where(SIGN_IN.household == OURS)
DELETE_OF_BROWSER = delete(t.sign_in).where(
    SIGN_IN.household == OURS, SIGN_IN.browser == bindparam("of")
)
UPSERT_SIGN_IN = upsert(t.sign_in)
UPDATE_SIGN_IN = (
    update(t.sign_in)
    .where(SIGN_IN.household == OURS, SIGN_IN.token == bindparam("hash"))
    .values(sealed=bindparam("description"))
)
SELECT_PASSING = select(t.passing).where(
    PASSING.household == OURS, PASSING.name == bindparam("called")
)
UPSERT_PASSING = upsert(t.passing)
DELETE_PASSING = delete(t.passing).where(
    PASSING.household == OURS, PASSING.name == bindparam("called")
)
_PASSED = (PASSING.household == OURS, PASSING.until_hour < bindparam("hour"))
SELECT_PASSED = select(PASSING.name).where(*_PASSED).limit(1)
DELETE_PASSED = delete(t.passing).where(*_PASSED)


class SignInRows(Rows):
    """Sign-ins, and sealed notes that pass."""

    def sign_in(self, household: HouseholdId, token: bytes) -> tuple[SignInRow, int] | None:
        """Answer a sign-in, and the number of the household's news, with one look; or None."""
        values = {"ours": household, "hash": token}
        row = self._connection.execute(SELECT_SIGN_IN, values).one_or_none()
        return None if row is None else (_sign_in(row), row.news or 0)

    def sign_ins(self, household: HouseholdId) -> list[SignInRow]:
        """Answer every sign-in of a household."""
        return [
            _sign_in(row) for row in self._connection.execute(SELECT_SIGN_INS, _ours(household))
        ]

    def add_sign_in(self, row: SignInRow) -> None:
        """Add a sign-in, in place of the one that its browser had."""
        of = {"ours": row.household, "of": row.browser}
        self._connection.execute(DELETE_OF_BROWSER, of)
        values = {
            "household": row.household,
            "token": row.token,
            "browser": row.browser,
            "expires_day": row.expires_day,
            "sealed": row.sealed,
        }
        self._connection.execute(UPSERT_SIGN_IN, values)

    def set_sign_in(self, row: SignInRow) -> None:
        """Put another description in place of a sign-in's old one; nothing where it has ended."""
        values = {"ours": row.household, "hash": row.token, "description": row.sealed}
        self._connection.execute(UPDATE_SIGN_IN, values)

    def drop_sign_ins(self, household: HouseholdId, tokens: Collection[bytes]) -> None:
        """End these sign-ins."""
        if tokens:
            chosen = SIGN_IN.token.in_(list(tokens))
            self._connection.execute(
                delete(t.sign_in).where(SIGN_IN.household == household, chosen)
            )

    def drop_sign_ins_elsewhere(self, household: HouseholdId, known: Collection[bytes]) -> None:
        """End those in browsers that are none of these."""
        chosen = SIGN_IN.browser.not_in(list(known))
        self._connection.execute(delete(t.sign_in).where(SIGN_IN.household == household, chosen))

    def drop_signed_in(self, household: HouseholdId) -> None:
        """Remove all sign-ins of a household, and all notes that pass."""
        self._connection.execute(delete(t.sign_in).where(SIGN_IN.household == household))
        self._connection.execute(delete(t.passing).where(PASSING.household == household))

    def passing(self, household: HouseholdId, name: bytes) -> PassingRow | None:
        """Answer the note of that name, or None."""
        values = {"ours": household, "called": name}
        row = self._connection.execute(SELECT_PASSING, values).one_or_none()
        if row is None:
            return None
        return PassingRow(HouseholdId(row.household), row.name, row.until_hour, row.sealed)

    def set_passing(self, row: PassingRow) -> None:
        """Put a note in place of the one of its name, if there was one."""
        values = {
            "household": row.household,
            "name": row.name,
            "until_hour": row.until_hour,
            "sealed": row.sealed,
        }
        self._connection.execute(UPSERT_PASSING, values)

    def drop_passing(self, household: HouseholdId, name: bytes) -> None:
        """Remove the note of that name."""
        self._connection.execute(DELETE_PASSING, {"ours": household, "called": name})

    def has_passed(self, household: HouseholdId, hour: int) -> bool:
        """Whether there are notes that mean nothing any more since before `hour`."""
        values = {"ours": household, "hour": hour}
        return self._connection.execute(SELECT_PASSED, values).first() is not None

    def drop_passed(self, household: HouseholdId, hour: int) -> None:
        """Remove the notes that mean nothing any more since before `hour`."""
        self._connection.execute(DELETE_PASSED, {"ours": household, "hour": hour})


def _ours(household: HouseholdId) -> dict[str, bytes]:
    return {"ours": household}


def _sign_in(row: Row[tuple[object, ...]]) -> SignInRow:
    return SignInRow(
        HouseholdId(row.household), row.token, row.browser, row.expires_day, row.sealed
    )
