"""Lights, switches, blinds and heating, over MQTT and through Home Assistant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from unhear.answer.skill import SkillContext, host_of
from unhear.household.notice import Category, Gets, Recipient
from unhear.household.speech import Intent, Question, Reply
from unhear.skills.home.control import (
    CLIMATE,
    COVER,
    LIGHT,
    Appliance,
    Control,
    ControlFailed,
)
from unhear.skills.home.home_assistant import HomeAssistant
from unhear.skills.home.mqtt import Mqtt

FULL = 100
MOVED = {"turn_on": "opened", "turn_off": "closed"}
"""What is said of blinds and doors."""


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
            intent, known_what = _again(intent, context)
            if not known_what:
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


def _again(intent: Intent, context: SkillContext) -> tuple[Intent, bool]:
    """Answer the request with what "it" is, and whether that is known.

    It is what the last request on this device was about.
    """
    last = None if context.last is None else context.last.wanted
    known = last is not None and last.skill == HomeControl.name
    slots = dict(intent.slots)
    action = str(slots.pop("action"))
    if last is not None and known and "name" in last.slots:
        slots["name"] = last.slots["name"]
    return Intent(HomeControl.name, action, slots), known


Known = Sequence[tuple[Control, Appliance]]


def _listed(known: Known, context: SkillContext) -> str:
    names = sorted({one.name for _, one in known})
    return context.say("listed", names=names) if names else context.say("none")


def _done(intent: Intent, known: Known, context: SkillContext) -> str:
    """Do it, and answer what is said then. Raises `ControlFailed`."""
    meant = _meant(intent, known, context)
    if not meant and "name" not in intent.slots:
        return context.say("nothing_here")
    if not meant:
        return context.say("unknown", name=str(intent.slots["name"]))
    for control, one in meant:
        _do(intent, control, one)
    kinds = {one.kind for _, one in meant}
    name = meant[0][1].name if len(meant) == 1 else str(intent.slots.get("name", ""))
    key = intent.name if name else f"{intent.name}_all"
    if kinds == {COVER} and intent.name in MOVED:
        key = MOVED[intent.name]
    if kinds == {CLIMATE} and intent.name == "set_level":
        key = "set_temperature"
    return context.say(key, name=name, level=_level(intent), degrees=_level(intent))


def _meant(intent: Intent, known: Known, context: SkillContext) -> Known:
    """Answer the appliances a request names.

    Where it names none, the lights of this room are meant, or its thermostat, or the only one.
    """
    if "name" not in intent.slots:
        kind = CLIMATE if intent.name == "set_temperature" else LIGHT
        such = [pair for pair in known if pair[1].kind == kind]
        here = context.rooms.here.casefold()
        near = [pair for pair in such if here in pair[1].name.casefold()]
        return near or (such if kind == CLIMATE and len(such) == 1 else [])
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
    if intent.name in ("turn_on", "turn_off"):
        control.turn(appliance, on=intent.name == "turn_on")
    elif intent.name == "set_temperature" or appliance.kind == CLIMATE:
        control.set_temperature(appliance, _level(intent))
    else:
        control.set_level(appliance, min(max(round(_level(intent)), 0), FULL))


def _level(intent: Intent) -> float:
    """Answer the percentage or the degrees that are asked for."""
    return float(intent.slots.get("level", intent.slots.get("degrees", 0)))
