"""A browser is told what its guardian chose, from the page to what it shows, and nobody else is."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import httpx2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from playwright.sync_api import Page, Worker, expect

from tests.engines.films import made_scene
from tests.web.browser import Browser, browser
from tests.web.consoles import API, Console, console
from tests.web.push_service import (
    PushService,
    Recipient,
    b64,
    claims_of,
    new_recipient,
    push_service,
    unb64,
)
from tests.web.test_moving import sign_in
from unhear.engines.pictures import small_jpeg, smaller_jpeg
from unhear.forget.traces import new_trace_id
from unhear.house.alerting import PICTURE_BYTES_MAX, message_of
from unhear.house.changes import Outcome, Word
from unhear.household.alerts import Alert, AlertKind
from unhear.household.scope import Scope
from unhear.household.words import WHOEVER_IS_SEEN, DeviceId, Utterance
from unhear.keep import identity as identities
from unhear.keep.notices import Told
from unhear.web import security
from unhear.web.subscribing import COOKIE

SUBSCRIBE = """
Object.defineProperty(Notification, "permission", { get: () => "granted" });
Notification.requestPermission = () => Promise.resolve("granted");
let subscription = null;
const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0)).buffer;
PushManager.prototype.subscribe = function (options) {
  const keys = { p256dh: bytes(%(key)s), auth: bytes(%(auth)s) };
  const { applicationServerKey } = options;
  subscription = {
    endpoint: %(endpoint)s,
    options: { applicationServerKey: applicationServerKey.buffer },
    getKey: (name) => keys[name],
    unsubscribe: () => {
      subscription = null;
      return Promise.resolve(true);
    },
  };
  return Promise.resolve(subscription);
};
PushManager.prototype.getSubscription = () => Promise.resolve(subscription);
"""
"""In place of the browser maker's push service, which a test does not reach."""


@dataclass
class Stage:
    """A console that may send to one push service."""

    served: Console
    service: PushService

    def wanted(self, who: Recipient, *kinds: str, at: str = "/push/1") -> dict[str, Any]:
        return {
            "endpoint": self.service.url + at,
            "key": b64(who.point),
            "auth": b64(who.auth),
            "kinds": list(kinds),
        }

    def subscriptions(self) -> int:
        return len(self.served.house.family.read().subscriptions)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(identities, "SCRYPT_LOG_N", 4)
    monkeypatch.setattr(security, "PROOFS_PER_MINUTE", 1_000)
    with push_service() as service:
        house = tmp_path / "house"
        house.mkdir()
        (house / "settings.toml").write_text(f'push_services = ["{service.url}"]\n')
        with console(tmp_path) as served:
            yield Stage(served, service)


@pytest.fixture
def ada(stage: Stage) -> Iterator[httpx2.Client]:
    with closing(stage.served.guardian()) as client:
        yield client


def switch_on(client: httpx2.Client, wanted: dict[str, Any]) -> httpx2.Response:
    """Switch on as a browser does, which keeps the cookie."""
    answer = client.put(f"{API}/notifications", json=wanted)
    given = answer.headers.get("set-cookie", "").partition(";")[0]
    if given:
        client.headers["cookie"] = f"{client.headers['cookie']}; {given}"
    return answer


def test_what_rings_reaches_the_browser_that_asked(stage: Stage, ada: httpx2.Client) -> None:
    who = new_recipient()
    before = ada.get(f"{API}/notifications").json()
    assert (before["chosen"], before["elsewhere"]) == (None, 0)
    answer = switch_on(ada, stage.wanted(who, "ringing"))
    assert answer.json() == {**before, "chosen": ["ringing"]}
    house = stage.served.house
    house.alerting.tell(Alert(AlertKind.TROUBLE, house.clock()))
    house.rooms.ring("Your timer called purple wheelbarrow is done", DeviceId("kitchen"))
    taken = stage.service.next()
    told = json.loads(who.open(taken.body))
    assert {name: told[name] for name in ("kind", "room", "path")} == {
        "kind": "ringing",
        "room": "kitchen",
        "path": "/talk",
    }
    assert b"wheelbarrow" not in who.open(taken.body)
    assert claims_of(taken.headers["authorization"])[1] == unb64(before["key"])
    assert stage.service.came.empty()


def test_a_browser_is_told_once_and_can_be_told_otherwise(stage: Stage, ada: httpx2.Client) -> None:
    who = new_recipient()
    switch_on(ada, stage.wanted(who, "ringing"))
    switch_on(ada, stage.wanted(who, "trouble", "away"))
    assert ada.get(f"{API}/notifications").json()["chosen"] == ["away", "trouble"]
    assert stage.subscriptions() == 1
    assert ada.delete(f"{API}/notifications").status_code == 204
    assert stage.subscriptions() == 0


def test_who_a_camera_sees_is_shown_small_and_taken_back_with_the_clip(
    stage: Stage, ada: httpx2.Client
) -> None:
    who, house = new_recipient(), stage.served.house
    switch_on(ada, {**stage.wanted(who, "seen"), "pictures": True})
    assert ada.get(f"{API}/notifications").json()["pictures"] is True
    scene = VideoFrame.from_ndarray(made_scene(), format="rgb24")
    clip, now = new_trace_id(), house.clock()
    house.catalogue.keep(
        wav=b"",
        transcript="",
        utterance=Utterance(clip, now, DeviceId("door"), WHOEVER_IS_SEEN),
        keep_until=now + timedelta(days=3),
    )
    still = small_jpeg(scene, (), 480)
    seen = Alert(AlertKind.SEEN, now, "door", clip=clip, picture=still)
    house.alerting.tell(seen)
    told = json.loads(who.open(stage.service.next().body))
    jpeg = unb64(told["picture"])
    with av.open(BytesIO(jpeg), "r", format="mjpeg") as opened:
        [shown] = opened.decode(video=0)
    assert shown.width >= 96
    small = scene.reformat(width=shown.width, height=shown.height, format="gray").to_ndarray()
    assert np.corrcoef(small.ravel(), shown.to_ndarray(format="gray").ravel())[0, 1] > 0.9

    house.forgetter.forget(house.household.id, Scope(recordings=frozenset([clip])))
    told = json.loads(who.open(stage.service.next().body))
    assert (told["clip"], told["gone"], "picture" in told) == (clip.hex(), True, False)


@pytest.mark.parametrize("how", ["operation", "page"])
def test_signing_out_ends_it(stage: Stage, ada: httpx2.Client, how: str) -> None:
    switch_on(ada, stage.wanted(new_recipient(), "ringing"))
    if how == "operation":
        answer = ada.delete(f"{API}/session")
    else:
        answer = ada.post("/sign-out", data={"csrf": ada.headers["x-csrf"]})
    assert f'{COOKIE}=""' in " ".join(answer.headers.get_list("set-cookie"))
    assert stage.subscriptions() == 0


def test_it_outlives_a_session_and_goes_everywhere_at_once(
    stage: Stage, ada: httpx2.Client
) -> None:
    switch_on(ada, stage.wanted(new_recipient(), "ringing"))
    with closing(stage.served.guardian()) as tablet:
        switch_on(tablet, stage.wanted(new_recipient(), "ringing", at="/push/2"))
        assert tablet.get(f"{API}/notifications").json()["elsewhere"] == 1
        stage.served.house.sign_ins.end(lambda _: True)
        assert stage.subscriptions() == 2
    with closing(stage.served.guardian()) as phone:
        assert phone.delete(f"{API}/notifications/everywhere").status_code == 204
    assert stage.subscriptions() == 0


def test_a_browser_that_its_push_service_knows_no_more_is_forgotten(
    stage: Stage, ada: httpx2.Client
) -> None:
    switch_on(ada, stage.wanted(new_recipient(), "ringing"))
    stage.service.answers.append((410, {}))
    house = stage.served.house
    house.alerting.rang("kitchen")
    stage.service.next()
    house.alerting.close()
    assert stage.subscriptions() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "https://router.home/admin"},
        {"endpoint": "http://127.0.0.1:1/"},
        {"key": "AAAA"},
        {"auth": "AAAA"},
        {"kinds": []},
        {"kinds": ["doorbell"]},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(
    stage: Stage, ada: httpx2.Client, change: dict[str, Any]
) -> None:
    wanted = {**stage.wanted(new_recipient(), "ringing"), **change}
    answer = switch_on(ada, wanted)
    assert answer.status_code == 422
    assert stage.subscriptions() == 0


def test_the_page_that_a_question_opens_says_what_it_is(stage: Stage, ada: httpx2.Client) -> None:
    house = stage.served.house
    mia = next(person.id for person in house.household.people if person.name == "Mia")
    word = Word(mia, Told("age_due", {"name": "Mia"}))
    english, german = "until you tell how old Mia is", "bis du sagst, wie alt Mia ist"
    assert english not in ada.get("/consent").text
    house.changes.make(lambda now: Outcome(now, words=(word,)))
    assert english in ada.get("/consent").text
    assert german in ada.get("/consent", headers={"accept-language": "de"}).text
    assert german in ada.get(f"{API}/notices", params={"language": "de"}).json()[-1]["text"]


def test_the_house_keeps_nothing_of_it_in_clear(stage: Stage, ada: httpx2.Client) -> None:
    who = new_recipient()
    switch_on(ada, stage.wanted(who, "ringing", at="/push/capability"))
    folder = stage.served.house.settings.house
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not any(b"capability" in one or who.auth in one for one in kept)


def worker(opened: Browser) -> Worker:
    workers = opened.context.service_workers
    return workers[0] if workers else opened.context.wait_for_event("serviceworker")


def ready_to_subscribe(page: Page, stage: Stage, who: Recipient) -> None:
    endpoint = stage.service.url + "/push/browser"
    values = {
        "key": b64encode(who.point).decode(),
        "auth": b64encode(who.auth).decode(),
        "endpoint": endpoint,
    }
    page.add_init_script(SUBSCRIBE % {name: json.dumps(value) for name, value in values.items()})


def deliver(opened: Browser, page: Page, stage: Stage, message: bytes) -> None:
    """Hand a message to the service worker, as the browser does that got it."""
    cdp = opened.context.new_cdp_session(page)
    found: list[dict[str, Any]] = []

    def updated(told: dict[str, Any]) -> None:
        found.append(told)

    cdp.on("ServiceWorker.workerRegistrationUpdated", updated)
    cdp.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    ids = {
        one["registrationId"]
        for told in found
        for one in told["registrations"]
        if one["scopeURL"].startswith(stage.served.url) and not one["isDeleted"]
    }
    [registration] = ids
    cdp.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": stage.served.url,
            "registrationId": registration,
            "data": message.decode(),
        },
    )


STANDING = """
async (wanted) => {
  for (let look = 0; look < 5; look += 1) {
    await new Promise((done) => setTimeout(done, 400));
    const shown = await self.registration.getNotifications();
    if (shown.length > 1) throw new Error("two stand where one was");
    const [{ title, body, tag, image }] = shown.length ? shown : [{}];
    if (title && (image !== "") === wanted) return { title, body, tag, image };
  }
  return null;
}
"""
"""What stands, once it has a picture or none, as wanted.

Chromium drops a notification that is asked for in the moment before its desktop has it, so it is
asked seldom, and told again if that moment was met all the same.
"""


def standing(
    opened: Browser, page: Page, stage: Stage, message: bytes, *, pictured: bool = False
) -> dict[str, Any]:
    """Deliver a message; what the browser shows of it."""
    while True:
        deliver(opened, page, stage, message)
        found: dict[str, Any] | None = worker(opened).evaluate(STANDING, pictured)
        if found is not None:
            return found


CLICK = """
async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}
"""

CLICK_WITHOUT_A_CONSOLE = """
async () => {
  const all = { type: "window", includeUncontrolled: true };
  while ((await self.clients.matchAll(all)).some(({ url }) => url !== "about:blank")) {
    await new Promise((done) => setTimeout(done, 50));
  }
  const opened = new Promise((done) => { Clients.prototype.openWindow = done; });
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  return opened;
}
"""
"""Only a touch may open a window, and a test has none."""


@pytest.mark.tools
@pytest.mark.parametrize(
    ("language", "title"), [("en-GB", "It rings: kitchen"), ("de-DE", "Es klingelt: kitchen")]
)
def test_a_guardian_switches_it_on_and_is_shown_what_rings(
    stage: Stage, language: str, title: str
) -> None:
    who = new_recipient()
    with browser(language=language) as opened:
        opened.context.grant_permissions(["notifications"], origin=stage.served.url)
        page = opened.page(prf=None)
        ready_to_subscribe(page, stage, who)
        sign_in_in(page, stage, language)
        page.goto(f"{stage.served.url}/account")
        section = page.locator("[data-module=notifications]")
        section.get_by_role("checkbox").first.check()
        section.locator("button[type=submit]").click()
        expect(section.locator("[data-off]")).to_be_visible()
        expect(section.get_by_role("checkbox").first).to_be_checked()
        stage.served.house.alerting.rang("kitchen")
        message = who.open(stage.service.next().body)
        shown = standing(opened, page, stage, message)
        assert shown["title"] == title
        assert shown["tag"] == "ringing"
        assert re.search(r"\d:\d\d", shown["body"])
        worker(opened).evaluate(CLICK)
        page.wait_for_url("**/talk")
        standing(opened, page, stage, message)
        page.goto("about:blank")
        assert worker(opened).evaluate(CLICK_WITHOUT_A_CONSOLE) == "/talk"
        page.goto(f"{stage.served.url}/account")
        section.locator("[data-off]").click()
        expect(section.locator("[data-off]")).to_have_count(0)
        assert stage.subscriptions() == 0


def sign_in_in(page: Page, stage: Stage, language: str) -> None:
    """Sign in where the words may be of another language."""
    if language.startswith("en"):
        sign_in(page, stage.served)
        return
    with closing(stage.served.guardian()) as client:
        name, _, value = client.headers["cookie"].partition("=")
    page.context.add_cookies(
        [{"name": name, "value": value, "url": stage.served.url.replace("http", "https", 1)}]
    )


@pytest.mark.tools
def test_a_picture_is_shown_and_its_place_taken_when_it_is_forgotten(stage: Stage) -> None:
    scene = VideoFrame.from_ndarray(made_scene(), format="rgb24")
    picture = smaller_jpeg(small_jpeg(scene, (), 480), PICTURE_BYTES_MAX)
    seen = Alert(AlertKind.SEEN, stage.served.house.clock(), "door", clip=new_trace_id())
    with browser() as opened:
        opened.context.grant_permissions(["notifications"], origin=stage.served.url)
        page = opened.page(prf=None)
        page.goto(stage.served.url)
        for gone in (False, True):
            shown = None if gone else picture
            said = message_of(replace(seen, gone=gone), shown, pictures=True)
            found = standing(opened, page, stage, said, pictured=not gone)
            coded = b64encode(picture or b"").decode()
            assert found["image"] == ("" if gone else f"data:image/jpeg;base64,{coded}")
            assert ("forgotten" in found["body"]) is gone
