"""A fleet learns from what its homes send, forgets what they take back, and proves that."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from tests.fleet.fleets import RULES, Member, Served, fleet_at, numbers, taught
from unhear.fleet.fleet import STAYS
from unhear.learn.noise import Noise
from unhear.learn.releases import PER_HOME_MAX
from unhear.learn.wake import OTHER, WORD, WakeModel
from unhear.prove.notes import VerifierKey
from unhear.prove.receipt import Receipt, verify
from unhear.settings import write_to_settings_file


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with fleet_at(tmp_path / "fleet") as served:
        yield served


@pytest.fixture
def members(served: Served) -> Iterator[list[Member]]:
    with ExitStack() as stack:
        yield [stack.enter_context(served.member()) for _ in range(5)]


def model(member: Member) -> bytes | None:
    answer = member.client.get("/model")
    return bytes.fromhex(answer.json()["model"]) if answer.status_code == 200 else None


def test_a_model_is_released_once_enough_homes_contributed(
    served: Served, members: list[Member]
) -> None:
    for number, member in enumerate(members[:2]):
        taught(member, number)
        taught(member, number + 7)
    served.fleet.tend()
    refused = members[0].client.get("/model")
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/no-model")
    taught(members[2], 2)
    served.fleet.tend()
    told = members[4].client.get("/model").json()
    assert told["homes"] == {OTHER: 3, WORD: 3}
    assert told["epsilon"] is None
    assert WakeModel.from_bytes(bytes.fromhex(told["model"])).decides


def test_what_a_home_takes_back_is_gone_with_a_receipt_of_the_fleets_log(
    served: Served, members: list[Member]
) -> None:
    gone, kept = members[0].contribute(WORD), members[0].contribute(OTHER)
    receipt = Receipt.from_json(members[0].forget(gone))
    verify(receipt, VerifierKey.parse(str(served.fleet.ledger.key)))
    assert receipt.statement["kind"] == "erasure"
    assert members[0].held() == [kept]
    assert members[0].forget(gone) is None
    published = httpx2.get(f"{served.url}/log/checkpoint", trust_env=False)
    served.fleet.ledger.wait()
    assert published.status_code == 200


def test_the_next_model_is_as_if_it_had_never_been_contributed(
    served: Served, tmp_path: Path
) -> None:
    """Two fleets, of which one also learned something that was taken back: equal bits."""
    models = []
    for name, forgets in (("one", True), ("other", False)):
        with ExitStack() as stack:
            fleet = stack.enter_context(fleet_at(tmp_path / name))
            homes = [stack.enter_context(fleet.member()) for _ in range(3)]
            for number, home in enumerate(homes):
                taught(home, number)
            if forgets:
                for home in homes:
                    home.forget(*(home.contribute(label, 999) for label in (WORD, OTHER)))
            fleet.fleet.tend()
            models.append(model(homes[0]))
    assert models[0] == models[1]
    assert models[0] is not None


def test_what_is_taken_back_leaves_the_model_with_a_batch_or_with_time(
    served: Served, members: list[Member]
) -> None:
    ids = [taught(one, n) + taught(one, n + 9) for n, one in enumerate(members[:4])]
    served.fleet.tend()
    first = model(members[0])
    members[0].forget(ids[0][0])
    served.pass_days(8)
    assert model(members[0]) == first, "one home's change alone would give it away"
    for number in (1, 2):
        members[number].forget(ids[number][0])
    served.pass_days(1)
    second = model(members[0])
    assert second not in (None, first)
    members[3].forget(*ids[3])
    served.pass_days(29)
    assert model(members[0]) == second
    served.pass_days(1)
    assert model(members[0]) is None, "withdrawn, and not made anew from too little"


def test_what_was_taken_back_is_not_taken_again(members: list[Member]) -> None:
    gone = members[0].contribute(WORD)
    late = "ab" * 16
    members[0].forget(gone, late)
    for one in (gone, late):  # one was there, and the other comes only now
        refused = members[0].put(one, numbers(WORD))
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/barred")
    assert members[0].held() == []


def test_a_home_sees_and_takes_back_its_own_alone(members: list[Member]) -> None:
    mine = members[0].contribute(WORD)
    assert members[1].held() == []
    assert members[1].forget(mine) is None
    assert members[0].held() == [mine]


def test_the_same_twice_counts_once(members: list[Member]) -> None:
    one = members[0].contribute(WORD)
    assert members[0].put(one, numbers(WORD)).status_code == 204
    assert members[0].held() == [one]


def test_a_home_contributes_so_much_and_no_more(members: list[Member]) -> None:
    for number in range(PER_HOME_MAX):
        members[0].contribute(WORD, number)
    refused = members[0].put("cd" * 16, numbers(WORD))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/fleet-refuses")


@pytest.mark.parametrize(
    "body", [b"", b"words", numbers(WORD)[:-1], numbers(WORD)[:9] + bytes([127]) * 288, bytes(999)]
)
def test_what_cannot_be_hidden_is_refused(members: list[Member], body: bytes) -> None:
    refused = members[0].put("ef" * 16, body)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/not-understood")
    assert members[0].held() == []


def test_only_homes_are_answered(served: Served, members: list[Member]) -> None:
    token = members[0].client.headers["authorization"]
    other = members[1].client.headers["authorization"]
    for wrong in ("", "Bearer", "Bearer zz", f"Bearer {'00' * 48}", token[:-1] + "x", "Basic a"):
        for method, path in (("GET", "/model"), ("GET", "/contributions")):
            answer = httpx2.request(
                method, served.url + path, headers={"authorization": wrong}, trust_env=False
            )
            assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-a-home")
    mixed = token[: len("Bearer ") + 32] + other[len("Bearer ") + 32 :]
    answer = httpx2.get(f"{served.url}/model", headers={"authorization": mixed}, trust_env=False)
    assert answer.status_code == 401, "the pseudonym of one with the secret of another"


def test_an_invitation_is_good_once_and_for_two_weeks(served: Served) -> None:
    with httpx2.Client(base_url=served.url, trust_env=False) as client:
        used, late = served.fleet.invite(), served.fleet.invite()
        assert client.post("/homes", json={"invitation": used}).status_code == 201
        served.pass_days(15)
        for wrong in (used, late, "nonsense", "00" * 16):
            refused = client.post("/homes", json={"invitation": wrong})
            assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-invited")


def test_what_an_absent_home_left_goes_by_itself(served: Served, members: list[Member]) -> None:
    taught(members[0], 0)
    served.pass_days(STAYS.days - 1)
    assert len(members[0].held()) == 4
    served.pass_days(1)
    assert members[0].held() == []


def test_a_model_with_noise_states_it(tmp_path: Path) -> None:
    rules = replace(RULES, noise=Noise(8.0, 1e-6))
    with ExitStack() as stack:
        fleet = stack.enter_context(fleet_at(tmp_path / "fleet", rules))
        homes = [stack.enter_context(fleet.member()) for _ in range(3)]
        for number, home in enumerate(homes):
            taught(home, number)
        for _ in range(20):  # as few as these may be hidden wholly, and then nothing is released
            fleet.fleet.tend()
        answer = homes[0].client.get("/model")
        if answer.status_code == 200:
            assert (answer.json()["epsilon"], answer.json()["delta"]) == (8.0, 1e-6)
        release = fleet.fleet.release()
        assert release is None or release.noise == rules.noise


def test_everything_is_there_when_the_fleet_opens_again(tmp_path: Path) -> None:
    tokens, first = [], None
    with ExitStack() as stack:
        fleet = stack.enter_context(fleet_at(tmp_path / "fleet"))
        homes = [stack.enter_context(fleet.member()) for _ in range(3)]
        for number, home in enumerate(homes):
            taught(home, number)
            tokens.append(home.client.headers["authorization"])
        fleet.fleet.tend()
        first = model(homes[0])
    with fleet_at(tmp_path / "fleet") as again:
        headers = {"authorization": tokens[0]}
        with httpx2.Client(base_url=again.url, headers=headers, trust_env=False) as client:
            assert len(Member(client).held()) == 4
            assert model(Member(client)) == first


def test_the_settings_that_name_a_fleets_token_are_for_nobody_else(tmp_path: Path) -> None:
    fleet = {"url": "https://fleet.example", "token": "WALNUT", "log": "key"}
    (tmp_path / "settings.toml").write_text("# mine\n")
    write_to_settings_file(tmp_path, {"fleet": fleet})
    written = tmp_path / "settings.toml"
    assert written.stat().st_mode & 0o077 == 0
    assert written.read_text().startswith("# mine\n")
