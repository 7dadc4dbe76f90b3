"""Who lives in the house, what they have allowed, and for how long what they said may stay."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from unhear.household.alerts import Subscription, with_subscription
from unhear.household.browsers import KnownBrowser, with_browser
from unhear.household.cameras import Camera, Mode
from unhear.household.consent import Consent, Objection, Waiting
from unhear.household.limits import Limit, Refusal, only_for_children, refusal
from unhear.household.notice import Facts
from unhear.household.passkeys import Passkey
from unhear.household.retention import DeviceKind, Retention
from unhear.household.words import (
    OPTIONAL,
    DeviceId,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
)


@dataclass(frozen=True, slots=True)
class Device:
    """Something that hears or sees; one that is not listed is a voice device.

    `room` is where it stands, where a guardian said so; `person` whose it is, if it is anybody's;
    `key` what is remembered of the cookie of a browser that was paired (SHA-256), if it is one.
    """

    id: DeviceId
    kind: DeviceKind
    room: str | None = None
    person: PersonId | None = None
    key: bytes | None = None

    def placed(self, *, room: str | None, person: PersonId | None) -> "Device":
        """Answer the same device in another room, or somebody else's."""
        return replace(self, room=room, person=person)


@dataclass(frozen=True, slots=True)
class Household:
    """The people under one roof and what they have allowed."""

    id: HouseholdId
    name: str
    people: tuple[Person, ...]
    consents: tuple[Consent, ...]
    retention: Retention = field(default_factory=Retention)
    devices: tuple[Device, ...] = ()
    asleep: frozenset[DeviceId] = frozenset()
    """The devices that were told to stop listening; they obey requests about privacy alone."""

    limits: tuple[Limit, ...] = ()
    """What guests and children may ask for."""

    unrecorded: frozenset[DeviceId] = frozenset()
    """The devices that were told to stop recording: they answer, and nothing is kept."""

    wakes: tuple[tuple[DeviceId, datetime], ...] = ()
    """When devices that sleep are to listen again; those without a moment wait to be told."""

    passkeys: tuple[Passkey, ...] = ()
    """The guardians' passkeys."""

    objections: tuple[Objection, ...] = ()
    """What somebody who may decide said no to, whoever else consents."""

    all_guardians: bool = False
    """Whether every guardian must consent to something for a child; else one is enough."""

    waiting: tuple[Waiting, ...] = ()
    """Requests for consent that nobody has answered yet."""

    notices: tuple[Facts, ...] = ()
    """What was true when somebody consented, or was asked to: the notices that they were shown."""

    subscriptions: tuple[Subscription, ...] = ()
    """The guardians' browsers that are told while nobody looks at the console."""

    browsers: tuple[KnownBrowser, ...] = ()
    """The browsers in which guardians signed in before."""

    cameras: tuple[Camera, ...] = ()
    """What was decided about cameras; one that is not listed records nothing."""

    mode: Mode = Mode.HOME
    """How the household lives just now, as cameras ask."""

    def camera(self, device: DeviceId) -> Camera:
        """Answer what was decided about a camera; nothing yet is a camera that is off."""
        return next((c for c in self.cameras if c.device == device), Camera(device))

    def with_camera(self, camera: Camera) -> "Household":
        """Answer the same household with what was decided about a camera."""
        rest = tuple(c for c in self.cameras if c.device != camera.device)
        return replace(self, cameras=(*rest, camera))

    def without_camera(self, device: DeviceId) -> "Household":
        """Answer the same household with nothing decided about a camera, and no browser for it."""
        rest = tuple(c for c in self.cameras if c.device != device)
        return replace(self.without_device(device), cameras=rest)

    def person(self, person: PersonId) -> Person | None:
        """Answer the person of that id, or None where nobody is known by it."""
        return next((p for p in self.people if p.id == person), None)

    def named(self, name: str) -> Person | None:
        """Answer the person called `name` (letter case does not matter), or None."""
        return next((p for p in self.people if p.name.casefold() == name.casefold()), None)

    def device(self, device: DeviceId) -> Device | None:
        """Answer the device of that name, or None where it is not listed."""
        return next((d for d in self.devices if d.id == device), None)

    def device_kind(self, device: DeviceId) -> DeviceKind:
        """Answer what kind of device it is."""
        known = self.device(device)
        return DeviceKind.VOICE if known is None else known.kind

    def with_device(self, device: Device) -> "Household":
        """Answer the same household with a device, in place of one with the same name."""
        rest = self.without_device(device.id)
        return replace(self, devices=(*rest.devices, device))

    def without_device(self, device: DeviceId) -> "Household":
        """Answer the same household without a device."""
        return replace(self, devices=tuple(d for d in self.devices if d.id != device))

    def with_listening(
        self, device: DeviceId, *, on: bool, until: datetime | None = None
    ) -> "Household":
        """Answer the same household with a device listening, or told to stop, perhaps `until`."""
        rest = tuple((one, at) for one, at in self.wakes if one != device)
        wakes = rest if on or until is None else (*rest, (device, until))
        asleep = self.asleep - {device} if on else self.asleep | {device}
        return replace(self, asleep=asleep, wakes=wakes)

    def with_recording(self, device: DeviceId, *, on: bool) -> "Household":
        """Answer the same household with a device recording, or told to stop."""
        rest = self.unrecorded - {device}
        return replace(self, unrecorded=rest if on else rest | {device})

    @property
    def guardians(self) -> frozenset[PersonId]:
        """Who decides for the household."""
        return frozenset(p.id for p in self.people if p.kind is PersonKind.GUARDIAN)

    @property
    def has_children(self) -> bool:
        """Whether a child lives here, so that an unknown voice counts as a child's."""
        return any(p.kind is PersonKind.CHILD for p in self.people)

    def with_person(self, person: Person) -> "Household":
        """Answer the same household with `person` in place of who had the same id."""
        people = tuple(person if p.id == person.id else p for p in self.people)
        return replace(self, people=people)

    def without_person(self, person: PersonId) -> "Household":
        """Answer the same household without a person, and what was consented for or by them."""
        return replace(
            self,
            people=tuple(p for p in self.people if p.id != person),
            consents=tuple(c for c in self.consents if person not in (c.person, c.by)),
            objections=tuple(o for o in self.objections if person not in (o.person, o.by)),
            waiting=tuple(w for w in self.waiting if person not in (w.choice.person, w.choice.by)),
            limits=tuple(limit for limit in self.limits if limit.who != person),
            devices=tuple(
                d.placed(room=d.room, person=None) if d.person == person else d
                for d in self.devices
            ),
            passkeys=tuple(key for key in self.passkeys if key.person != person),
            subscriptions=tuple(s for s in self.subscriptions if s.person != person),
            browsers=tuple(one for one in self.browsers if one.person != person),
        )

    def passkey(self, id_: bytes) -> Passkey | None:
        """Answer the passkey of that id, or None."""
        return next((key for key in self.passkeys if key.id == id_), None)

    def with_passkey(self, passkey: Passkey) -> "Household":
        """Answer the same household with a passkey, in place of one with the same id."""
        rest = self.without_passkey(passkey.id)
        return replace(rest, passkeys=(*rest.passkeys, passkey))

    def without_passkey(self, id_: bytes) -> "Household":
        """Answer the same household without a passkey."""
        return replace(self, passkeys=tuple(key for key in self.passkeys if key.id != id_))

    def subscription(self, id_: bytes) -> Subscription | None:
        """Answer the browser of that id that is told, or None."""
        return next((one for one in self.subscriptions if one.id == id_), None)

    def with_subscription(self, new: Subscription) -> "Household":
        """Answer the same household with a browser that is told, in place of the same one."""
        return replace(self, subscriptions=with_subscription(self.subscriptions, new))

    def without_subscriptions(self, ids: Collection[bytes]) -> "Household":
        """Answer the same household without these browsers being told."""
        return replace(self, subscriptions=tuple(s for s in self.subscriptions if s.id not in ids))

    def browser(self, id_: bytes) -> KnownBrowser | None:
        """Answer the browser of that id in which a guardian signed in before, or None."""
        return next((one for one in self.browsers if one.id == id_), None)

    def with_browser(self, new: KnownBrowser) -> "Household":
        """Answer the same household with a browser that is known, in place of the same one."""
        return replace(self, browsers=with_browser(self.browsers, new))

    def without_browsers(self, ids: Collection[bytes]) -> "Household":
        """Answer the same household with these browsers known no more."""
        return replace(self, browsers=tuple(one for one in self.browsers if one.id not in ids))

    def refusal(self, person: PersonId, skill: str, now: datetime) -> Refusal | None:
        """Answer why somebody may not use a skill at a local moment, or None where they may."""
        known = self.person(person)
        return refusal(self.limits, person, None if known is None else known.kind, skill, now)

    def only_for_children(self, person: PersonId) -> bool:
        """Whether somebody gets only what is meant for children."""
        known = self.person(person)
        kind = None if known is None else known.kind
        return only_for_children(self.limits, person, kind, children_live_here=self.has_children)

    def with_limit(self, limit: Limit) -> "Household":
        """Answer the same household with a limit, in place of the same person's or kind's."""
        rest = self.without_limit(limit.who)
        return replace(rest, limits=(*rest.limits, limit))

    def without_limit(self, who: PersonId | PersonKind) -> "Household":
        """Answer the same household without the limits of a person or kind."""
        return replace(self, limits=tuple(limit for limit in self.limits if limit.who != who))

    def consent(self, person: PersonId, purpose: Purpose, at: datetime) -> Consent | None:
        """Answer the consent in force for a person and a purpose, or None.

        The more private wins: one objection is enough, and who is not known counts as a child
        where children live. Where all guardians must consent, one who did not is enough too.
        """
        given = [c for c in self.given(person, purpose) if c.lapsed is None and c.given_at <= at]
        known = self.person(person)
        child = known is not None and known.kind is PersonKind.CHILD
        if (
            self.objection(person, purpose) is not None
            or (known is None and self.has_children)
            or (child and self.all_guardians and self.guardians - {c.by for c in given})
        ):
            return None
        return given[-1] if given else None

    def allows_anything(self, person: PersonId, at: datetime) -> bool:
        """Whether anything optional was consented to for somebody."""
        return any(self.consent(person, purpose, at) is not None for purpose in OPTIONAL)

    def given(self, person: PersonId, purpose: Purpose) -> tuple[Consent, ...]:
        """Answer what was consented for a person and a purpose, whether or not it counts."""
        return tuple(c for c in self.consents if (c.person, c.purpose) == (person, purpose))

    def objection(self, person: PersonId, purpose: Purpose) -> Objection | None:
        """Answer what stands against a purpose for a person, or None."""
        return next(
            (o for o in self.objections if (o.person, o.purpose) == (person, purpose)), None
        )

    def with_consent(self, consent: Consent) -> "Household":
        """Answer the same household with a consent, in place of what the same one said before."""
        rest = self._without_word_of(consent.by, consent.person, consent.purpose)
        return replace(rest, consents=(*rest.consents, consent))

    def with_objection(self, objection: Objection) -> "Household":
        """Answer the same household with a no, and without any consent to what it is said to."""
        rest = self._without_word_of(objection.by, objection.person, objection.purpose)
        rest = rest.without_consent(objection.person, objection.purpose)
        return replace(rest, objections=(*rest.objections, objection))

    def without_consent(self, person: PersonId, purpose: Purpose) -> "Household":
        """Answer the same household without anybody's consent to a purpose for a person."""
        left = tuple(c for c in self.consents if (c.person, c.purpose) != (person, purpose))
        return replace(self, consents=left)

    def notice(self, version: str) -> Facts | None:
        """Answer what was true in a version of the notice, or None where nothing rests on it."""
        return next((facts for facts in self.notices if facts.version == version), None)

    def with_notice(self, facts: Facts) -> "Household":
        """Answer the same household with a notice that was shown; those nobody rests on go."""
        rests_on = {c.notice for c in self.consents} | {w.notice for w in self.waiting}
        known = {f.version: f for f in (*self.notices, facts)}
        return replace(self, notices=tuple(f for v, f in known.items() if v in rests_on))

    def _without_word_of(
        self, by: PersonId | None, person: PersonId, purpose: Purpose
    ) -> "Household":
        said = (person, purpose, by)
        return replace(
            self,
            consents=tuple(c for c in self.consents if (c.person, c.purpose, c.by) != said),
            objections=tuple(o for o in self.objections if (o.person, o.purpose, o.by) != said),
        )
