"""What is answered to what somebody wants: by whom, and whether they may have it."""

from collections.abc import Sequence

from unhear.answer.skill import SkillContext
from unhear.house.at_the_door import HouseDoor
from unhear.house.house import House
from unhear.house.meaning import PRIVACY_SKILL, Meaning
from unhear.house.privacy import HousePrivacy
from unhear.house.skill_rooms import RoomsOf
from unhear.household.speech import Intent, Question, Reply
from unhear.household.words import DeviceId, Utterance


def reply_to(meaning: Meaning, utterance: Utterance, house: House) -> Reply:
    """Answer all that is wanted, as one reply; a short question to half a sentence."""
    if meaning.half is not None:
        return _ask_for(meaning.half, utterance, house)
    if not meaning.intents:
        return house.skills.answer(None, context_of(utterance, "", house))
    wanted = [one for one in meaning.intents if may_answer(utterance.device, one, house)]
    return _joined([_reply(one, meaning, utterance, house) for one in wanted])


def may_answer(device: DeviceId, intent: Intent | None, house: House) -> bool:
    """Whether to answer: a device that sleeps obeys requests about privacy and no others."""
    awake = device not in house.household.asleep
    return awake or (intent is not None and intent.skill == PRIVACY_SKILL)


def context_of(
    utterance: Utterance, skill: str, house: House, *, sure: bool = True
) -> SkillContext:
    """Answer all that a skill may know while a request is answered."""
    return SkillContext(
        now=house.clock().astimezone(house.settings.zone),
        household=house.household,
        device=utterance.device,
        person=utterance.person,
        memory=house.memory(skill, utterance),
        privacy=HousePrivacy(house, utterance.device),
        rooms=RoomsOf(house.rooms, utterance.device),
        say=house.skills.replies(skill),
        settings=house.settings.skills.get(skill, {}),
        last=house.conversation.last(house.household.id, utterance.device),
        language=house.settings.language,
        sure=sure,
        door=HouseDoor(house),
    )


def _reply(intent: Intent, meaning: Meaning, utterance: Utterance, house: House) -> Reply:
    context = context_of(utterance, intent.skill, house, sure=meaning.sure)
    return _refused(intent, context, house) or house.skills.answer(intent, context)


def _ask_for(half: Question, utterance: Utterance, house: House) -> Reply:
    """Ask for the slot that half a sentence lacks: as its skill does, or for the rest of it."""
    skill, key = half.intent.skill, f"ask_{half.slot}"
    refused = _refused(half.intent, context_of(utterance, skill, house), house)
    asks = house.skills.replies(skill)
    text = asks(key) if key in asks else house.skills.replies("")("half")
    return refused or Reply(text, keep=skill != PRIVACY_SKILL, question=half)


def _refused(intent: Intent, context: SkillContext, house: House) -> Reply | None:
    """Answer what is said to somebody who may not ask for that, or not now."""
    why = context.household.refusal(context.person, intent.skill, context.now)
    return None if why is None else Reply(house.skills.replies("")(why.value))


def _joined(replies: Sequence[Reply]) -> Reply:
    """Answer the replies to all that was asked, as one; the last question waits for its answer."""
    return Reply(
        " ".join(reply.text for reply in replies if reply.text),
        keep=all(reply.keep for reply in replies),
        question=next((one.question for one in reversed(replies) if one.question), None),
    )
