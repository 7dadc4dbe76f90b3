"""How it is made sure that a guardian consents: plug-ins, their strength, requests that wait."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import unhear
from tests.forget.thief import reachable_keys
from tests.home import PASSPHRASE, Home, make_home
from unhear.forget.capsule import unseal
from unhear.forget.database import TraceKind
from unhear.forget.errors import CapsuleClosed
from unhear.forget.keytree import DEPTH
from unhear.forget.snapshot import snapshot
from unhear.house.consent_methods import GROUP, find_methods
from unhear.house.consents import MayNotDecide, NoSuchRequest
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.told import told_text
from unhear.household.ages import AgeBand
from unhear.household.consent import Choice, Lapse
from unhear.household.methods import BUILT_IN, Asking, NotVerified, Verified
from unhear.household.words import DISCLOSING, PersonId, Purpose
from unhear.keep.notices import notices
from unhear.settings import Settings

pytestmark = pytest.mark.dear

PLAN = SetupPlan(name="Home", guardian="Sam", adults=("Jo",), children=("Theodora", "Max"))
CONTACT = "sam@wheelbarrow.example"
PLUG_IN = """
import unhear.household.methods as methods

class ByMail:
    name = "email-plus"
    clause = "none"
    withstands_disclosure = True  # it says so, and is not believed
    for_operators = True
    ready = True
    sent = []

    def begin(self, asking):
        self.sent.append(asking)

    def finish(self, asking, answer):
        if answer != "code-" + asking.reference:
            raise methods.NotVerified("that is not the code that was sent")
        return "confirmed twice"

class Terminal(ByMail):
    name = "terminal"

class Pigeon(ByMail):
    name = "pigeon"

def broken():
    raise RuntimeError("no")
"""
ENTRY_POINTS = f"""[{GROUP}]
email-plus = plug_in_for_tests:ByMail
terminal = plug_in_for_tests:Terminal
pigeon = plug_in_for_tests:Pigeon
broken = plug_in_for_tests:broken
"""


EVERY_PLACE = [(level, index) for level in range(DEPTH) for index in range(8)]


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Install a package with methods of consent, as pip would."""
    folder = tmp_path / "site"
    info = folder / "plug_in_for_tests-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "plug_in_for_tests.py").write_text(PLUG_IN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plug-in-for-tests\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(str(folder))
    yield __import__("plug_in_for_tests")
    sys.modules.pop("plug_in_for_tests", None)


def opened(tmp_path: Path, **settings: Any) -> Home:
    """Answer a home with these settings, set up at first use, and settled as a house is."""
    folder = tmp_path / "house"
    if not folder.exists():
        make_home(folder, plan=PLAN)
    home = Home(Settings(house=folder, **settings))
    home.clock.at = home.clock.at.replace(year=2027)
    home.changes.settle()
    return home


def named(home: Home, name: str) -> PersonId:
    person = home.household.named(name)
    assert person is not None
    return person.id


def choice(home: Home, *purposes: Purpose, child: str = "Theodora") -> Choice:
    return Choice(named(home, child), purposes, named(home, "Sam"))


def counts(home: Home, purpose: Purpose, child: str = "Theodora") -> bool:
    return home.household.consent(named(home, child), purpose, home.clock()) is not None


def lapse(home: Home, purpose: Purpose) -> Lapse | None:
    (consent,) = home.household.given(named(home, "Theodora"), purpose)
    return consent.lapsed


def by_mail(home: Home, *purposes: Purpose) -> None:
    request = home.consents.ask(choice(home, *purposes), "email-plus", CONTACT)
    home.consents.answer(request.id, f"code-{request.id}")


def test_what_each_method_is_worth_is_what_the_rule_says() -> None:
    worth = {m.name: (m.clause[-6:], m.withstands_disclosure, m.for_operators) for m in BUILT_IN}
    for at_home in ("passkey", "passphrase", "terminal"):
        assert worth.pop(at_home)[1:] == (True, False)
    assert {name for name, (_, strong, _) in worth.items() if not strong} == {
        "email-plus",
        "text-plus",
    }
    assert all(operator for *_, operator in worth.values())
    assert len(worth) == 8


@pytest.mark.parametrize("name", ["card", "government id", "knowledge questions", "email-plus"])
def test_what_needs_a_service_refuses_until_there_is_one(tmp_path: Path, name: str) -> None:
    home = opened(tmp_path)
    with pytest.raises(NotVerified, match=f"{name} needs a"):
        home.consents.ask(choice(home, Purpose.KEEP), name, CONTACT)
    with pytest.raises(NotVerified, match="install a plug-in"):
        home.consents.verify(choice(home, Purpose.KEEP), name, "anything")
    assert (home.household.waiting, home.household.consents) == ((), ())


def test_a_passkey_is_proved_in_the_console_alone(tmp_path: Path) -> None:
    home = opened(tmp_path)
    with pytest.raises(NotVerified, match="console"):
        home.consents.verify(choice(home, Purpose.KEEP), "passkey", "anything")
    with pytest.raises(MayNotDecide, match="no method of consent"):
        home.consents.give(choice(home, Purpose.KEEP), Verified("wink"))


def test_staff_attest_by_name(tmp_path: Path) -> None:
    home = opened(tmp_path, profile="operator")
    with pytest.raises(NotVerified, match="by name"):
        home.consents.verify(choice(home, Purpose.KEEP), "signed form", "  ")
    verified = home.consents.verify(choice(home, Purpose.KEEP), "signed form", "N. N.")
    home.consents.give(choice(home, Purpose.KEEP), verified)
    (consent,) = home.household.consents
    assert (consent.method, consent.result) == ("signed form", "attested by N. N.")


def test_an_operator_may_not_rely_on_being_at_the_machine(tmp_path: Path) -> None:
    home = opened(tmp_path)
    home.consents.give(choice(home, Purpose.KEEP), Verified("terminal"))
    operator = opened(tmp_path, profile="operator")
    assert not counts(operator, Purpose.KEEP), "what a home relied on lapses with it"
    assert lapse(operator, Purpose.KEEP) is Lapse.METHOD
    for method in ("terminal", "passkey"):
        with pytest.raises(MayNotDecide, match="not enough for a child here"):
            operator.consents.give(choice(operator, Purpose.KEEP), Verified(method))
    jo = named(operator, "Jo")
    operator.consents.give(Choice(jo, (Purpose.KEEP,), jo), Verified("terminal"))
    operator.ages.tell(named(operator, "Max"), AgeBand.FROM_13)
    operator.consents.give(choice(operator, Purpose.KEEP, child="Max"), Verified("passkey"))
    assert counts(operator, Purpose.KEEP, child="Max"), "the rule is about those under 13"


def test_an_operator_cannot_be_set_up_with_a_consent_for_children(tmp_path: Path) -> None:
    settings = Settings(house=tmp_path / "house", profile="operator")
    plan = SetupPlan("Home", "Sam", children=("Mia",), keep_children=True)
    with pytest.raises(MayNotDecide, match="operator"):
        set_up(settings, plan, PASSPHRASE)
    assert not settings.database_file.exists()


def test_plug_ins_bring_services_and_are_as_strong_as_the_rule_says(
    plug_in: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    methods = find_methods()
    mail = methods["email-plus"]
    assert (mail.ready, mail.withstands_disclosure) == (True, False)
    assert mail.clause.endswith("(viii)")
    assert methods["pigeon"].withstands_disclosure, "its own name, so its own word"
    assert methods["terminal"] in BUILT_IN, "what works without is taken by nobody"
    assert "broken" not in methods
    assert "consent method cannot be loaded" in caplog.text
    home = opened(tmp_path)
    by_mail(home, Purpose.KEEP)
    (consent,) = home.household.consents
    assert (consent.method, consent.result) == ("email-plus", "confirmed twice")
    (asked,) = plug_in.ByMail.sent
    assert asked == Asking(asked.reference, "Sam", CONTACT)
    assert counts(home, Purpose.KEEP)


@pytest.mark.parametrize("purpose", sorted(DISCLOSING))
def test_what_is_disclosed_takes_consents_of_a_weak_method_with_it(
    plug_in: Any, tmp_path: Path, purpose: Purpose
) -> None:
    home = opened(tmp_path)
    by_mail(home, Purpose.KEEP)
    with pytest.raises(MayNotDecide, match="while something of the child is disclosed"):
        home.consents.ask(choice(home, purpose), "email-plus", CONTACT)
    assert counts(home, Purpose.KEEP)
    home.consents.give(choice(home, purpose), Verified("terminal"))
    assert not counts(home, Purpose.KEEP)
    assert lapse(home, Purpose.KEEP) is Lapse.METHOD
    assert counts(home, purpose)
    with pytest.raises(MayNotDecide, match="disclosed"):
        home.consents.ask(choice(home, Purpose.KEEP), "email-plus", CONTACT)
    found = snapshot(home.db, home.roots, lambda x, t: notices(x, t, home.id))
    texts = [told_text(notice.told, "en") for notice in found]
    assert any("keep for Theodora counts no more" in text for text in texts)
    home.consents.stop(named(home, "Theodora"), purpose, named(home, "Sam"))
    assert not counts(home, Purpose.KEEP), "it comes back by being given anew alone"
    by_mail(home, Purpose.KEEP)
    assert counts(home, Purpose.KEEP)


@pytest.mark.parametrize(
    ("skills", "lapses"),
    [
        ({"weather": {"latitude": 1.0, "longitude": 2.0}}, True),
        ({"ask": {"url": "https://llm.example/v1"}}, True),
        ({"home": {"home_assistant": "http://ha.local:8123"}}, True),
        ({"home": {"mqtt": "mqtt://broker.local"}}, True),
        ({"music": {"folder": "/music"}}, False),
        ({"weather": {"latitude": 1.0}}, False),
    ],
)
def test_a_connector_that_is_switched_on_takes_them_too(
    plug_in: Any, tmp_path: Path, skills: dict[str, Any], *, lapses: bool
) -> None:
    home = opened(tmp_path)
    by_mail(home, Purpose.KEEP)
    house = opened(tmp_path, skills=skills)
    assert counts(house, Purpose.KEEP) is not lapses
    assert lapse(house, Purpose.KEEP) is (Lapse.METHOD if lapses else None)
    again = opened(tmp_path)
    assert counts(again, Purpose.KEEP) is not lapses, "switching it off brings nothing back"


def test_a_house_settles_this_before_it_answers_anybody(plug_in: Any, tmp_path: Path) -> None:
    home = opened(tmp_path)
    by_mail(home, Purpose.KEEP)
    house = House(Settings(house=tmp_path / "house", skills={"ask": {"url": "https://a.example"}}))
    (consent,) = house.household.consents
    assert consent.lapsed is Lapse.METHOD
    house.close()


@pytest.mark.sqlite("a mirror is of the file")
def test_a_material_change_of_the_notice_needs_consent_again(tmp_path: Path) -> None:
    home = opened(tmp_path)
    home.consents.give(choice(home, Purpose.KEEP), Verified("terminal"))
    retention = home.household.retention
    home.family.set_retention(type(retention)(days=retention.days - 1))
    assert counts(home, Purpose.KEEP), "less is no material change"
    home.family.set_retention(type(retention)(days=retention.days))
    assert counts(home, Purpose.KEEP), "it was consented to so much"
    home.family.set_retention(type(retention)(days=retention.days + 1))
    assert lapse(home, Purpose.KEEP) is Lapse.NOTICE
    home.family.set_retention(type(retention)(days=retention.days))
    assert not counts(home, Purpose.KEEP)
    home.consents.give(choice(home, Purpose.KEEP), Verified("terminal"))
    assert counts(home, Purpose.KEEP)
    assert len(home.household.notices) == 1, "what nobody rests on is not kept"
    away = opened(tmp_path, mirror="s3://bucket/prefix")
    assert lapse(away, Purpose.KEEP) is Lapse.NOTICE, "somebody new gets something"


def test_an_adults_consent_is_theirs_and_does_not_lapse(tmp_path: Path) -> None:
    home, jo = opened(tmp_path), ""
    jo = named(home, "Jo")
    home.consents.give(Choice(jo, (Purpose.KEEP,), jo), Verified("terminal"))
    later = opened(tmp_path, skills={"ask": {"url": "https://a.example"}}, horizon_days=7)
    assert counts(later, Purpose.KEEP, child="Jo")


def test_a_wrong_answer_leaves_the_request_and_the_right_one_takes_it(
    plug_in: Any, tmp_path: Path
) -> None:
    home = opened(tmp_path)
    request = home.consents.ask(choice(home, Purpose.KEEP), "email-plus", CONTACT)
    with pytest.raises(NotVerified, match="not the code"):
        home.consents.answer(request.id, "guessed")
    assert not counts(home, Purpose.KEEP)
    home.consents.answer(request.id, f"code-{request.id}")
    assert home.household.waiting == ()
    with pytest.raises(NoSuchRequest):
        home.consents.answer(request.id, f"code-{request.id}")


def test_an_answer_to_a_notice_that_has_changed_is_none(plug_in: Any, tmp_path: Path) -> None:
    home = opened(tmp_path)
    request = home.consents.ask(choice(home, Purpose.KEEP), "email-plus", CONTACT)
    retention = home.household.retention
    home.family.set_retention(type(retention)(days=retention.days + 1))
    with pytest.raises(MayNotDecide, match="notice has changed"):
        home.consents.answer(request.id, f"code-{request.id}")
    assert (home.household.waiting, home.household.consents) == ((), ())


def test_a_request_that_nobody_answers_erases_itself_and_the_contact(
    plug_in: Any, tmp_path: Path
) -> None:
    home = opened(tmp_path, waiting_days=3)
    request = home.consents.ask(choice(home, Purpose.KEEP), "email-plus", CONTACT)
    old = _profiles(home)
    assert [CONTACT.encode() in profile for profile in old.values()] == [True]
    home.clock.pass_time(days=3, seconds=-1)
    assert home.consents.erase_unanswered() == 0
    home.clock.pass_time(seconds=1)
    with pytest.raises(NoSuchRequest):
        home.consents.answer(request.id, f"code-{request.id}")
    assert home.consents.erase_unanswered() == 1
    assert home.household.waiting == ()
    assert home.consents.erase_unanswered() == 0
    assert not any(CONTACT.encode() in profile for profile in _profiles(home, old).values())
    assert not any(
        CONTACT.encode() in file.read_bytes()
        for file in home.settings.house.rglob("*")
        if file.is_file()
    )


def test_a_house_erases_what_nobody_answered_once_a_day(plug_in: Any, tmp_path: Path) -> None:
    home = opened(tmp_path)
    home.consents.ask(choice(home, Purpose.KEEP), "email-plus", CONTACT)
    house = House(home.settings)
    house.clock = lambda: home.clock() + timedelta(days=15)
    house.sweeper.accept_clock()
    house.consents._clock = house.clock
    house.tidy()
    assert house.household.waiting == ()
    house.close()


@pytest.mark.sqlite("starts the program some twenty times; stores/test_postgres.py does it thrice")
def test_all_of_it_at_the_command_line(tmp_path: Path) -> None:
    home = tmp_path / "house"
    unhear(home, "setup", "--guardian", "Ada", "--child", "Mia")
    give = ("consent", "give", "Mia", "--for", "keep", "--for", "personalise")
    assert unhear(home, *give)["counts"] == ["keep", "personalise"]
    unhear(home, "people", "add", "Kim", "--kind", "guardian")
    assert "--by" in unhear(home, *give, code=2)["error"]
    unhear(home, "consent", "withdraw", "Mia", "--for", "keep", "--by", "Kim")
    assert unhear(home, *give, "--by", "Ada")["counts"] == ["personalise"]
    assert unhear(home, "consent", "guardians", "--all", "--by", "Ada")["all_guardians"]
    assert unhear(home, *give, "--by", "Ada")["counts"] == []
    listed = unhear(home, "consent", "list")
    assert [(no["by"], no["for"]) for no in listed["objections"]] == [("Kim", "keep")]
    asked = ("consent", "ask", "Mia", "--for", "keep", "--method", "card", "--contact", "a@b")
    assert "needs a payment service" in unhear(home, *asked, "--by", "Ada", code=3)["error"]
    rows = {row["method"]: row for row in unhear(home, "consent", "methods")["methods"]}
    assert (rows["card"]["ready"], rows["terminal"]["enough"]) == (False, True)
    assert not rows["email-plus"]["enough_where_disclosed"]
    assert unhear(home, "consent", "delete", "Mia", "--for", "keep")["receipt"]
    told = unhear(home, "people", "age", "Mia", "6-9")
    assert told["age"]["band"] == "6-9"
    assert "come of age" in unhear(home, "people", "take-over", "Mia", code=3)["error"]
    unhear(home, "people", "age", "Mia", "16-17")
    assert len(unhear(home, "people", "take-over", "Mia", "--for", "keep")["receipts"]) == 1
    people = unhear(home, "people", "list")["people"]
    assert {one["name"]: one["kind"] for one in people}["Mia"] == "adult"


def _profiles(home: Home, old: dict[tuple[int, bytes], bytes] | None = None) -> dict[Any, bytes]:
    """Answer the sealed profiles of now, and of before, as they open with everything of today."""
    home.db.tidy()
    with home.db.reading() as transaction:
        (row,) = transaction.traces(home.id, (TraceKind.PROFILE,))
        current = transaction.current_root()
        pages = [(*place, page) for place, page in transaction.read_pages(EVERY_PLACE).items()]
        keys = reachable_keys(current.tree_id, pages, [home.roots.get(current.root_id)])
    sealed = {row.content} | {content for _, content in (old or {})}
    found = {}
    for content in sealed:
        for key in keys.get(row.slot, ()):
            try:
                found[row.slot, content] = unseal(key, "content", home.id, row.id, content)
            except CapsuleClosed:
                continue
    return found
