"""Lessons about words, learned without asking who consents."""

from collections.abc import Sequence
from datetime import datetime

from unhear.forget.database import Database
from unhear.forget.roots import RootKeeper, open_tree
from unhear.household.learning import Subject
from unhear.household.words import HouseholdId, Utterance
from unhear.learn.learned import Lesson, SealedLearned
from unhear.learn.subjects import VOCABULARY
from unhear.learn.vocabulary import said


def lesson(
    spoken: Utterance, until: datetime, words: str, with_others: Sequence[Utterance] = ()
) -> Lesson:
    numbers = VOCABULARY.contribution.write(said(words))
    return Lesson(Subject.VOCABULARY, spoken, numbers, until, with_others)


def teach(database: Database, keeper: RootKeeper, household: HouseholdId, learned: Lesson) -> None:
    with database.writing() as transaction:
        tree = open_tree(transaction, keeper)
        SealedLearned().learn(transaction, tree, household, learned)
