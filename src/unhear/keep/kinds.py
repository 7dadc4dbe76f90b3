"""What each kind of kept thing is, for the data map."""

from collections.abc import Mapping
from dataclasses import replace

from unhear.forget.database import TraceKind
from unhear.forget.kept_receipts import RECEIPT_YEARS
from unhear.household.cameras import DAYS_MAX as CAMERA_DAYS_MAX
from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.household.data_rights import REQUEST_DAYS
from unhear.household.retention import CEILINGS, CHILD_PROFILE_DAYS_MAX, DAYS_MAX
from unhear.household.staff import HOURS_MAX as GRANT_HOURS_MAX
from unhear.household.words import PersonKind
from unhear.keep.grants import DAYS_MAX as GRANT_DAYS_MAX
from unhear.keep.notices import NOTICE_DAYS

SAID = ("what was said to the assistant",)
FILMED = ("what a camera saw, and heard where a guardian lets it",)

_AS_SET = (
    f"for the days you set, {DAYS_MAX} at most; what a child said {CEILINGS[PersonKind.CHILD]}, "
    f"a guest {CEILINGS[PersonKind.GUEST]}"
)

REMEMBERED = Kept(
    what="what a skill remembers",
    why="to answer from it later",
    stays=f"until the skill drops it; {_AS_SET}",
    whose=Whose.PERSON,
    erased=Erasure.KEY,
    category=Category.WORDS,
    use=Use.ANSWER,
    sealed=True,
    of=SAID,
)

_LEARNED = Kept(
    what="what the house learned, as the sum of what recordings taught it",
    why="to understand better what is said here",
    stays="as long as what taught it; without that, it is what it would be had that never been",
    whose=Whose.HOUSEHOLD,
    erased=Erasure.KEY,
    category=Category.WORDS,
    use=Use.LEARN,
    sealed=True,
    of=SAID,
)

KINDS: Mapping[TraceKind, Kept] = {
    TraceKind.RECORDING: Kept(
        what="the small part of a recording without which its sound is noise",
        why="to keep what you consented to",
        stays=_AS_SET,
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.SOUND,
        use=Use.KEEP,
        sealed=True,
        of=SAID,
    ),
    TraceKind.CLIP: Kept(
        what="the small part of a camera's clip without which its film is noise: when and where it "
        "was filmed, whether it shows a person, and a small picture",
        why="to show you who was at the door, as you decided",
        stays=f"for the days you set for the camera, {CAMERA_DAYS_MAX} at most",
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.SOUND,
        use=Use.KEEP,
        sealed=True,
        of=FILMED,
    ),
    TraceKind.MEMORY: replace(
        REMEMBERED,
        what="what skills remember, skill by skill as in this map",
        erased=Erasure.PARTS,
    ),
    TraceKind.CONTRIBUTION: Kept(
        what="what a recording taught the house, in numbers: which words were said, what was meant "
        "by them, how they sounded",
        why="so that it can be taken out again, to the last bit",
        stays=_AS_SET,
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.WORDS,
        use=Use.LEARN,
        sealed=True,
        of=SAID,
    ),
    TraceKind.GRANT: Kept(
        what="that a guardian lets somebody who does not live here open a recording: for whom, why,"
        " until when, how often it was opened, and keys that the link alone opens, or the member "
        "of staff whom it is for",
        why="to show somebody what you decided to show them, and to know that they saw it",
        stays=f"for the time you choose, {GRANT_DAYS_MAX} days at most, for staff "
        f"{GRANT_HOURS_MAX} hours, and then for a minute, or until the house is at work again; "
        "never longer than the recording",
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.NAMES,
        use=Use.KEEP,
        sealed=True,
        of=(*SAID, *FILMED),
    ),
    TraceKind.STATE: _LEARNED,
    TraceKind.MODEL: replace(_LEARNED, what="what the house learned, as it uses it"),
    TraceKind.SHARED: Kept(
        what="random numbers of contributions that may be at the fleet",
        why="so that forgetting reaches it",
        stays="until the fleet says that it holds them no more",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.HABITS,
        use=Use.LEARN,
        sealed=True,
    ),
    TraceKind.PROFILE: Kept(
        what="the people of the household: names, who is a child, its age band, when it was last "
        "heard if anything of it may be kept, consents and who gave them, requests for consent, "
        "limits, guardians' passkeys, in which browsers they signed in before and since when, how "
        "their browsers that get notifications are reached, devices and which of them sleep or do "
        "not record, and for how long what may stay",
        why="to do as you decided",
        stays="as long as the household; a child's, unused, for the days you set, "
        f"{CHILD_PROFILE_DAYS_MAX} at most",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.NAMES,
        use=Use.CHOICES,
        sealed=True,
    ),
    TraceKind.NOTICE: Kept(
        what="what guardians must be told, such as that a child's profile goes soon",
        why="so that nothing goes without your knowing",
        stays=f"{NOTICE_DAYS} days",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.NAMES,
        use=Use.CHOICES,
        sealed=True,
    ),
    TraceKind.REQUEST: Kept(
        what="what an authorised agent asked for in somebody's name, whom it named until that was "
        "decided, and what a guardian decided",
        why="so that a guardian decides, and the agent is told what",
        stays=f"{REQUEST_DAYS} days",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.NAMES,
        use=Use.PROVE,
        sealed=True,
    ),
    TraceKind.STAFF_REQUEST: Kept(
        what="where whoever runs the house for you has staff: who of them asked to see or hear "
        "what, and why, in their words, and what a guardian decided",
        why="so that a guardian decides, and can read later what was decided",
        stays=f"{RECEIPT_YEARS} years",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.NAMES,
        use=Use.PROVE,
        sealed=True,
    ),
    TraceKind.STAFF_LOOK: Kept(
        what="which of them opened which recording, when, and for which ticket",
        why="so that guardians read it at once, and later",
        stays=f"{RECEIPT_YEARS} years",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.HABITS,
        use=Use.PROVE,
        sealed=True,
    ),
    TraceKind.RECEIPT: Kept(
        what="receipts: that and when something was forgotten, and what opens their hidden parts",
        why="so that you can prove it",
        stays=f"{RECEIPT_YEARS} years, also after the household was forgotten",
        whose=Whose.HOUSEHOLD,
        erased=Erasure.KEY,
        category=Category.HABITS,
        use=Use.PROVE,
        sealed=True,
    ),
    TraceKind.PERSONAL_RECEIPT: Kept(
        what="receipts: that and when somebody consented, refused, looked at recordings or let "
        "others see them, and what opens their hidden parts",
        why="so that you can prove it",
        stays=f"{RECEIPT_YEARS} years, or until the person it is about is removed",
        whose=Whose.PERSON,
        erased=Erasure.KEY,
        category=Category.HABITS,
        use=Use.PROVE,
        sealed=True,
    ),
}
"""What the kept thing in a row of the index is, by its kind."""
