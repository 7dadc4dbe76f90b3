"""What leaves the house, where somebody let it, and what lies where no folder of the house is."""

from collections.abc import Mapping
from dataclasses import replace

from unhear.house.data_files import DATABASE, MACHINE, ROOT_KEY, SEALED_SOUND
from unhear.household.data_map import Category, Erasure, Kept, Use, Whose

ELSEWHERE: Mapping[str, Kept] = {
    "a bucket for payloads, where you name one": replace(
        SEALED_SOUND,
        what="the sound of a recording, or a camera's film, sealed to the household, in place of "
        "the folder",
    ),
    "sound before the wake word (memory)": Kept(
        what="the last moments that a device hears, in memory alone",
        why="to notice the wake word",
        stays="a few seconds; ten where an answer is being worked on",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.SOUND,
        use=Use.ANSWER,
    ),
    "a request while it is answered (memory)": Kept(
        what="what was said after the wake word, in memory alone",
        why="to answer it",
        stays="until it is answered; longer only with your consent",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.SOUND,
        use=Use.ANSWER,
    ),
    "answers that a device fetches (memory)": Kept(
        what="what was answered, as sound, for devices that fetch it; in memory alone",
        why="so that they can play it",
        stays="until it is fetched, a minute at most",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "what passes between processes of a house (memory)": Kept(
        what="what a camera shows while somebody sees it live, what is said at a door, and what is "
        "announced in other rooms, on its way between two processes of the house: sealed to these "
        "two, and in memory alone",
        why="so that each does with the others' cameras and speakers what it does with its own",
        stays="until it is passed on: seconds, with a voice a minute at most",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.SOUND,
        use=Use.ANSWER,
    ),
    "the console's microphone (a browser's memory)": Kept(
        what="what was said on the page and answered, and whether it was kept",
        why="to be read",
        stays="until the page is closed or loaded anew",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "looks within the hour (memory)": Kept(
        what="random numbers of the recordings that were opened in this hour, and by whom",
        why="so that the ledger states each look once",
        stays="until the hour is over",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.PROVE,
    ),
    "what voice devices show of timers": Kept(
        what="how long each timer has left",
        why="to be read",
        stays="until the timer ends, is cancelled or is forgotten; a device that is away learns it "
        "when it is back",
        whose=Whose.PERSON,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "who was told of at a door (memory)": Kept(
        what="which camera somebody rang at, or a person was told of at, and when; in memory alone",
        why="so that a ring is told once, and an answer reaches who rang",
        stays="five minutes",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "notifications that wait to be sent (memory)": Kept(
        what="that something rang or somebody came, in which room or at which camera, and the "
        "random name of the film of it; that a guardian is asked something, a device is away or "
        "something is wrong; in memory alone",
        why="to tell the browsers of guardians who asked for it",
        stays="until it is sent, 12 hours at most; what rang and who came, until anything is "
        "forgotten",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.PASSES,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "browser makers' push services, where a guardian switched notifications on": Kept(
        what="that a notification was sent to a browser, and when; what it says is sealed to that "
        "browser",
        why="because browsers are reached through them alone",
        stays="until it is delivered, 12 hours at most; when it was, as they keep it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "notifications that a guardian's browser shows": Kept(
        what="that something rang or somebody came, in which room or at which camera, and the "
        "random name of the film of it; that a guardian is asked something, a device is away or "
        "something is wrong",
        why="to be read",
        stays="until somebody wipes them away",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "another server that you set to be asked": Kept(
        what="questions that no skill could answer, of those whom you consented to share them for",
        why="to answer them",
        stays="as that server keeps them",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "MQTT, Home Assistant and the weather, where you set them": Kept(
        what="what is to be switched, and where this house is; never what was said",
        why="to do it, and to know the weather there",
        stays="as they keep it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "the MQTT broker for cameras, where you set one": Kept(
        what="that somebody rang, something moves or a person is there, in the moment, to whoever "
        "listens; retained: which cameras there are, by name and room, and whether the house is "
        "connected",
        why="so that the rest of a smart home can know",
        stays="what is retained, as long as the settings name the camera; what others note, as "
        "they keep it",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.YOU,
        category=Category.HABITS,
        use=Use.ANSWER,
    ),
    "programs that have it listen and speak, where you set `provide`": Kept(
        what="words that were recognised for them, and what was answered or spoken",
        why="because they asked for it; they heard it first",
        stays="as those programs keep it",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.WORDS,
        use=Use.ANSWER,
    ),
    "backups and the mirror": Kept(
        what="copies of the database and of sealed sound, in the places you name",
        why="so that a broken disk loses nothing",
        stays="as long as you keep them",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.SOUND,
        use=Use.KEEP,
        sealed=True,
        of=("recordings", "what skills remember"),
    ),
    "root keys in a TPM or token": replace(
        ROOT_KEY, what="the root key, or a share of it, where a TPM or token keeps it"
    ),
    "a drill's scratch folder": replace(
        DATABASE,
        what="copies to rehearse a restore with, sealed as in the database",
        why="to know that your backups can be used, and that they do not tell what was forgotten",
        stays="until the drill is over",
    ),
    "the machine's journal": replace(
        MACHINE,
        what="what failed, with random numbers, and never a word or name of anybody",
        why="to find what is wrong",
        stays="as the machine is set up",
        erased=Erasure.YOU,
    ),
    "the models' folder": replace(MACHINE, what="models that come with unhear, put together"),
    "a witness's folder": replace(
        MACHINE,
        what="where you run a witness: the heads of the ledgers that it has seen",
        why="so that nobody is shown another ledger",
        use=Use.PROVE,
    ),
    "browsers in which somebody opened what you shared": Kept(
        what="a recording that you let somebody open by a link, while they see or hear it",
        why="because you decided to show it to them",
        stays="until they leave the page; whoever films a screen has a copy",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.SOUND,
        use=Use.KEEP,
        of=("recordings",),
    ),
    "exports and receipts you took": Kept(
        what="files you wrote out yourself",
        why="because they are yours",
        stays="as long as you keep them",
        whose=Whose.PERSON,
        erased=Erasure.YOU,
        category=Category.SOUND,
        use=Use.KEEP,
        of=("recordings",),
    ),
}
