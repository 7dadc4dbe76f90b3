"""What a desk's message asks for, read from its `args`."""

from typing import Any

from unhear.access.message import Malformed, Message, moment, text
from unhear.household.staff import HOURS_MAX, Reason, StaffPurpose, Wanted
from unhear.household.words import DeviceId, TraceId

TICKET_LETTERS_MAX, WHY_LETTERS_MAX, DEVICE_LETTERS_MAX = 40, 300, 60
RECORDINGS_MAX = 100
ID_DIGITS = 32


def reason_in(found: Message) -> Reason:
    """Answer why somebody asks, and for how long. Raises `Malformed`."""
    args = found.args
    try:
        purpose = StaffPurpose(str(args.get("purpose")))
    except ValueError:
        raise Malformed(f"purpose is none of {', '.join(StaffPurpose)}") from None
    hours = whole_in(found, "hours")
    if not 1 <= hours <= HOURS_MAX:
        raise Malformed(f"hours is not 1 to {HOURS_MAX}")
    return Reason(
        purpose,
        text(args.get("ticket"), "ticket", TICKET_LETTERS_MAX),
        text(args.get("why"), "why", WHY_LETTERS_MAX),
        hours,
        found.second,
    )


def wanted_in(found: Message) -> Wanted:
    """Answer which recordings somebody asks for. Raises `Malformed`."""
    args = found.args
    recordings = args.get("recordings")
    if recordings is not None:
        if not isinstance(recordings, list) or not 1 <= len(recordings) <= RECORDINGS_MAX:
            raise Malformed(f"recordings is no list of 1 to {RECORDINGS_MAX} ids")
        return Wanted(frozenset(_trace(one, "recordings") for one in recordings))
    since, until = moment(args.get("from"), "from"), moment(args.get("to"), "to")
    if since >= until:
        raise Malformed("to is not later than from")
    device = args.get("device")
    named = None if device is None else DeviceId(text(device, "device", DEVICE_LETTERS_MAX))
    return Wanted(since=since, until=until, device=named)


def id_in(found: Message, name: str) -> TraceId:
    """Answer the id in a field. Raises `Malformed`."""
    return _trace(found.args.get(name), name)


def whole_in(found: Message, name: str) -> int:
    """Answer the whole number in a field. Raises `Malformed`."""
    value = found.args.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed(f"{name} is no whole number")
    return value


def _trace(value: Any, name: str) -> TraceId:
    try:
        trace = bytes.fromhex(value) if isinstance(value, str) and len(value) == ID_DIGITS else b""
    except ValueError:
        trace = b""
    if len(trace) * 2 != ID_DIGITS:
        raise Malformed(f"{name} is no id ({ID_DIGITS} digits in hex)")
    return TraceId(trace)
