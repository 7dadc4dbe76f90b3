"""What the columns hold of who is signed in, and of what passes within hours or days."""

from unhear.household.data_map import Category, Erasure, Kept, Use, Whose
from unhear.stores.annotations import KEPT

SIGN_IN_STAYS = "until it ends: after 12 hours without use, 7 days at most"
PASSING_STAYS = (
    "as long as it counts, up to the full hour: a code 10 minutes, a challenge half an hour, wrong "
    "proofs 8 hours, an agent's token 30 days"
)

SIGN_IN_TOKEN = {
    KEPT: Kept(
        what="what is remembered of the cookie of a browser that is signed in: nothing that signs "
        "in",
        why="so that every process of the house knows who is signed in",
        stays=SIGN_IN_STAYS,
        whose=Whose.PERSON,
        erased=Erasure.ENDED,
        category=Category.PSEUDONYM,
        use=Use.SECURE,
    )
}
SIGN_IN_BROWSER = {
    KEPT: Kept(
        what="what is remembered of the cookie by which a browser is known again: nothing that can "
        "be used as one",
        why="to end a sign-in with the browser that it is of",
        stays=SIGN_IN_STAYS,
        whose=Whose.PERSON,
        erased=Erasure.ENDED,
        category=Category.PSEUDONYM,
        use=Use.SECURE,
    )
}
SIGN_IN_DAY = {
    KEPT: Kept(
        what="the last day on which a sign-in can mean anything",
        why="so that it goes by itself",
        stays=SIGN_IN_STAYS,
        whose=Whose.PERSON,
        erased=Erasure.ENDED,
        category=Category.HABITS,
        use=Use.SECURE,
    )
}
SIGN_IN = {
    KEPT: Kept(
        what="which guardian is signed in, since when, used when last, by which way, and what the "
        "browser says it is",
        why="so that guardians see it, and can end it",
        stays=SIGN_IN_STAYS,
        whose=Whose.PERSON,
        erased=Erasure.ENDED,
        category=Category.HABITS,
        use=Use.SECURE,
        sealed=True,
    )
}
PASSING_NAME = {
    KEPT: Kept(
        what="that processes of the house left each other a note, and until which hour it counts",
        why="so that what may be used once is used once, whichever process is asked",
        stays=PASSING_STAYS,
        whose=Whose.HOUSEHOLD,
        erased=Erasure.PASSED,
        category=Category.OPERATION,
        use=Use.SECURE,
    )
}
PASSING = {
    KEPT: Kept(
        what="how many wrong proofs of who one is came in each minute of the last hour; which "
        "device a pairing code is for; what an agent's token is known by; that a challenge or a "
        "message of staff was used",
        why="so that what may be used once is used once, whichever process is asked",
        stays=PASSING_STAYS,
        whose=Whose.HOUSEHOLD,
        erased=Erasure.PASSED,
        category=Category.OPERATION,
        use=Use.SECURE,
        sealed=True,
    )
}
