"""Read what a notice must state from what this house enforces: settings, household, skills."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import urlsplit

from unhear.answer.registry import Skills
from unhear.answer.skill import Sending
from unhear.house.named_cameras import cameras_of
from unhear.household.family import Household
from unhear.household.learning import LEARNED_FOR
from unhear.household.methods import ConsentMethod
from unhear.household.notice import Category, Facts, Filmed, Gets, Recipient, Stay
from unhear.household.policy import ASKED_FIRST, UNWRITTEN_FOR
from unhear.household.retention import DeviceKind
from unhear.household.words import PersonKind, Purpose
from unhear.settings import Settings

IN_USE = (
    Purpose.KEEP,
    Purpose.PERSONALISE,
    Purpose.IMPROVE,
    Purpose.FLEET,
    Purpose.IDENTIFY,
    Purpose.REVIEW,
    Purpose.SHARE,
)
"""Purposes that something here acts on.

Consent to `fleet` has an effect only where a fleet is set, to `review` only where staff are.
"""


def in_use(settings: Settings) -> tuple[Purpose, ...]:
    """Answer the purposes that a house with these settings acts on."""
    idle = {
        Purpose.FLEET: settings.fleet is None,
        Purpose.REVIEW: settings.staff is None,
    }
    return tuple(one for one in IN_USE if not idle.get(one, False))


def recipients_of(settings: Settings, skills: Skills) -> tuple[Recipient, ...]:
    """Answer everybody outside the house who gets something, with these settings."""
    return tuple(sorted({*_of_skills(settings.skills, skills), *_of_the_house(settings)}))


def facts_of(
    settings: Settings,
    household: Household,
    recipients: Sequence[Recipient],
    methods: Mapping[str, ConsentMethod],
) -> Facts:
    """Answer what is true of this house now."""
    operator = settings.operator
    contact = (operator.name, operator.address, operator.telephone, operator.email)
    runs_for_others = settings.profile == "operator"
    return Facts(
        profile=settings.profile,
        contact=tuple(line for line in contact if line) if runs_for_others else (),
        purposes=in_use(settings),
        stays=tuple(sorted(_stays(household, in_use(settings)), key=_order)),
        recipients=tuple(recipients),
        methods=tuple(sorted(usable(settings, methods))),
        needs=tuple(sorted(operator.needs.items())) if runs_for_others else (),
        age_of_consent=settings.age_of_consent,
        child_profile_days=household.retention.child_profile_days,
        waiting_days=settings.waiting_days,
        unwritten_days=UNWRITTEN_FOR.days,
        horizon_days=settings.horizon_days,
        filmed=tuple(sorted(_filmed(settings, household))),
    )


def usable(settings: Settings, methods: Mapping[str, ConsentMethod]) -> Iterable[str]:
    """Answer the names of the methods that can be used for a child here."""
    operator = settings.profile == "operator"
    for name, method in methods.items():
        if method.ready and (method.for_operators or not operator):
            yield name


def _stays(household: Household, purposes: Sequence[Purpose]) -> Iterator[Stay]:
    """Yield how long what may stay, as `decide` and `remembering` have it."""
    kinds = {DeviceKind.VOICE, *(device.kind for device in household.devices)}
    kinds.discard(DeviceKind.CAMERA)  # nobody speaks to one; its film stands under `filmed`
    people: list[PersonKind | None] = list(PersonKind)
    if not household.has_children:
        people.append(None)  # where children live, nothing of an unknown voice is kept
    for person, device in product(people, kinds):
        memory = Purpose.PERSONALISE if person in ASKED_FIRST else Purpose.RESPOND
        # A voice that nobody was named for has consented to nothing, and teaches nothing.
        taught = () if person is None else LEARNED_FOR.intersection(purposes)
        for purpose in (Purpose.KEEP, memory, *taught):
            days = household.retention.duration(purpose, person, device).days
            yield Stay(purpose, person, device, days)


def _filmed(settings: Settings, household: Household) -> Iterator[Filmed]:
    """Yield what cameras keep, as `decide_film` has it: those that are on, and here."""
    for device in cameras_of(settings.cameras, household):
        camera = household.camera(device)
        if camera.on:
            yield Filmed(camera.indoors, camera.hears, camera.days)


def _order(stay: Stay) -> tuple[str, str, str]:
    return stay.purpose, stay.person or "", stay.device


def _of_skills(settings: Mapping[str, Mapping[str, Any]], skills: Skills) -> Iterator[Recipient]:
    for skill in skills.all():
        if isinstance(skill, Sending):
            yield from skill.recipients(settings.get(skill.name, {}))


def _of_the_house(settings: Settings) -> Iterator[Recipient]:
    if settings.mirror is not None and not _is_here(settings.mirror):
        parts = urlsplit(settings.mirror)
        where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        yield Recipient("mirror", where, Category.STORAGE, Gets.SEALED)
    for witness in settings.witnesses:
        where = urlsplit(witness.url).netloc.rpartition("@")[2]
        yield Recipient("witness", where, Category.WITNESS, Gets.HEADS)
    if settings.mqtt is not None and settings.cameras:
        where = urlsplit(settings.mqtt.broker).hostname or ""
        yield Recipient("mqtt", where, Category.HOME, Gets.EVENTS)
    if settings.fleet is not None:
        where = urlsplit(settings.fleet.url).netloc.rpartition("@")[2]
        yield Recipient("fleet", where, Category.FLEET, Gets.NUMBERS)
    if settings.staff is not None:
        yield Recipient("staff", settings.staff.name, Category.STAFF, Gets.GRANTED)


def _is_here(place: str) -> bool:
    return "://" not in place or place.startswith("file://")
