"""Change who lives in a house and what they allow; erase what goes with it."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from unhear.clock import Clock, day_number, random_bytes
from unhear.forget.engine import Forgetter
from unhear.house.changes import Also, Changes, Outcome, Word, nothing_else
from unhear.household.alerts import Subscription
from unhear.household.browsers import KnownBrowser
from unhear.household.cameras import Camera, Mode
from unhear.household.family import Device, Household
from unhear.household.limits import Limit
from unhear.household.passkeys import Passkey
from unhear.household.retention import Retention
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, HouseholdId, Person, PersonId, PersonKind
from unhear.keep.notices import Told
from unhear.prove.receipt import Receipt

WARNING_DAYS = 14
"""How long guardians have known, at least, before a child's unused profile is erased."""


class FamilyError(Exception):
    """The family cannot be changed like this."""


class NameTaken(FamilyError):
    """Two people of one household cannot have the same name."""


class LastGuardian(FamilyError):
    """A household needs somebody who decides for it."""


Change = Callable[[Household], Household]


class Family:
    """The people of one household, and the children's profiles."""

    def __init__(
        self,
        *,
        changes: Changes,
        forgetter: Forgetter,
        household: HouseholdId,
        clock: Clock,
    ) -> None:
        self._changes = changes
        self._forgetter = forgetter
        self._household = household
        self._clock = clock

    def read(self) -> Household:
        """Answer the household as it stands."""
        return self._changes.read()

    def seen(self, person: PersonId) -> Household:
        """Note that a child uses the house today, and answer the household as it stands.

        Of a child for whom nothing was consented to, nothing is written down, not even that.
        """
        household = self.read()
        known = household.person(person)
        if known is None or not household.allows_anything(person, self._clock()):
            return household
        return self.keep_profile(person)

    def keep_profile(self, child: PersonId) -> Household:
        """Count a child's profile as used today, and answer the household as it stands."""
        today, household = day_number(self._clock()), self.read()
        known = household.person(child)
        if known is None or known.kind is not PersonKind.CHILD or known.seen_day >= today:
            return household
        active = replace(known, seen_day=today, warned_day=None)
        return self._add(lambda now: now.with_person(active))

    def add(self, name: str, kind: PersonKind) -> Person:
        """Add somebody, who consents to nothing yet. Raises `NameTaken`."""
        today = day_number(self._clock())
        person = Person(PersonId(random_bytes(8).hex()), name, kind, seen_day=today)

        def with_person(now: Household) -> Household:
            if now.named(name) is not None:
                raise NameTaken(f"somebody here is called {name} already; choose another name")
            return replace(now, people=(*now.people, person))

        self._add(with_person)
        return person

    def remove(self, person: PersonId) -> Receipt:
        """Erase everything of a person, and then the person. Raises `LastGuardian`."""
        guardians = [p.id for p in self.read().people if p.kind is PersonKind.GUARDIAN]
        if guardians == [person]:
            raise LastGuardian(
                "this is the only guardian, who decides for the house; add another one first, or "
                "forget the whole household"
            )
        receipt = self._forgetter.forget(self._household, Scope(person=person))
        told, proved = self._changes.words_about(person), self._changes.receipts_about(person)
        self._forgetter.discard(self._household, [*told, *proved])
        self._take_out(lambda now: now.without_person(person))
        return receipt

    def set_listening(
        self, device: DeviceId, *, on: bool, until: datetime | None = None
    ) -> Household:
        """Let a device listen, or stop it; remembered until it is told otherwise, or `until`."""
        return self._add(lambda now: now.with_listening(device, on=on, until=until))

    def set_device(self, device: Device) -> Household:
        """Note where a device stands and whose it is, or that a browser is one."""
        return self._add(lambda now: now.with_device(device))

    def remove_device(self, device: DeviceId) -> Household:
        """Forget a device; a browser that was paired as it is recognised no more."""
        self._take_out(lambda now: now.without_device(device))
        return self.read()

    def add_passkey(self, passkey: Passkey) -> Household:
        """Let a guardian sign in with a passkey."""
        return self._add(lambda now: now.with_passkey(passkey))

    def note_passkey_used(self, passkey: bytes, sign_count: int) -> Household:
        """Note a passkey's counter, so that a copy of it is noticed."""

        def used(now: Household) -> Household:
            known = now.passkey(passkey)
            return now if known is None else now.with_passkey(replace(known, sign_count=sign_count))

        return self._add(used)

    def remove_passkey(self, passkey: bytes, also: Also = nothing_else) -> Household:
        """Recognise a passkey no more; no old copy of the house opens with it afterwards.

        `also` is done in the same commit.
        """
        self._take_out(lambda now: now.without_passkey(passkey), also)
        return self.read()

    def set_subscription(self, subscription: Subscription) -> Household:
        """Let a browser be told; what it was told by before, no old copy of the house opens."""
        self._take_out(lambda now: now.with_subscription(subscription))
        return self.read()

    def remove_subscriptions(self, ids: Collection[bytes]) -> Household:
        """Let browsers be told no more; no old copy of the house knows how to."""
        if any(self.read().subscription(one) is not None for one in ids):
            self._take_out(lambda now: now.without_subscriptions(ids))
        return self.read()

    def know_browser(
        self, browser: KnownBrowser, *words: Word, also: Also = nothing_else
    ) -> Household:
        """Know a browser in which a guardian signed in, and tell every guardian these words.

        `also` is done in the same commit.
        """
        return self._changes.make(
            lambda now: Outcome(now.with_browser(browser), words=words), also=also
        )

    def forget_browsers(self, ids: Collection[bytes]) -> Household:
        """Know browsers no more: who signs in there is told as in one never seen before."""
        if any(self.read().browser(one) is not None for one in ids):
            self._take_out(lambda now: now.without_browsers(ids))
        return self.read()

    def set_camera(self, camera: Camera) -> Household:
        """Note what was decided about a camera; one that is switched on is on since now."""
        household = self.read()
        if camera.on and camera.on_since is None:
            camera = replace(
                camera, on_since=household.camera(camera.device).on_since or self._clock()
            )
        if not camera.on:
            camera = replace(camera, on_since=None)
        return self._add(lambda now: now.with_camera(camera))

    def remove_camera(self, device: DeviceId) -> Household:
        """Forget what was decided about a camera, and the browser that was paired as it."""
        self._take_out(lambda now: now.without_camera(device))
        return self.read()

    def set_mode(self, mode: Mode) -> Household:
        """Note how the household lives now."""
        return self._add(lambda now: replace(now, mode=mode))

    def set_recording(self, device: DeviceId, *, on: bool) -> Household:
        """Let a device keep what it hears, where that is consented to, or stop it."""
        return self._add(lambda now: now.with_recording(device, on=on))

    def set_limit(self, limit: Limit) -> Household:
        """Limit what a person or a kind of person may ask for."""
        return self._add(lambda now: now.with_limit(limit))

    def clear_limit(self, who: PersonId | PersonKind) -> Household:
        """Lift the limits of a person or a kind of person."""
        return self._add(lambda now: now.without_limit(who))

    def set_retention(self, retention: Retention) -> Household:
        """Change how long things may stay; what is kept already keeps its expiry."""
        return self._add(lambda now: replace(now, retention=retention))

    def erase_unused_profiles(self) -> list[Receipt]:
        """Erase children's profiles that nobody used for too long, once every guardian was told."""
        today, household = day_number(self._clock()), self.read()
        limit = household.retention.child_profile_days
        receipts = []
        for child in household.people:
            if child.kind is not PersonKind.CHILD:
                continue
            unused = today - child.seen_day
            if child.warned_day is None:
                if unused >= limit - WARNING_DAYS:
                    logged = household.allows_anything(child.id, self._clock())
                    self._warn(child, max(limit - unused, WARNING_DAYS), logged=logged)
            elif unused >= limit and today - child.warned_day >= WARNING_DAYS:
                receipts.append(self.remove(child.id))
        return receipts

    def _warn(self, child: Person, days: int, *, logged: bool) -> None:
        now = self._clock()
        until = f"{now + timedelta(days=days):%Y-%m-%d}"
        key = "unused" if logged else "unused_unseen"
        word = Word(child.id, Told(key, {"name": child.name, "until": until}))
        warned = replace(child, warned_day=day_number(now))
        self._changes.make(lambda now: Outcome(now.with_person(warned), words=(word,)))

    def _add(self, change: Change) -> Household:
        return self._changes.make(lambda now: Outcome(change(now)))

    def _take_out(self, change: Change, also: Also = nothing_else) -> Household:
        return self._changes.make(lambda now: Outcome(change(now)), takes_out=True, also=also)
