"""What a camera says of itself over ONVIF: where its film and pictures are, what it can notice."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from unhear.cameras.onvif_topics import BELLS, MOTIONS
from unhear.cameras.soap import ANSWER_SECONDS_MAX, Login, OnvifAway, signed_in, telling

SUB_WIDTH_MIN = 320
"""A smaller picture shows nobody."""

PROFILES_MAX = 16
STREAM = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


@dataclass(frozen=True, slots=True)
class OnvifDevice:
    """A camera as it describes itself.

    `main` is where its largest picture streams, `sub` a smaller one, if it has one, `snapshot`
    where it answers single pictures. None of them holds a name or a password.
    """

    main: str
    sub: str | None
    snapshot: str | None
    has_doorbell: bool
    notices_motion: bool


async def describe(login: Login) -> OnvifDevice:
    """Ask a camera what it is. Raises `OnvifAway` and `OnvifRefused`."""
    async with signed_in(login) as camera:
        with telling():
            async with asyncio.timeout(2 * ANSWER_SECONDS_MAX):
                media = await camera.create_media_service()
                profiles = _by_size(await media.GetProfiles())
                if not profiles:
                    raise OnvifAway("the camera has no film to show")
                main, small = profiles[-1], _small(profiles)
                streams = [await _stream(media, one, login) for one in (main, small)]
                snapshot = await _snapshot(media, main, login)
                topics = await _topics(camera)
    if streams[0] is None:
        raise OnvifAway("the camera does not say where its film is")
    return OnvifDevice(
        main=streams[0],
        sub=None if small is main else streams[1],
        snapshot=snapshot,
        has_doorbell=bool(topics & BELLS),
        notices_motion=bool(topics & MOTIONS),
    )


def _by_size(profiles: Iterable[Any]) -> list[Any]:
    """Answer the profiles that have a picture, the smallest first."""
    seen = [one for one in list(profiles)[:PROFILES_MAX] if one.VideoEncoderConfiguration]
    return sorted(seen, key=lambda one: _width(one) * int(_resolution(one).Height))


def _small(profiles: list[Any]) -> Any:
    """Answer the smallest that still shows something."""
    return next((one for one in profiles if _width(one) >= SUB_WIDTH_MIN), profiles[-1])


def _width(profile: Any) -> int:
    return int(_resolution(profile).Width)


def _resolution(profile: Any) -> Any:
    return profile.VideoEncoderConfiguration.Resolution


async def _stream(media: Any, profile: Any, login: Login) -> str | None:
    asked = {"StreamSetup": STREAM, "ProfileToken": profile.token}
    return login.at_home((await media.GetStreamUri(asked)).Uri)


async def _snapshot(media: Any, profile: Any, login: Login) -> str | None:
    """Answer where single pictures are; None for a camera that has none."""
    try:
        with telling():
            answer = await media.GetSnapshotUri({"ProfileToken": profile.token})
    except OnvifAway:
        return None
    return login.at_home(answer.Uri)


async def _topics(camera: Any) -> frozenset[str]:
    """Answer the last words of the topics of its events; none for a camera that has none."""
    try:
        with telling():
            events = await camera.create_events_service()
            properties = await events.GetEventProperties()
    except OnvifAway:
        return frozenset()
    roots = properties.TopicSet._value_1 or []  # noqa: SLF001 - zeep's name for what is not typed
    return frozenset(
        str(element.tag).rpartition("}")[2] for root in roots for element in root.iter()
    )
