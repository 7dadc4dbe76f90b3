"""What the columns hold of who is signed in, and of what passes within hours or days."""

from functools import partial

from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.stores.annotations import KEPT

SIGN_IN_STAYS = "until it ends: after 12 hours without use, 7 days at most"
PASSING_STAYS = (
    "as long as it counts, up to the full hour: a code 10 minutes, a challenge half an hour, wrong "
    "proofs 8 hours, an agent's token 30 days"
)

_of_sign_in = partial(
    Kept, stays=SIGN_IN_STAYS, whose=Whose.PERSON, erased=Erasure.ENDED, use=Use.SECURE
)
_of_note = partial(
    Kept,
    why="so that what may be used once is used once, whichever process is asked",
    stays=PASSING_STAYS,
    whose=Whose.HOUSEHOLD,
    erased=Erasure.PASSED,
    category=Category.OPERATION,
    use=Use.SECURE,
)

SIGN_IN_TOKEN = {
    KEPT: _of_sign_in(
        what="what is remembered of the cookie of a browser that is signed in: nothing that signs "
        "in",
        why="so that every process of the house knows who is signed in",
        category=Category.PSEUDONYM,
    )
}
SIGN_IN_BROWSER = {
    KEPT: _of_sign_in(
        what="what is remembered of the cookie by which a browser is known again: nothing that can "
        "be used as one",
        why="to end a sign-in with the browser that it is of",
        category=Category.PSEUDONYM,
    )
}
SIGN_IN_DAY = {
    KEPT: _of_sign_in(
        what="the last day on which a sign-in can mean anything",
        why="so that it goes by itself",
        category=Category.HABITS,
    )
}
SIGN_IN = {
    KEPT: _of_sign_in(
        what="which guardian is signed in, since when, used when last, by which way, and what the "
        "browser says it is",
        why="so that guardians see it, and can end it",
        category=Category.HABITS,
        sealed=True,
    )
}
PASSING_NAME = {
    KEPT: _of_note(
        what="that processes of the house left each other a note, and until which hour it counts",
    )
}
PASSING = {
    KEPT: _of_note(
        what="how many wrong proofs of who one is came in each minute of the last hour; which "
        "device a pairing code is for; what an agent's token is known by; that a challenge or a "
        "message of staff was used",
        sealed=True,
    )
}
