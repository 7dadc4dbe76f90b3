"""What forms do: the same as the operations, for browsers without JavaScript too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from unhear.household.data_rights import Denial
from unhear.household.family import Device
from unhear.household.limits import Bedtime, Limit
from unhear.household.retention import DeviceKind, Retention
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose, TraceId
from unhear.web.api.consents import (
    Whether,
    delete_as,
    drop_as,
    give_as,
    known_person,
    require_all,
    stop_as,
)
from unhear.web.api.devices import NewDevice, Pairing
from unhear.web.api.devices import pair as begin_pairing
from unhear.web.api.fields import HEX_ID
from unhear.web.api.learning import Learnable
from unhear.web.api.learning import forget_as as forget_learned_as
from unhear.web.api.requests import Answer, Decision, decide_as
from unhear.web.api.staff import staffed
from unhear.web.pages.qr import qr_picture
from unhear.web.pages.render import back_to, page
from unhear.web.problems import Problem
from unhear.web.sessions import same
from unhear.web.signed_in import NOT_FROM_OUR_PAGE, SIGN_IN, STEP_UP, SignedIn, guardian_of
from unhear.web.signing_in import sign_out_here
from unhear.web.subscribing import forget_browser

router = APIRouter(include_in_schema=False)

WRONG = Problem(422, "not-understood", "Something in the form cannot be used; check it.")
MINUTES_A_HOUR = 60


def _guardian(request: Request, csrf: Annotated[str, Form()] = "") -> SignedIn:
    signed = guardian_of(request)
    if signed is None:
        raise SIGN_IN
    if not same(csrf, signed.csrf):
        raise NOT_FROM_OUR_PAGE
    return signed


def _fresh(signed: Annotated[SignedIn, Depends(_guardian)]) -> SignedIn:
    if not signed.house.sign_ins.is_fresh(signed.session):
        raise STEP_UP
    return signed


Guardian = Annotated[SignedIn, Depends(_guardian)]
FreshGuardian = Annotated[SignedIn, Depends(_fresh)]
Text = Annotated[str, Form(max_length=100)]
Word = Annotated[str, Form(max_length=200)]


@router.post("/today/forget")
def forget(signed: Guardian, recording: Text) -> Response:
    """Forget one recording."""
    if HEX_ID.fullmatch(recording) is None:
        raise WRONG
    scope = Scope(recordings=frozenset({TraceId(bytes.fromhex(recording))}))
    signed.house.forgetter.forget(signed.house.household.id, scope)
    return back_to("/receipts")


@router.post("/today/forget-all")
def forget_all(signed: FreshGuardian, person: Text = "", device: Text = "") -> Response:
    """Forget everything, or everything of a person or a device."""
    scope = Scope(
        person=PersonId(person) if person else None, device=DeviceId(device) if device else None
    )
    signed.house.forgetter.forget(signed.house.household.id, scope)
    return back_to("/receipts")


@router.post("/family/add")
def add_person(signed: FreshGuardian, name: Text, kind: Annotated[PersonKind, Form()]) -> Response:
    """Add somebody who lives here, or is a guest."""
    if not name.strip():
        raise WRONG
    signed.house.family.add(name.strip(), kind)
    signed.house.household = signed.house.family.read()
    return back_to("/family")


@router.post("/family/remove")
def remove_person(signed: FreshGuardian, person: Text) -> Response:
    """Erase everything of somebody, and that they live here."""
    signed.house.family.remove(PersonId(person))
    signed.house.household = signed.house.family.read()
    return back_to("/receipts")


@router.post("/family/limit")
def limit(
    signed: Guardian,
    person: Text,
    *,
    skill: Annotated[tuple[str, ...], Form()] = (),
    everything: Text = "",
    since: Text = "",
    until: Text = "",
) -> Response:
    """Say what somebody may ask for, and until when."""
    who, house = PersonId(person), signed.house
    if house.household.person(who) is None:
        raise WRONG
    try:
        bedtime = Bedtime(minutes(since), minutes(until)) if since and until else None
    except ValueError:
        raise WRONG from None
    known = {one.name for one in house.skills.all()}
    skills = None if everything == "on" else frozenset(skill) & known
    if skills is None and bedtime is None:
        house.household = house.family.clear_limit(who)
    else:
        house.household = house.family.set_limit(Limit(who, skills, bedtime))
    return back_to("/family")


@router.post("/consent/give")
def consent(signed: FreshGuardian, person: Text, purpose: Annotated[Purpose, Form()]) -> Response:
    """Consent to one purpose for one person."""
    give_as(signed, known_person(signed, person), (purpose,))
    return back_to("/consent")


@router.post("/consent/stop")
def stop(signed: Guardian, person: Text, purpose: Annotated[Purpose, Form()]) -> Response:
    """Say no to one purpose for one person."""
    stop_as(signed, known_person(signed, person), purpose)
    return back_to("/consent")


@router.post("/consent/delete")
def delete(signed: Guardian, person: Text, purpose: Annotated[Purpose, Form()]) -> Response:
    """Erase what is kept of one person for one purpose."""
    delete_as(signed, known_person(signed, person), purpose)
    return back_to("/receipts")


@router.post("/consent/drop")
def consent_drop(signed: Guardian, reference: Text) -> Response:
    """Erase a request for consent that waits."""
    drop_as(signed, reference)
    return back_to("/consent")


@router.post("/consent/all-guardians")
def all_guardians(signed: FreshGuardian, on: Text = "") -> Response:
    """Say whether every guardian must consent for a child."""
    require_all(signed, Whether(all_guardians=on == "on"))
    return back_to("/consent")


@router.post("/learning/forget")
def forget_learned(
    signed: Guardian, purpose: Annotated[Learnable, Form()], person: Text = ""
) -> Response:
    """Forget what was learned for a purpose, of somebody or, for "", of everybody."""
    forget_learned_as(signed, purpose, person or None)
    return back_to("/receipts?kind=erasure")


@router.post("/devices/change")
def change_device(
    signed: Guardian,
    name: Text,
    room: Text = "",
    person: Text = "",
    listens: Text = "",
) -> Response:
    """Change a device's room, whose it is, and whether it listens."""
    house, device = signed.house, DeviceId(name)
    owner = PersonId(person) if person else None
    if owner is not None and house.household.person(owner) is None:
        raise WRONG
    known = house.household.device(device) or Device(device, DeviceKind.VOICE)
    house.household = house.family.set_device(known.placed(room=room or known.room, person=owner))
    house.household = house.family.set_listening(device, on=listens == "on")
    return back_to("/devices")


@router.post("/devices/pair")
def pair_device(
    request: Request, signed: Guardian, name: Text, room: Text = "", person: Text = ""
) -> Response:
    """Show the code with which another browser becomes a device."""
    wanted = NewDevice(name=name, room=room or None, person=person)
    return show_code(request, signed, begin_pairing(signed, wanted), "devices")


@router.post("/devices/remove")
def remove_device(signed: Guardian, name: Text) -> Response:
    """Let a browser be no device any more."""
    signed.house.household = signed.house.family.remove_device(DeviceId(name))
    return back_to("/devices")


@router.post("/keeping")
def keeping(
    signed: Guardian, days: Annotated[int, Form()], child_profile_days: Annotated[int, Form()]
) -> Response:
    """Change how long things stay."""
    house = signed.house
    try:
        stay = Retention(days, house.household.retention.rules, child_profile_days)
    except ValueError as error:
        raise Problem(422, "too-long", f"{error}.") from None
    house.household = house.family.set_retention(stay)
    return back_to("/keeping")


@router.post("/receipts/request")
def decide_request(
    signed: FreshGuardian,
    request: Text,
    answer: Annotated[Answer, Form()],
    why: Annotated[Denial, Form()] = Denial.OTHER,
    person: Text = "",
) -> Response:
    """Decide what an agent asked for; where that is a copy, go where one is made."""
    if HEX_ID.fullmatch(request) is None:
        raise WRONG
    wanted = Decision(answer=answer, why=why, person=person)
    receipt = decide_as(signed, TraceId(bytes.fromhex(request)), wanted)
    makes_copy = answer is Answer.AGREE and receipt is None
    return back_to("/account#copy" if makes_copy else "/receipts")


@router.post("/receipts/take-back")
def take_back(signed: Guardian, grant: Text) -> Response:
    """Take back what was shared with somebody."""
    signed.house.grants.take_back(_trace(grant))
    return back_to("/receipts")


@router.post("/access/refuse")
def refuse_staff(signed: Guardian, request: Text, word: Word = "") -> Response:
    """Refuse what staff ask for."""
    staffed(signed.home).access.refuse(signed.person.id, _trace(request), word.strip())
    return back_to("/access")


@router.post("/access/revoke")
def revoke_from_staff(signed: Guardian, grant: Text) -> Response:
    """End what was granted to staff."""
    staffed(signed.home).access.revoke(_trace(grant))
    return back_to("/access#looks")


@router.post("/sign-out")
def sign_out(request: Request, signed: Guardian) -> Response:
    """Sign out; this browser is told nothing any more."""
    response = back_to("/sign-in")
    forget_browser(signed.house, request, response)
    sign_out_here(signed, response)
    return response


def show_code(request: Request, signed: SignedIn, made: Pairing, back: str) -> Response:
    """Show a code that pairs another browser, and lead back to a page."""
    picture = qr_picture(made.url)
    return page(
        request, "pairing", signed, code=made.code, url=made.url, picture=picture, back=back
    )


def minutes(time: str) -> int:
    """Answer the minutes since midnight of a time such as 19:30. Raises `ValueError`."""
    hours, _, minutes = time.partition(":")
    return int(hours) * MINUTES_A_HOUR + int(minutes)


def _trace(text: str) -> TraceId:
    if HEX_ID.fullmatch(text) is None:
        raise WRONG
    return TraceId(bytes.fromhex(text))
