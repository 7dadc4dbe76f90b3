"""What people of a house taught it, with their consent."""

from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.words import DeviceId, PersonId, Purpose, Utterance


def allow(house: House, name: str, purpose: Purpose = Purpose.IMPROVE) -> PersonId:
    """Let the house learn from somebody for a purpose; answer who it is."""
    person = house.household.named(name)
    assert person is not None
    guardian = next(iter(house.family.read().guardians))
    choice = Choice(person.id, (purpose,), guardian)
    house.household = house.consents.give(choice, Verified("terminal", "verified"))
    return person.id


def say(house: House, person: PersonId, *words: str) -> None:
    """Teach which words are said, one request each."""
    for text in words:
        assert house.learning.heard(spoken(house, person), text)


def explain(house: House, person: PersonId, before: str, meant: str) -> None:
    """Teach what is meant by words: both in their plain form."""
    assert house.learning.meant((spoken(house, person), before), spoken(house, person), meant)


def spoken(house: House, person: PersonId) -> Utterance:
    return Utterance(new_trace_id(), house.clock(), DeviceId("kitchen"), person, 1.0)
