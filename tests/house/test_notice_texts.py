"""What the notices say is what the house does, no more and no less."""

import ast
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cli.program import unhear
from tests.home import NOON
from tests.skills.conversation import SKILLS, Talk
from unhear.answer.skill import Sending
from unhear.forget.kept_receipts import RECEIPT_YEARS
from unhear.house.consent_methods import find_methods
from unhear.house.conversation import REMEMBERED_FOR
from unhear.house.notice_facts import IN_USE, facts_of, in_use, recipients_of
from unhear.house.notice_text import CLAUSES, WORDS, NoticeKind, NoticeText, languages, notice_text
from unhear.household.cameras import Camera
from unhear.household.consent import Consent
from unhear.household.family import Device, Household
from unhear.household.learning import LEARNED_FOR
from unhear.household.notice import (
    Category,
    Facts,
    Filmed,
    Gets,
    Recipient,
    Stay,
    material_changes,
)
from unhear.household.policy import (
    UNWRITTEN_FOR,
    decide,
    decide_film,
    remembering,
    teaching,
)
from unhear.household.retention import CEILINGS, DAYS_MAX, DeviceKind, Retention, RetentionRule
from unhear.household.words import (
    OPTIONAL,
    UNKNOWN_PERSON,
    DeviceId,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
    TraceId,
    Utterance,
)
from unhear.keep.notices import NOTICE_DAYS
from unhear.settings import (
    CameraSettings,
    MqttSettings,
    OperatorSettings,
    Settings,
    StaffSettings,
    WitnessSettings,
)
from unhear.skills.home import HomeControl
from unhear.skills.home.mqtt import Mqtt

METHODS = find_methods()
LANGUAGES = ("de", "en")
PATIENCE = 60


def words(language: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((WORDS / f"{language}.yaml").read_text())
    return content


WORDS_OF = {language: words(language) for language in LANGUAGES}


@st.composite
def rules(draw: st.DrawFn) -> RetentionRule:
    person = draw(st.none() | st.sampled_from(PersonKind))
    device = draw(st.none() | st.sampled_from(DeviceKind))
    ceilings = [CEILINGS.get(kind, DAYS_MAX) for kind in (person, device) if kind is not None]
    ceiling = min([DAYS_MAX, *ceilings])
    days, purpose = draw(st.integers(1, ceiling)), draw(st.none() | st.sampled_from(Purpose))
    return RetentionRule(days, purpose, person, device)


@st.composite
def households(draw: st.DrawFn) -> Household:
    """Answer a household in which everybody has consented to everything."""
    kinds = [PersonKind.GUARDIAN, *draw(st.sets(st.sampled_from(PersonKind)))]
    people = tuple(Person(PersonId(f"p{n}"), f"Name {n}", kind) for n, kind in enumerate(kinds))
    devices = draw(st.sets(st.sampled_from(DeviceKind)))
    return Household(
        id=HouseholdId(bytes(16)),
        name="Home",
        people=people,
        consents=tuple(
            Consent(person, purpose, "terminal", NOON)
            for person in (*(p.id for p in people), UNKNOWN_PERSON)
            for purpose in OPTIONAL
        ),
        retention=Retention(
            draw(st.integers(1, DAYS_MAX)),
            tuple(draw(st.lists(rules(), max_size=4))),
            draw(st.integers(1, 365)),
        ),
        devices=tuple(Device(DeviceId(kind), kind) for kind in devices),
    )


def text_of(kind: NoticeKind, facts: Facts, language: str = "en") -> NoticeText:
    return notice_text(kind, facts, language=language, names=("Ada",), url="https://a.example/n")


def stays_in(text: str, language: str) -> set[tuple[str, str, str, int]]:
    """Read the figures back: what, of whom, by what, how many days."""
    spoken = WORDS_OF[language]
    pattern = re.escape(spoken["stay"])
    for name, values in (
        ("thing", spoken["things"]),
        ("people", spoken["people"]),
        ("device", spoken["devices"]),
        ("days", spoken["day"]),
    ):
        any_of = "|".join(
            re.escape(value).replace(r"\{count\}", r"\d+") for value in values.values()
        )
        pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{any_of})")
    found = set()
    for line in text.splitlines():
        if read := re.fullmatch(pattern, line):
            days = int(re.sub(r"\D", "", read["days"]))
            found.add((read["thing"], read["people"], read["device"], days))
    return found


def stays_done(household: Household, language: str) -> set[tuple[str, str, str, int]]:
    """Ask the house itself, for everybody that there could be and every device that there is.

    A browser that was paired as a camera is no device that can be spoken to.
    """
    spoken, found = WORDS_OF[language], set()
    devices = {DeviceKind.VOICE: DeviceId("kitchen")} | {
        one.kind: one.id for one in household.devices if one.kind is not DeviceKind.CAMERA
    }
    for kind in PersonKind:
        someone = Person(PersonId("someone"), "Someone", kind)
        consents = tuple(replace(consent, person=someone.id) for consent in household.consents)
        lived_in = replace(household, people=(*household.people, someone), consents=consents)
        found |= _stays_of(lived_in, someone.id, spoken["people"][kind], devices, spoken)
    return found | _stays_of(
        household, UNKNOWN_PERSON, spoken["people"]["unknown"], devices, spoken
    )


def _stays_of(
    household: Household,
    person: PersonId,
    people: str,
    devices: dict[DeviceKind, DeviceId],
    spoken: dict[str, Any],
) -> set[tuple[str, str, str, int]]:
    found = set()
    for kind, device in devices.items():
        decision = decide(household, person, NOON, device)
        if decision.keep_until is not None:
            days = (decision.keep_until - NOON).days
            found.add((spoken["things"]["keep"], people, spoken["devices"][kind], days))
        memory = remembering(household, person, NOON, device)
        if memory.written:
            days = memory.stay.days
            found.add((spoken["things"]["respond"], people, spoken["devices"][kind], days))
        for purpose in LEARNED_FOR - {Purpose.FLEET}:  # no fleet is set
            stay = teaching(household, Utterance(TraceId(b""), NOON, device, person), purpose)
            if stay is not None:
                thing = spoken["things"][purpose.value]
                found.add((thing, people, spoken["devices"][kind], stay.days))
    return found


@settings(max_examples=200, deadline=None)
@given(households(), st.sampled_from(LANGUAGES))
def test_every_figure_in_the_text_is_enforced_and_every_enforced_one_is_in_the_text(
    household: Household, language: str
) -> None:
    facts = facts_of(Settings(), household, [], METHODS)
    for kind in (NoticeKind.ONLINE, NoticeKind.RETENTION):
        text = text_of(kind, facts, language).text
        assert stays_in(text, language) == stays_done(household, language)
    children = WORDS_OF[language]["people"]["child"]
    direct = stays_in(text_of(NoticeKind.DIRECT, facts, language).text, language)
    assert direct == {one for one in stays_done(household, language) if one[1] == children}


@settings(max_examples=50, deadline=None)
@given(households(), st.integers(0, 30), st.integers(1, 30), st.sampled_from(LANGUAGES))
def test_no_number_of_days_in_the_text_comes_from_elsewhere(
    household: Household, horizon: int, waiting: int, language: str
) -> None:
    chosen = Settings(horizon_days=horizon, waiting_days=waiting)
    facts = facts_of(chosen, household, [], METHODS)
    online = text_of(NoticeKind.ONLINE, facts, language)
    others = "\n".join(
        line
        for section in online.sections
        for line in section.lines
        if not stays_in(line, language)
    )
    unit = "Tage?n?" if language == "de" else "days?"
    expected = [
        household.retention.child_profile_days,
        waiting,
        *[UNWRITTEN_FOR.days] * 2,
        NOTICE_DAYS,
        *([horizon] if horizon else []),
    ]
    assert sorted(map(int, re.findall(rf"(\d+) {unit}", others))) == sorted(expected)
    minutes = REMEMBERED_FOR // timedelta(minutes=1)
    assert f"{minutes} " in others
    assert f"{RECEIPT_YEARS} " in others


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """Answer an address, and who came."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        where = f"{host}:{port}"

        def wait() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                came.append(where)
                connection.close()

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        yield where, came
        server.shutdown(socket.SHUT_RDWR)
    thread.join(PATIENCE)


CONNECTORS = {
    "ask": ("ask", "url", "http://{}/v1", "ask the model why the sky is blue"),
    "weather": ("weather", "url", "http://{}/v1/forecast", "what is the weather"),
    "home_assistant": ("home", "home_assistant", "http://{}", "turn on the lamp"),
    "mqtt": ("home", "mqtt", "mqtt://{}", "turn on the lamp"),
}
SOME = [set(), *({name} for name in CONNECTORS), {"ask", "weather", "home_assistant"}]


@pytest.mark.parametrize("on", SOME, ids=lambda on: " ".join(sorted(on)) or "none")
def test_who_is_named_in_the_text_is_who_gets_something(on: set[str]) -> None:
    """Everything is asked for that could send something; real sockets say who was reached."""
    table: dict[str, dict[str, Any]] = {"weather": {}, "ask": {}, "home": {}}
    with listening() as ask, listening() as weather, listening() as ha, listening() as mqtt:
        servers = {"ask": ask, "weather": weather, "home_assistant": ha, "mqtt": mqtt}
        for name in on:
            skill, key, url, _ = CONNECTORS[name]
            table[skill][key] = url.format(servers[name][0])
        if "weather" in on:
            table["weather"] |= {"latitude": 1.0, "longitude": 2.0}
        consent = Consent(UNKNOWN_PERSON, Purpose.SHARE, "terminal", NOON)
        household = Household(HouseholdId(bytes(16)), "Home", (), (consent,))
        _leave()
        talk = Talk(settings=table, household=household)
        for *_, said in CONNECTORS.values():
            talk.say(said)
        reached = {where for _, came in servers.values() for where in came}
        named = recipients_of(Settings(skills=table), SKILLS)
        assert {one.identity for one in named} == reached == {servers[name][0] for name in on}
        _leave()
    text = text_of(NoticeKind.ONLINE, facts_of(Settings(), household, named, METHODS))
    (section,) = [one for one in text.sections if one.key == "recipients"]
    assert {line.partition(" (")[0] for line in section.lines if " (" in line} == reached
    assert ("Nobody else gets anything." in section.lines) is (not on)


def _leave() -> None:
    """Have the home skill connect anew: it is the same one in every test of this process."""
    (home,) = [skill for skill in SKILLS.all() if isinstance(skill, HomeControl)]
    for control in home._controls or ():
        if isinstance(control, Mqtt):
            control.close()
    home._controls = None


def test_a_skill_that_can_reach_the_network_says_whom() -> None:
    networked = {"httpx2", "paho", "socket", "http", "urllib", "requests", "websockets", "asyncio"}
    for skill in SKILLS.all():
        folder = skill.sentences.parent
        imported = {
            name.split(".")[0]
            for file in folder.rglob("*.py")
            for node in ast.walk(ast.parse(file.read_text()))
            for name in _imported(node)
        } - {"urllib"}
        assert not imported & networked or isinstance(skill, Sending), skill.name


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_copies_witnesses_and_brokers_are_named_where_they_leave_the_house() -> None:
    witness = WitnessSettings(url="https://user:secret@w.example/x", key="k")
    away = Settings(mirror="s3://key:secret@bucket/prefix", witnesses=(witness,))
    assert recipients_of(away, SKILLS) == (
        Recipient("mirror", "s3://bucket", Category.STORAGE, Gets.SEALED),
        Recipient("witness", "w.example", Category.WITNESS, Gets.HEADS),
    )
    broker = MqttSettings(broker="mqtt://user:secret@broker.example:1883")
    door = CameraSettings(name="front door", address="rtsp://camera.example")
    assert recipients_of(Settings(mqtt=broker, cameras=(door,)), SKILLS) == (
        Recipient("mqtt", "broker.example", Category.HOME, Gets.EVENTS),
    )
    assert recipients_of(Settings(mqtt=broker), SKILLS) == ()
    staff = StaffSettings(desk="https://desk.example", key="A" * 43 + "=", name="Example Ltd")
    (runs_it,) = recipients_of(Settings(staff=staff), SKILLS)
    assert runs_it == Recipient("staff", "Example Ltd", Category.STAFF, Gets.GRANTED)
    assert not runs_it.discloses
    assert Purpose.REVIEW in in_use(Settings(staff=staff))
    assert Purpose.REVIEW not in in_use(Settings())
    for here in ("/media/disk", "file:///media/disk"):
        assert recipients_of(Settings(mirror=here), SKILLS) == ()


def test_a_purpose_that_is_said_to_be_in_use_is_and_no_other() -> None:
    source = Path(__file__).parents[2] / "src" / "unhear"
    acting = (
        "house/access.py",
        "house/turn.py",
        "household/policy.py",
        "household/learning.py",
        "skills",
        "answer",
        "engines",
        "satellites",
    )
    code = "".join(
        file.read_text()
        for place in acting
        for file in ([source / place] if place.endswith(".py") else (source / place).rglob("*.py"))
    )
    acted_on = set(re.findall(r"Purpose\.([A-Z]+)", code)) - {"RESPOND"}
    assert acted_on == {purpose.name for purpose in IN_USE}


@pytest.mark.parametrize("kind", NoticeKind)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("profile", ["home", "operator"])
def test_each_clause_has_its_section_in_each_language(
    kind: NoticeKind, language: str, profile: str
) -> None:
    operator = OperatorSettings(
        name="Ears Ltd", address="1 High Street", telephone="1", email="a@b.example",
        needs={"keep": "to let parents listen"},
    )  # fmt: skip
    chosen = Settings(profile=profile, operator=operator)  # type: ignore[arg-type] # one of both
    household = Household(HouseholdId(bytes(16)), "Home", (), ())
    recipient = Recipient("ask", "llm.example", Category.ANSWERS, Gets.WORDS)
    facts = facts_of(chosen, household, [recipient], METHODS)
    made = text_of(kind, facts, language)
    assert {one.key: one.clause for one in made.sections} == dict(CLAUSES[kind])
    assert all(line.strip() for section in made.sections for line in section.lines)
    assert "{" not in made.text
    assert facts.version in made.text
    if profile == "operator":
        expected = ["Ears Ltd", "1 High Street", "a@b.example"]
        assert all(part in made.text for part in expected)
        if kind is NoticeKind.RETENTION:
            assert "to let parents listen" in made.text
        if kind is NoticeKind.DIRECT:
            assert "https://a.example/n" in made.text
            assert "signed form" in made.text
            assert "terminal" not in made.text, "no operator may rely on it"
    if kind is not NoticeKind.RETENTION:
        assert "llm.example" in made.text


def test_both_languages_have_the_same_words() -> None:
    def shape(value: object) -> object:
        if isinstance(value, dict):
            return {key: shape(item) for key, item in value.items()}
        if isinstance(value, list):
            return [shape(item) for item in value]
        return sorted(re.findall(r"{(\w+)}", str(value)))

    assert languages() == list(LANGUAGES)
    assert shape(WORDS_OF["de"]) == shape(WORDS_OF["en"])


FACTS = facts_of(Settings(), Household(HouseholdId(bytes(16)), "Home", (), ()), [], METHODS)
CHILD = Stay(Purpose.KEEP, PersonKind.CHILD, DeviceKind.VOICE, 30)
OTHERS = [stay for stay in FACTS.stays if stay != CHILD]
SERVER = Recipient("ask", "a.example", Category.ANSWERS, Gets.WORDS)


@pytest.mark.parametrize(
    ("new", "what"),
    [
        (replace(FACTS, purposes=(*FACTS.purposes, Purpose.FLEET)), "new purpose"),
        (replace(FACTS, stays=(*OTHERS, replace(CHILD, days=31))), "longer stay"),
        (replace(FACTS, stays=(*FACTS.stays, replace(CHILD, device=DeviceKind.CAMERA))), "longer"),
        (replace(FACTS, recipients=(SERVER,)), "new recipient"),
        (replace(FACTS, horizon_days=1), "longer stay: horizon"),
        (replace(FACTS, child_profile_days=91), "longer stay"),
        (replace(FACTS, waiting_days=15), "longer stay"),
    ],
)
def test_more_of_anything_is_a_material_change_and_less_is_none(new: Facts, what: str) -> None:
    changes = material_changes(FACTS, new)
    assert len(changes) == 1
    assert what in changes[0]
    assert material_changes(new, FACTS) == ()
    assert new.version != FACTS.version


def test_what_is_about_others_or_only_another_wording_is_no_material_change() -> None:
    adult = Stay(Purpose.KEEP, PersonKind.ADULT, DeviceKind.VOICE, 365)
    others = [stay for stay in FACTS.stays if stay.person is not PersonKind.ADULT]
    for changed in (
        replace(FACTS, stays=(*others, adult)),
        replace(FACTS, contact=("Somebody else",)),
        replace(FACTS, methods=()),
    ):
        assert changed.version != FACTS.version
        assert material_changes(FACTS, changed) == ()


def test_the_notice_is_read_at_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "house"
    unhear(home, "setup", "--guardian", "Ada", "--child", "Mia")
    german = unhear(home, "notice", "--kind", "direct", "--language", "de")
    assert german["title"] == WORDS_OF["de"]["titles"]["direct"]
    assert "Ada" in german["text"]
    assert german["version"] == unhear(home, "notice")["version"]
    unhear(home, "retention", "set", "--days", "12")
    assert "12 days" in unhear(home, "notice", "--kind", "retention")["text"]
    assert "no notice in" in unhear(home, "notice", "--language", "fr", code=2)["error"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [NoticeKind.ONLINE, NoticeKind.RETENTION])
@settings(max_examples=20, deadline=None)
@given(
    cameras=st.lists(
        st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(1, 180)), max_size=3
    )
)
def test_what_cameras_keep_is_what_is_said(
    language: str, kind: NoticeKind, cameras: list[tuple[bool, bool, bool, int]]
) -> None:
    spoken = WORDS_OF[language]
    household, named, said = Household(HouseholdId(bytes(16)), "Home", (), ()), [], set()
    for number, (on, indoors, hears, days) in enumerate(cameras):
        named.append(CameraSettings(name=f"camera {number}", address="rtsp://camera"))
        device = DeviceId(f"camera {number}")
        camera = Camera(device, on=on, indoors=indoors, hears=hears, days=days, on_since=NOON)
        household = household.with_camera(camera)
        until = decide_film(household, device, NOON).keep_until
        assert (until is not None) is on
        if until is not None:
            kept = (until - NOON).days
            said.add(
                spoken["film"].format(
                    where=spoken["places"]["indoors" if indoors else "outdoors"],
                    what=spoken["films"]["sound" if hears else "silent"],
                    days=spoken["day"]["one" if kept == 1 else "other"].format(count=kept),
                )
            )
    facts = facts_of(Settings(cameras=tuple(named)), household, (), METHODS)
    lines = text_of(kind, facts, language).text.splitlines()
    assert {line for line in lines if line.startswith(spoken["film"].partition("{")[0])} == said


def test_a_camera_makes_another_version_and_lets_no_consent_lapse() -> None:
    facts = facts_of(Settings(), Household(HouseholdId(bytes(16)), "Home", (), ()), (), {})
    filmed = replace(facts, filmed=(Filmed(indoors=True, hears=False, days=3),))
    assert facts.version != filmed.version
    assert material_changes(facts, filmed) == ()
