"""A real browser films for a real house: paired, seen, kept as it was coded, muted, refused."""

import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import av
import pytest
from av.container import InputContainer
from playwright.sync_api import Page, expect
from websockets import Origin
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.cameras.films import pedestrians_as_mjpeg
from tests.cameras.test_at_work import kept
from tests.cameras.watching import until
from tests.home import PASSPHRASE
from tests.web.browser import Browser, browser
from tests.web.consoles import API, Console, console
from tests.web.test_today import sign_in
from unhear.cameras.at_work import CamerasAtWork, watching
from unhear.engines.sight import analyser
from unhear.house.watched import CameraState
from unhear.household.cameras import Area
from unhear.household.words import DeviceId, PersonId, Seen, TraceId
from unhear.keep import age
from unhear.keep import identity as identities
from unhear.web import security

pytestmark = pytest.mark.tools

SHELF = DeviceId("shelf")
CLOCK = Area(0, 0, 1, 0.15)
"""Where the browser's camera shows one."""

BLACK_MAX = 20
PATIENCE = 60
TRACKS = """
window.tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (what) => {
  const stream = await open(what);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
LIVE_KINDS = """
() => window.tracks.filter((one) => one.readyState === "live").map((one) => one.kind).sort()
"""


@dataclass
class Filmed:
    """A house at work."""

    console: Console
    at_work: CamerasAtWork

    def decide(self, **decided: object) -> None:
        house = self.console.house
        camera = replace(house.cameras.decided(SHELF), **decided)  # type: ignore[arg-type]
        house.household = house.cameras.decide(camera)

    def here(self) -> bool:
        self.at_work.tick()
        return self.console.house.cameras.connected() == {SHELF}

    def clip(self, seconds: float, seen: Seen) -> TraceId:
        """Answer a clip that is so long and shows that, once there is one.

        Where it is to show a ring, somebody rings.
        """
        house = self.console.house

        def found() -> object:
            if seen is Seen.RING:
                house.cameras.rang(SHELF)
            return kept(house, seconds=seconds, seen=seen)()

        until(found, what="a clip")
        return next(one.id for one in house.catalogue.recordings() if one.utterance.seen)

    def film(self, clip: TraceId) -> InputContainer:
        house = self.console.house
        identity = house.identity.open_with_passphrase(PASSPHRASE)
        pieces = [age.decrypt(piece, [identity]) for piece in house.clips.pieces(clip)]
        return av.open(io.BytesIO(b"".join(pieces)), "r")

    def code(self, name: str = SHELF) -> str:
        with closing(self.console.guardian()) as ada:
            wanted = {"name": name, "room": "hall"}
            answer = ada.post(f"{API}/cameras/pairings", json=wanted)
        assert answer.status_code == 201, answer.text
        code: str = answer.json()["code"]
        return code


@pytest.fixture
def filmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Filmed]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with console(tmp_path) as served, watching(served.house, analyser) as at_work:
        yield Filmed(served, at_work)


def phone_of(opened: Browser, filmed: Filmed) -> Page:
    """Open the page of a phone that was paired, and start it."""
    page = opened.page(prf=None)
    page.add_init_script(TRACKS)
    page.goto(f"{filmed.console.url}/pair#{filmed.code()}")
    page.get_by_role("button", name="Add this device").click()
    page.get_by_role("button", name="Start").click()
    until(filmed.here, what="the phone's film")
    return page


@pytest.mark.slow
def test_a_phone_is_added_films_and_what_happens_is_kept_as_it_was_coded(
    filmed: Filmed, tmp_path: Path
) -> None:
    house = filmed.console.house
    filmed.console.keep()
    # What turns before the browser's own camera is something that is used to, within seconds.
    people = pedestrians_as_mjpeg(tmp_path / "people.mjpeg", seconds=20, width=1280, height=720)
    with browser(films=people) as opened:
        page = opened.page(prf=None)
        sign_in(page, filmed.console.url)
        page.get_by_role("link", name="Cameras").click()
        page.get_by_label("Name").fill(SHELF)
        page.get_by_label("Room").fill("hall")
        page.get_by_role("button", name="Show the code").click()
        code = page.locator(".code").inner_text()
        page.goto(f"{filmed.console.url}/pair#{code}")
        page.get_by_role("button", name="Add this device").click()
        expect(page.get_by_role("heading", name=SHELF)).to_be_visible()
        page.get_by_role("button", name="Start").click()
        until(filmed.here, what="the phone's film")
        expect(page.get_by_role("status").first).to_have_text(
            "Connected and switched off: nothing is kept."
        )
        assert page.locator("video").evaluate("v => v.getBoundingClientRect().right") <= 390
        assert house.cameras.named[SHELF].room == "hall"
        assert house.cameras.picture(house.household.people[0].id, SHELF)[:2] == b"\xff\xd8"
        filmed.decide(on=True, sensitivity=1)
        expect(page.get_by_role("status").first).to_have_text("Film is being kept now")
        expect(page.locator("[data-part=light]")).to_have_attribute("data-filming", "true")
        clip = filmed.clip(4, Seen.MOTION)
        page.get_by_role("button", name="Stop").click()
        until(lambda: house.cameras.state(SHELF) is CameraState.AWAY, what="its end")
    with filmed.film(clip) as film:
        pictures, coding = list(film.decode(video=0)), film.streams.video[0].codec_context
        assert (coding.name, coding.profile, coding.width) == ("h264", "Constrained Baseline", 1280)
        assert len(pictures) > 4 * 5
        assert not film.streams.audio
        brightest = max(int(frame.to_ndarray(format="gray").max()) for frame in pictures)
        assert brightest > 100


@pytest.mark.slow
def test_switched_off_it_keeps_nothing_and_what_is_private_is_black(filmed: Filmed) -> None:
    house = filmed.console.house
    with browser(films=True) as opened:
        phone_of(opened, filmed)
        with house.cameras.live(PersonId("ada"), SHELF) as pieces:
            for _ in range(20):
                assert next(pieces)
        assert not house.catalogue.recordings()
        filmed.decide(on=True, private=(CLOCK,))
        clip = filmed.clip(2, Seen.RING)
    with filmed.film(clip) as film:
        for frame in film.decode(video=0):
            grey = frame.to_ndarray(format="gray")
            hidden = round(frame.height * CLOCK.bottom)
            assert grey[:hidden].max() <= BLACK_MAX
            assert grey[hidden:].max() > 100


def live_kinds(filmed: Filmed) -> list[str]:
    """Answer of what kinds the tracks of the film are that is seen live now."""
    house = filmed.console.house
    until(filmed.here, what="the phone's film")
    with house.cameras.live(PersonId("ada"), SHELF) as pieces:
        film = b"".join(piece for piece, _ in zip(pieces, range(20), strict=False))
    with av.open(io.BytesIO(film), "r") as file:
        return sorted({packet.stream.type for packet in file.demux() if packet.size})


@pytest.mark.slow
def test_it_is_heard_only_where_it_may_be_and_nobody_muted_it(filmed: Filmed) -> None:
    with browser(films=True) as opened:
        page = phone_of(opened, filmed)
        expect(page.get_by_text("Nothing is heard.")).to_be_visible()
        assert page.evaluate(LIVE_KINDS) == ["video"]
        filmed.decide(hears=True)
        expect(page.get_by_text("Sound is heard too.")).to_be_visible()
        page.wait_for_function(f"() => ({LIVE_KINDS})().length === 2")
        until(lambda: live_kinds(filmed) == ["audio", "video"], what="its sound")
        page.get_by_role("button", name="Mute").click()
        expect(page.get_by_text("Nothing is heard.")).to_be_visible()
        until(lambda: live_kinds(filmed) == ["video"], what="silence")
        assert page.evaluate(LIVE_KINDS) == ["video"]


@pytest.mark.slow
def test_the_phone_shows_that_somebody_sees_it_live(filmed: Filmed) -> None:
    cameras = filmed.console.house.cameras
    [guardian] = filmed.console.house.household.guardians
    with browser(films=True) as opened:
        page = phone_of(opened, filmed)
        seen = page.get_by_text("Somebody of the household is looking now")
        expect(seen).to_be_hidden()
        with cameras.live(guardian, SHELF) as film:
            assert next(film)
            expect(seen).to_be_visible()
        expect(seen).to_be_hidden()


def test_strangers_and_nonsense_are_refused(filmed: Filmed) -> None:
    address = filmed.console.url.replace("http:", "ws:") + "/film/call"
    own = Origin(filmed.console.url)
    with closing(filmed.console.client()) as phone:
        answer = phone.post(f"{API}/devices/pairings/finish", json={"code": filmed.code()})
        cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
        with closing(filmed.console.guardian()) as ada:
            made = ada.post(f"{API}/devices/pairings", json={"name": "tablet"}).json()["code"]
        answer = phone.post(f"{API}/devices/pairings/finish", json={"code": made})
        voice = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
    filmed.at_work.tick()
    for origin, headers in ((own, {}), (own, voice), (Origin("http://elsewhere"), cookie)):
        with pytest.raises(InvalidStatus, match="403"):
            connect(address, origin=origin, additional_headers=headers)
    with pytest.raises(InvalidStatus, match="403"):
        connect(address.replace("film/call", "voice"), origin=own, additional_headers=cookie)
    for offer in ("nonsense", "v=0\r\n", OTHER_CODEC):
        with connect(address, origin=own, additional_headers=cookie) as socket:
            assert json.loads(socket.recv(PATIENCE)) == {"hears": False}
            socket.send(json.dumps({"offer": offer}))
            with pytest.raises(ConnectionClosed, match="1003"):
                socket.recv(PATIENCE)


OTHER_CODEC = "\r\n".join(
    (
        "v=0",
        "o=- 1 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx",
        "a=fingerprint:sha-256 " + ":".join(["00"] * 32),
        "a=setup:actpass",
        "a=mid:0",
        "a=sendonly",
        "a=rtcp-mux",
        "a=rtpmap:96 VP8/90000",
        "",
    )
)
"""An offer of pictures that films of the house cannot hold."""


@pytest.mark.slow
def test_a_camera_that_is_removed_is_none_and_all_that_was_decided_is_forgotten(
    filmed: Filmed,
) -> None:
    house = filmed.console.house
    with browser(films=True) as opened, closing(filmed.console.guardian()) as ada:
        page = phone_of(opened, filmed)
        filmed.decide(on=True)
        assert ada.post(f"{API}/devices/pairings", json={"name": SHELF}).status_code == 409
        assert ada.delete(f"{API}/cameras/{SHELF}").status_code == 204
        filmed.at_work.tick()
        assert house.cameras.named == {}
        expect(page.get_by_role("status").first).to_have_text("Not connected. Trying again…")
        assert not house.household.camera(SHELF).on
        opened.complaints.clear()  # the browser tells each time that it is turned away
        page.get_by_role("button", name="Stop").click()
        opened.complaints.clear()
