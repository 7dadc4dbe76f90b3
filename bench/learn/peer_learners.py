"""How others unlearn: run by a Python that has them, `python peer_learners.py NAME FOLDER`.

The folder holds arrays: `stay`, `gone` and `asked`, int8 of shape (n, d), each with labels (numbers
from 0). Prints one JSON object: seconds (the median of `runs`) to have a model without what is
gone, reading and converting apart; the share of `asked` that it tells; and, where few recordings
make it quick to find out, whether that model has the bytes of one that never saw what is gone, and
of one that learned the rest in another order.
"""

import copy
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

SHARDS = 20
FEW = 10_000
"""With more recordings bytes are not compared: that would train everything several times."""

RUNS, CHUNK, PENALTY = 5, 50_000, 0.01

ROUNDS, RECORDINGS_MAX, BATCH = 30, 400_000, 256
"""A small network is trained in so many rounds, or fewer, so that it sees so many recordings."""


class Data:
    """The arrays of a folder, whose vectors are scaled to at most 1, or get a constant in front."""

    def __init__(self, folder: Path, *, scaled: bool = True) -> None:
        def load(name: str) -> tuple[Any, Any]:
            vectors, labels = (np.load(folder / f"{part}.npy") for part in (name, f"{name}-labels"))
            if scaled:
                return vectors.astype(np.float32) / 127, labels
            return np.pad(vectors, ((0, 0), (1, 0)), constant_values=127), labels

        self.stay, self.gone, self.asked = load("stay"), load("gone"), load("asked")

    @property
    def few(self) -> bool:
        """Whether bytes are compared."""
        return len(self.stay[1]) <= FEW

    def all(self) -> tuple[Any, Any]:
        """Answer what is learned first: the rest, then what will be gone."""
        return tuple(np.concatenate(parts) for parts in zip(self.stay, self.gone, strict=True))  # type: ignore[return-value] # two arrays

    def in_another_order(self) -> tuple[Any, Any]:
        """Answer the rest, shuffled."""
        order = np.random.default_rng(1).permutation(len(self.stay[1]))
        return self.stay[0][order], self.stay[1][order]


def _timed(work: Callable[[], Any], data: Data) -> tuple[Any, dict[str, Any]]:
    """Answer what some work gave, and the seconds it took: several times where it is quick."""
    times, result = list[float](), None
    for _ in range(RUNS if data.few else 1):
        started = perf_counter()
        result = work()
        times.append(perf_counter() - started)
    return result, {"seconds": sorted(times)[len(times) // 2], "runs": len(times)}


def ridge(data: Data) -> dict[str, Any]:
    """Least squares with a penalty, by LAPACK, solved again from the rest."""

    def solved(some: tuple[Any, Any]) -> Any:
        gram = np.zeros((some[0].shape[1],) * 2)
        for start in range(0, len(some[1]), CHUNK):
            part = some[0][start : start + CHUNK].astype(np.float64)
            gram += part.T @ part
        gram += np.eye(len(gram)) * PENALTY * np.trace(gram) / len(gram)
        wanted = [
            some[0][some[1] == kind].sum(axis=0, dtype=np.float64)
            for kind in range(int(data.asked[1].max()) + 1)
        ]
        return np.linalg.solve(gram, np.stack(wanted, axis=1))

    weights, found = _timed(lambda: solved(data.stay), data)
    told = (data.asked[0].astype(np.float64) @ weights).argmax(axis=1) == data.asked[1]
    found["told"] = float(told.mean())
    if data.few:
        found["equals_never_learned"] = weights.tobytes() == solved(data.stay).tobytes()
        other = solved(data.in_another_order())
        found["equals_another_order"] = weights.tobytes() == other.tobytes()
    return found


def _logistic(vectors: Any, labels: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=300).fit(vectors, labels)


def _bytes(models: Sequence[Any]) -> bytes:
    return b"".join(model.coef_.tobytes() + model.intercept_.tobytes() for model in models)


def retrained(data: Data) -> dict[str, Any]:
    """Logistic regression, trained again on the rest."""
    model, found = _timed(lambda: _logistic(*data.stay), data)
    found["told"] = float((model.predict(data.asked[0]) == data.asked[1]).mean())
    if data.few:
        found["equals_never_learned"] = _bytes([model]) == _bytes([_logistic(*data.stay)])
        found["equals_another_order"] = _bytes([model]) == _bytes(
            [_logistic(*data.in_another_order())]
        )
    return found


def sisa(data: Data) -> dict[str, Any]:
    """Logistic regression a shard, whose probabilities are added; the shards hit train again."""
    everything = data.all()
    gone = range(len(data.stay[1]), len(everything[1]))
    hit = sorted({number % SHARDS for number in gone})

    def shard(of: Any, number: int) -> Any:
        return _logistic(of[0][number::SHARDS], of[1][number::SHARDS])

    again, found = _timed(lambda: {number: shard(data.stay, number) for number in hit}, data)
    found["shards_hit"] = len(hit)
    if data.few:
        first = [shard(everything, number) for number in range(SHARDS)]
        after = [again.get(number, model) for number, model in enumerate(first)]
        never = [shard(data.stay, number) for number in range(SHARDS)]
        found["told"] = _told_by_all(after, data.asked)
        found["equals_never_learned"] = _bytes(after) == _bytes(never)
        other = [shard(data.in_another_order(), number) for number in range(SHARDS)]
        found["equals_another_order"] = _bytes(after) == _bytes(other)
    return found


def _told_by_all(models: Sequence[Any], asked: tuple[Any, Any]) -> float:
    votes = np.zeros((len(asked[1]), int(asked[1].max()) + 1))
    for model in models:
        votes[:, model.classes_] += model.predict_proba(asked[0])
    return float((votes.argmax(axis=1) == asked[1]).mean())


def erasus(data: Data, strategy: str) -> dict[str, Any]:
    """One layer trained by gradients, then unlearned with the package's own settings."""
    import logging

    import torch
    from erasus import ErasusUnlearner

    logging.disable(logging.WARNING)
    kinds = int(data.asked[1].max()) + 1

    def batches(some: tuple[Any, Any]) -> Any:
        tensors = torch.utils.data.TensorDataset(*(torch.from_numpy(part) for part in some))
        return torch.utils.data.DataLoader(tensors, batch_size=BATCH)

    def trained(some: tuple[Any, Any]) -> Any:
        torch.manual_seed(1)
        model = torch.nn.Linear(data.asked[0].shape[1], kinds)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        inputs, labels = (torch.from_numpy(part) for part in some)
        for _ in range(max(1, min(ROUNDS, RECORDINGS_MAX // len(labels)))):
            for batch in torch.randperm(len(labels)).split(BATCH):
                loss = torch.nn.functional.cross_entropy(model(inputs[batch]), labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return model

    def weights(model: Any) -> Any:
        return torch.cat([part.detach().flatten() for part in model.parameters()])

    model = trained(data.all())
    first = weights(model).clone()
    forget, retain = batches(data.gone), batches(data.stay)

    def unlearned() -> Any:
        copied = copy.deepcopy(model)
        unlearner = ErasusUnlearner(model=copied, strategy=strategy, device="cpu")
        unlearner.fit(forget_data=forget, retain_data=retain)
        return unlearner.model

    after, found = _timed(unlearned, data)
    told = after(torch.from_numpy(data.asked[0])).argmax(dim=1).numpy() == data.asked[1]
    found["told"] = float(told.mean())
    if data.few:
        never, now = weights(trained(data.stay)), weights(after)
        found["equals_never_learned"] = bool((now == never).all())
        away, before = float((now - never).norm()), float((first - never).norm())
        found["distance_to_never_learned"] = round(away / before, 3)
    return found


def main(name: str, folder: Path) -> None:
    """Print what one peer took and found."""
    if name == "ridge":
        found = ridge(Data(folder, scaled=False))
    elif name in KINDS:
        small = Data(folder)
        _logistic(small.asked[0], small.asked[1])  # what is imported at first use is not timed
        found = KINDS[name](small)
    else:
        found = erasus(Data(folder), name)
    print(json.dumps(found))


KINDS = {"logistic regression": retrained, "sisa": sisa}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
