"""Who lives in the house, what they have allowed, and for how long what they said may stay."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from unhear.household.limits import Limit, Refusal, only_for_children, refusal
from unhear.household.retention import DeviceKind, Retention
from unhear.household.words import (
    Consent,
    DeviceId,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
)


@dataclass(frozen=True, slots=True)
class Device:
    """Something that hears or sees; one that is not listed is a voice device."""

    id: DeviceId
    kind: DeviceKind


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

    def person(self, person: PersonId) -> Person | None:
        """Answer the person of that id, or None where nobody is known by it."""
        return next((p for p in self.people if p.id == person), None)

    def named(self, name: str) -> Person | None:
        """Answer the person called `name` (letter case does not matter), or None."""
        return next((p for p in self.people if p.name.casefold() == name.casefold()), None)

    def device_kind(self, device: DeviceId) -> DeviceKind:
        """Answer what kind of device it is."""
        return next((d.kind for d in self.devices if d.id == device), DeviceKind.VOICE)

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
    def has_children(self) -> bool:
        """Whether a child lives here, so that an unknown voice counts as a child's."""
        return any(p.kind is PersonKind.CHILD for p in self.people)

    def consent(self, person: PersonId, purpose: Purpose, at: datetime) -> Consent | None:
        """Answer the consent in force for a person and a purpose, or None."""
        return next(
            (
                c
                for c in self.consents
                if c.person == person and c.purpose is purpose and c.given_at <= at
            ),
            None,
        )

    def with_person(self, person: Person) -> "Household":
        """Answer the same household with `person` in place of who had the same id."""
        people = tuple(person if p.id == person.id else p for p in self.people)
        return replace(self, people=people)

    def without_person(self, person: PersonId) -> "Household":
        """Answer the same household without a person, and without what was consented for them."""
        return replace(
            self,
            people=tuple(p for p in self.people if p.id != person),
            consents=tuple(c for c in self.consents if c.person != person),
            limits=tuple(limit for limit in self.limits if limit.who != person),
        )

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

    def with_consent(self, consent: Consent) -> "Household":
        """Answer the same household with a consent more."""
        rest = self.without_consent(consent.person, consent.purpose)
        return replace(rest, consents=(*rest.consents, consent))

    def without_consent(self, person: PersonId, purpose: Purpose) -> "Household":
        """Answer the same household without a consent."""
        left = tuple(c for c in self.consents if (c.person, c.purpose) != (person, purpose))
        return replace(self, consents=left)
