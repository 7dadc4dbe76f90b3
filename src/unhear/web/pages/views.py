"""The pages that show: each reads the house and fills a template."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response

from unhear.clock import day_number
from unhear.forget.kept_receipts import Shown, file_name, hour_of, person_in
from unhear.forget.progress import out_of_reach, progress_of
from unhear.house.notice_text import NoticeKind
from unhear.household.alerts import CHOSEN
from unhear.household.data_rights import Denial
from unhear.household.family import Household
from unhear.household.retention import DeviceKind
from unhear.household.scope import Scope
from unhear.household.words import (
    OPTIONAL,
    UNKNOWN_PERSON,
    WHOEVER_IS_SEEN,
    DeviceId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
)
from unhear.web.api.access import all_access
from unhear.web.api.consents import asked as all_asked
from unhear.web.api.consents import consents as all_consents
from unhear.web.api.devices import all_devices
from unhear.web.api.fields import Trace
from unhear.web.api.grants import all_grants
from unhear.web.api.keeping import keeping as keeping_now
from unhear.web.api.keeping import status as status_now
from unhear.web.api.learning import learning as learning_now
from unhear.web.api.receipts import page_of
from unhear.web.api.recordings import LIMIT_DEFAULT, kept
from unhear.web.api.requests import all_requests
from unhear.web.api.staff import staffed
from unhear.web.api.upkeep import notices as all_notices
from unhear.web.browsers import known_browser
from unhear.web.notices import notice_in
from unhear.web.pages.render import back_to, first_page, language_of, page, words_in
from unhear.web.pairings import device_now
from unhear.web.signed_in import SignedIn, TheHome, guardian_of
from unhear.web.subscribing import told

router = APIRouter(include_in_schema=False)

SHARED_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; media-src blob:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "permissions-policy": "microphone=(), camera=(), geolocation=()",
    "referrer-policy": "no-referrer",
}
"""Stricter than the console's, for the one page whose address holds a key behind its `#`."""


HOURS_OFFERED = (1, 4, 12, 24, 48)
"""For how many hours a guardian can let staff in, if that is fewer than they ask for."""


class SignInFirst(Exception):
    """Somebody who is not signed in asked for a page that shows the household."""


async def sign_in_first(_request: Request, _error: Exception) -> Response:
    """Go and sign in."""
    return back_to("/")


def _guardian(request: Request) -> SignedIn:
    signed = guardian_of(request)
    if signed is None:
        raise SignInFirst
    return signed


Guardian = Annotated[SignedIn, Depends(_guardian)]


@router.get("/")
def first(request: Request, home: TheHome) -> Response:
    """Go where somebody who names no page is to go."""
    return back_to(first_page(home, guardian_of(request)))


@router.get("/setup")
def setup(request: Request, home: TheHome) -> Response:
    """Make the household."""
    return back_to("/") if home.ready else page(request, "setup", None)


@router.get("/sign-in")
def sign_in(request: Request, home: TheHome) -> Response:
    """Sign in. A browser in which somebody did before is told their name, and no other is."""
    if not home.ready:
        return back_to("/setup")
    household = home.house.household
    known = known_browser(request, household)
    person = None if known is None else household.person(known.person)
    return page(request, "sign-in", None, only="" if person is None else person.name)


@router.get("/pair")
def pair(request: Request) -> Response:
    """Become a device of the house."""
    return page(request, "pair", None)


@router.get("/paired")
def paired(request: Request, home: TheHome) -> Response:
    """Go where a browser that was just paired does its work."""
    camera = device_now(request, home.house, DeviceKind.CAMERA)
    return back_to("/talk" if camera is None else "/film")


@router.get("/shared/{grant}")
def shared(request: Request, grant: Trace) -> Response:
    """Show somebody who does not live here what a guardian shares, as its script finds it."""
    shown = page(request, "shared", None, grant=grant.hex())
    shown.headers.update(SHARED_HEADERS)
    return shown


@router.get("/today")
def today(request: Request, signed: Guardian, person: str = "", device: str = "") -> Response:
    """Show everything that was kept, newest first."""
    scope = Scope(
        person=PersonId(person) if person else None, device=DeviceId(device) if device else None
    )
    house = signed.house
    found = house.catalogue.newest(None, LIMIT_DEFAULT, scope)
    people = names(house.household)
    t = words_in(language_of(request))
    who = {**people, WHOEVER_IS_SEEN: t("today_cameras")} if house.cameras.named else people
    return page(
        request,
        "today",
        signed,
        recordings=[kept(one) for one in found],
        count=house.catalogue.extent()[0],
        people=people,
        who=who,
        devices=[*(one.name for one in all_devices(signed)), *sorted(house.cameras.named)],
        chosen_person=person,
        chosen_device=device,
        out_of_reach=out_of_reach(house.forgetter.horizon_days, house.clock()),
        zone=house.settings.zone,
    )


@router.get("/talk")
def talk(request: Request, home: TheHome) -> Response:
    """Speak to the house, from a guardian's browser or one that was paired."""
    signed = guardian_of(request)
    if signed is None and (not home.ready or device_now(request, home.house) is None):
        raise SignInFirst
    return page(
        request, "talk", signed, wake_word=home.settings.wake_word.replace("_", " ").title()
    )


@router.get("/family")
def family(request: Request, signed: Guardian) -> Response:
    """Show who lives here, and what each may do."""
    household = signed.house.household
    return page(
        request,
        "family",
        signed,
        people=household.people,
        limits={limit.who: limit for limit in household.limits},
        skills=sorted(skill.name for skill in signed.house.skills.all()),
        kinds=list(PersonKind),
    )


@router.get("/notice")
def notice(request: Request, home: TheHome, kind: NoticeKind = NoticeKind.ONLINE) -> Response:
    """Show a notice to parents, made from what this house enforces.

    Who is not signed in is shown the online notice and the retention policy; the direct one names
    guardians.
    """
    signed = guardian_of(request)
    if signed is None and kind is NoticeKind.DIRECT:
        raise SignInFirst
    made = notice_in(home, kind, language_of(request))
    kinds = [one for one in NoticeKind if signed is not None or one is not NoticeKind.DIRECT]
    return page(request, "notice", signed, notice=made, kinds=kinds)


@router.get("/consent")
def consent(request: Request, signed: Guardian) -> Response:
    """Show what may be done with what people say."""
    found = all_consents(signed)
    return page(
        request,
        "consent",
        signed,
        people=names(signed.house.household),
        purposes=OPTIONAL,
        asked=all_asked(signed),
        states={(one.person, one.purpose.value): one for one in found.consents},
        notice=found.notice,
        all_guardians=found.all_guardians,
        house_told=list(reversed(all_notices(signed, language_of(request)))),
    )


@router.get("/learning")
def learning(request: Request, signed: Guardian) -> Response:
    """Show what was learned, of whom, and how much it helps."""
    found = learning_now(signed)
    teachers: dict[Purpose, set[str]] = {}
    for one in found.subjects:
        if one.taught_by:
            teachers.setdefault(one.purpose, set()).update(one.taught_by)
    return page(
        request,
        "learning",
        signed,
        found=found,
        teachers=teachers,
        people=names(signed.house.household),
        known_by_voice=_known_by_voice(signed),
        out_of_reach=out_of_reach(signed.house.forgetter.horizon_days, signed.house.clock()),
    )


@router.get("/devices")
def devices(request: Request, signed: Guardian) -> Response:
    """Show what hears and sees."""
    people = names(signed.house.household)
    return page(request, "devices", signed, devices=all_devices(signed), people=people)


@router.get("/keeping")
def keeping(request: Request, signed: Guardian) -> Response:
    """Show how long things stay, and what is kept."""
    return page(request, "keeping", signed, keeping=keeping_now(signed))


@router.get("/receipts")
def receipts(
    request: Request, signed: Guardian, kind: Shown | Literal[""] = "", before: str | None = None
) -> Response:
    """Show the receipts, a page at a time, and how far erasures have come."""
    house = signed.house
    found, more = page_of(signed, kind or None, before)
    today = day_number(house.clock())
    erasures = progress_of(house.database, house.keeper, house.household.id, today)
    return page(
        request,
        "receipts",
        signed,
        receipts=found,
        kinds=list(Shown),
        chosen=kind,
        more=more,
        people=names(house.household),
        person_in=person_in,
        file_name=file_name,
        key=str(house.ledger.key),
        hour_of=hour_of,
        moment_of=lambda at: datetime.fromisoformat(at).astimezone(house.settings.zone),
        waiting=[one for one in erasures if one.waits_for],
        grants=all_grants(signed),
        staff_looks={one.entry: one for one in house.access.looks()},
        requests=all_requests(signed),
        denials=list(Denial),
    )


@router.get("/access")
def access(request: Request, signed: Guardian) -> Response:
    """Show which staff ask to see or hear what, and what they looked at."""
    house = staffed(signed.home)
    return page(
        request,
        "access",
        signed,
        found=all_access(signed),
        operator="" if house.settings.staff is None else house.settings.staff.name,
        people=names(house.household),
        choices=lambda most: sorted({*(h for h in HOURS_OFFERED if h < most), most}),
    )


@router.get("/status")
def status(request: Request, signed: Guardian) -> Response:
    """Show how the house is."""
    return page(request, "status", signed, status=status_now(signed))


@router.get("/account")
def account(request: Request, signed: Guardian) -> Response:
    """Show one's own passkeys, what this browser is told, and how to sign out."""
    household = signed.house.household
    own = [key for key in household.passkeys if key.person == signed.person.id]
    has_passphrase = signed.house.identity.by_passphrase is not None
    return page(
        request,
        "account",
        signed,
        passkeys=own,
        names=[household.name, *(person.name for person in household.people)],
        has_passphrase=has_passphrase,
        told=told(request, household, signed.person.id),
        alert_kinds=list(CHOSEN),
    )


def _known_by_voice(signed: SignedIn) -> list[Person]:
    """Answer who may be known by their voice."""
    household, now = signed.house.household, signed.house.clock()
    return [
        person
        for person in household.people
        if household.consent(person.id, Purpose.IDENTIFY, now) is not None
    ]


def names(household: Household) -> dict[str, str]:
    """Answer what the people are called, by their ids; unknown voices too, as ""."""
    return {UNKNOWN_PERSON: "", **{person.id: person.name for person in household.people}}
