"""Lights, switches, blinds and heating, over MQTT and through Home Assistant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unhear.answer.skill import SkillContext, host_of
from unhear.household.notice import Category, Gets, Recipient
from unhear.household.speech import Intent, Question, Reply
from unhear.skills.home.control import Appliance, Control, ControlFailed
from unhear.skills.home.home_assistant import HomeAssistant
from unhear.skills.home.mqtt import Mqtt

FULL = 100


class HomeControl:
    """Finds the appliances that other systems know, and turns them on and off."""

    name = "home"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def __init__(self) -> None:
        self._controls: list[Control] | None = None

    def recipients(self, settings: Mapping[str, Any]) -> Sequence[Recipient]:
        """Answer the systems that appliances are connected to, where they are set."""
        return [
            Recipient(key, host_of(str(settings[key])), Category.HOME, Gets.COMMANDS)
            for key in ("mqtt", "home_assistant")
            if key in settings
        ]

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Do it and say so; or say plainly what was not found or did not answer."""
        if intent.name == "again":
            intent = _again(intent, context)
            if "name" not in intent.slots:
                return Reply(context.say("ask_name"), question=Question(intent, "name"))
        controls = self._connected(context)
        if not controls:
            return Reply(context.say("not_set"))
        try:
            known = [(control, one) for control in controls for one in control.appliances()]
            return Reply(
                _listed(known, context) if intent.name == "list" else _done(intent, known, context)
            )
        except ControlFailed:
            return Reply(context.say("failed"))

    def tick(self, context: SkillContext) -> None:
        """Connect when the house starts, so that the first request need not wait."""
        self._connected(context)

    def _connected(self, context: SkillContext) -> Sequence[Control]:
        if self._controls is None:
            self._controls = []
            if "mqtt" in context.settings:
                self._controls.append(Mqtt(str(context.settings["mqtt"])))
            if "home_assistant" in context.settings:
                url, token = context.settings["home_assistant"], context.settings.get("token", "")
                self._controls.append(HomeAssistant(str(url), str(token)))
        return self._controls


def _again(intent: Intent, context: SkillContext) -> Intent:
    """Answer the request with what "it" is: what the last one on this device was about."""
    last = None if context.last is None else context.last.wanted
    slots = dict(intent.slots)
    action = str(slots.pop("action"))
    if last is not None and last.skill == HomeControl.name and "name" in last.slots:
        slots["name"] = last.slots["name"]
    return Intent(HomeControl.name, action, slots)


Known = Sequence[tuple[Control, Appliance]]


def _listed(known: Known, context: SkillContext) -> str:
    names = sorted({one.name for _, one in known})
    return context.say("listed", names=names) if names else context.say("none")


def _done(intent: Intent, known: Known, context: SkillContext) -> str:
    """Do it, and answer what is said then. Raises `ControlFailed`."""
    meant = _meant(intent, known, context)
    if not meant:
        return context.say("unknown", name=str(intent.slots.get("name", "")))
    for control, one in meant:
        _do(intent, control, one)
    name = str(intent.slots.get("name", context.rooms.here))
    level = round(float(intent.slots.get("level", 0)))
    key = intent.name if len(meant) == 1 or "name" in intent.slots else f"{intent.name}_all"
    return context.say(key, name=name, level=level)


def _meant(intent: Intent, known: Known, context: SkillContext) -> Known:
    """Answer the appliances a request names; all lights of a room where it names none."""
    if "name" not in intent.slots:
        here = context.rooms.here.casefold()
        return [pair for pair in known if pair[1].is_light and here in pair[1].name.casefold()]
    wanted = _words(str(intent.slots["name"]), context)
    exact = [pair for pair in known if _words(pair[1].name, context) == wanted]
    if exact:
        return exact
    within = [pair for pair in known if wanted and wanted <= _words(pair[1].name, context)]
    room = _words(context.rooms.here, context)
    return [pair for pair in within if room <= _words(pair[1].name, context)] or within


def _words(name: str, context: SkillContext) -> frozenset[str]:
    plain = "".join(c if c.isalnum() else " " for c in name.casefold())
    same = context.say.table("same_words")
    articles = context.say.choices("articles")
    return frozenset(same.get(word, word) for word in plain.split() if word not in articles)


def _do(intent: Intent, control: Control, appliance: Appliance) -> None:
    if intent.name == "turn_on":
        control.turn(appliance, on=True)
    elif intent.name == "turn_off":
        control.turn(appliance, on=False)
    else:
        control.set_level(appliance, min(max(round(float(intent.slots["level"])), 0), FULL))
