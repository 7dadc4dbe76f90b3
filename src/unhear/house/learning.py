"""What the house learns from what is said, and how what it learned helps it to understand."""

import logging
from collections.abc import Callable, Collection, Sequence

from unhear.forget.database import Database, TraceKind, Transaction
from unhear.forget.engine import Forgetter
from unhear.forget.errors import Barred
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import content_of
from unhear.household.family import Household
from unhear.household.learning import Subject
from unhear.household.policy import teaching
from unhear.household.words import Utterance
from unhear.learn import wording
from unhear.learn.labelled import LABEL_BYTES_MAX, Labelled
from unhear.learn.learned import Lesson, SealedLearned
from unhear.learn.rows import LEARNED_KINDS, contributions, learned_id, learned_row
from unhear.learn.standing import Standing, standings
from unhear.learn.subjects import PHRASINGS, TAUGHT, VOCABULARY
from unhear.learn.trial import Trial, trial
from unhear.learn.vocabulary import said

log = logging.getLogger(__name__)


class Learning:
    """Learns for one household, from whom consents and as long as they may teach it."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        learned: SealedLearned,
        forgetter: Forgetter,
        household: Callable[[], Household],
        subjects: Collection[Subject] = tuple(Subject),
    ) -> None:
        """`subjects` are those that this house learns about."""
        self._database = database
        self._keeper = keeper
        self._learned = learned
        self._forgetter = forgetter
        self._household = household
        self._subjects = frozenset(subjects)

    def hints(self) -> Sequence[str]:
        """Answer the words and pairs of words that are often said here."""
        phrases: Sequence[str] = VOCABULARY.model.read(self.model(Subject.VOCABULARY))
        return phrases

    def heard(self, spoken: Utterance, text: str) -> bool:
        """Learn which words were said, from a request that was heard and understood."""
        return self.teach(spoken, Subject.VOCABULARY, VOCABULARY.contribution.write(said(text)))

    def meant(self, before: tuple[Utterance, str], correction: Utterance, plain: str) -> bool:
        """Learn that words said before meant what was said now: both in their plain form.

        It goes with either recording, and needs the consent of both speakers.
        """
        spoken, words = before
        if not words or len(plain.encode()) > LABEL_BYTES_MAX or words == plain:
            return False
        numbers = PHRASINGS.contribution.write(Labelled(wording.wording(words), plain))
        return self.teach(spoken, Subject.PHRASINGS, numbers, [correction])

    def meaning(self, plain: str, *, exactly: bool = False) -> str | None:
        """Answer what words in their plain form mean here: a request that is understood.

        Words like those that were explained will do, unless it is to be `exactly` those.
        """
        model = PHRASINGS.model.read(self.model(Subject.PHRASINGS))
        return wording.meaning(model, wording.wording(plain), exactly=exactly)

    def standings(self) -> list[Standing]:
        """Answer what is learned of whom, compared with a build from the contributions."""
        ours = self._household().id
        found = snapshot(self._database, self._keeper, lambda tx, tree: standings(tx, tree, ours))
        return [one for one in found if one.subject in self._subjects]

    def mend(self) -> int:
        """Build anew what is not what the contributions make; answer how much that was.

        The keys of what stood there are destroyed.
        """
        wrong = [one.subject for one in self.standings() if not one.is_proved]
        ours = self._household().id
        for subject in wrong:
            log.warning("what was learned is built anew", extra={"subject": subject.value})
            rows = [learned_id(ours, kind, subject) for kind in LEARNED_KINDS]
            self._forgetter.discard(ours, rows)
            with self._database.writing() as transaction:
                self._learned.build(
                    transaction, open_tree(transaction, self._keeper), ours, subject
                )
        return len(wrong)

    def trials(self) -> list[Trial]:
        """Answer how much it helps, for each subject that was taught often enough to say."""
        ours = self._household().id

        def read(transaction: Transaction, tree: KeyTree) -> dict[Subject, list[bytes]]:
            found: dict[Subject, list[bytes]] = {subject: [] for subject in TAUGHT}
            for _, one in contributions(transaction, tree, ours):
                if one.numbers:
                    found[one.subject].append(one.numbers)
            return found

        lessons = snapshot(self._database, self._keeper, read)
        tried = [trial(subject, of_it) for subject, of_it in lessons.items()]
        return [one for one in tried if one is not None]

    def teach(
        self,
        spoken: Utterance,
        subject: Subject,
        numbers: bytes,
        with_others: Sequence[Utterance] = (),
    ) -> bool:
        """Add a lesson, where every speaker whose words it comes of consents; False where not."""
        household = self._household()
        stays = [teaching(household, one, subject.purpose) for one in (spoken, *with_others)]
        allowed = [stay for stay in stays if stay is not None]
        if len(allowed) < len(stays):
            return False
        until = spoken.heard_at + min(allowed)
        lesson = Lesson(subject, spoken, numbers, until, with_others)
        try:
            with self._database.writing() as transaction:
                tree = open_tree(transaction, self._keeper)
                self._learned.learn(transaction, tree, household.id, lesson)
        except Barred:
            return False
        return True

    def state(self, subject: Subject) -> bytes:
        """Answer the state of a subject, as bytes."""
        found = self._content(TraceKind.STATE, subject)
        return TAUGHT[subject].nothing() if found is None else found

    def model(self, subject: Subject) -> bytes:
        """Answer the model of a subject, as bytes."""
        found = self._content(TraceKind.MODEL, subject)
        return TAUGHT[subject].solved(TAUGHT[subject].nothing()) if found is None else found

    def _content(self, kind: TraceKind, subject: Subject) -> bytes | None:
        ours = self._household().id

        def read(transaction: Transaction, tree: KeyTree) -> bytes | None:
            row = learned_row(transaction, ours, kind, subject)
            return None if row is None else content_of(tree, row)

        return snapshot(self._database, self._keeper, read)
