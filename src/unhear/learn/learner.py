"""What every learner can do."""

from typing import Protocol, TypeVar

Contribution_contra = TypeVar("Contribution_contra", contravariant=True)
State = TypeVar("State")
Model_co = TypeVar("Model_co", covariant=True)


class NeverLearned(ValueError):
    """A contribution is taken from a state that it is not part of; the state stays as it was."""


class Learner(Protocol[Contribution_contra, State, Model_co]):
    """Adds contributions to a state, takes them out again, and makes a model of what is there.

    States form a group under addition: the order, and how often something came and went, leave no
    trace. `digest` tells two states apart, and is the same wherever it is computed.
    """

    def zero(self) -> State:
        """Answer the state of having learned nothing."""

    def add(self, state: State, contribution: Contribution_contra) -> State:
        """Answer the state with a contribution more."""

    def sub(self, state: State, contribution: Contribution_contra) -> State:
        """Answer the state without a contribution. Raises `NeverLearned`."""

    def solve(self, state: State) -> Model_co:
        """Answer the model; equal states give models of equal bits."""

    def digest(self, state: State) -> bytes:
        """Answer 32 bytes that name the learner and what it learned."""
