"""What a network is trained on, and which samples a training step uses: all of them, or a mini-batch.

    >>> plan = Batching(size=2)
    >>> [plan.samples_at(step, 5) for step in (1, 2, 3, 4)]
    [(1, 2), (3, 4), (5,), (1, 2)]
    >>> Batching(size=2, seed=7).samples_at(1, 5) == Batching(size=2, seed=7).samples_at(1, 5)
    True

A shuffled order is drawn anew for each epoch from its seed and the epoch's number alone, so any step can be looked
at without running those before it. Only `random.Random(n).random()` is used: Python keeps its numbers the same on
every machine and in every version.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import NamedTuple, TypeAlias

Samples: TypeAlias = tuple[int | None, ...]
"""The numbers of a training step's samples, from 1; a sample that is the only one there is has none."""


def all_samples(samples: int) -> Samples:
    """Every sample of so many."""
    return tuple(range(1, samples + 1)) if samples > 1 else (None,)


class Batching(NamedTuple):
    """size: so many samples a step (None: all). seed: of the shuffling (None: in the file's order).

    done: so many steps have been made before the first. repeated: the step after this one uses its samples once more,
    to see what it has changed.
    """

    size: int | None = None
    seed: int | None = None
    done: int = 0
    repeated: int | None = None

    def steps_per_epoch(self, samples: int) -> int:
        return -(-samples // self.size) if self.size else 1

    def place(self, step: int, samples: int) -> tuple[int, int]:
        """The epoch of a step and its place there, both from 0."""
        return divmod(self.done + step - 1, self.steps_per_epoch(samples))

    def step_with(self, sample: int, near: int, samples: int) -> int | None:
        """The step that uses a sample, in the epoch of another step."""
        start = near - self.place(near, samples)[1]
        steps = range(max(1, start), start + self.steps_per_epoch(samples))
        return next((step for step in steps if sample in self.samples_at(step, samples)), None)

    def samples_at(self, step: int, samples: int) -> Samples:
        """The samples of a step."""
        if self.repeated is not None and step == self.repeated + 1:
            step = self.repeated
        if self.size is None or self.size >= samples:
            return all_samples(samples)
        epoch, place = self.place(step, samples)
        order = range(1, samples + 1) if self.seed is None else shuffled(samples, self.seed, epoch)
        return tuple(sorted(order[place * self.size : (place + 1) * self.size]))


class Settling(NamedTuple):
    """Run until no activation changes by the threshold or more, but not longer than so many iterations."""

    threshold: str
    most: int


class TrainingSet(NamedTuple):
    """How many samples there are, how their losses become one (batch: sum or mean), and how steps go through them.

    `times` counts the time steps of a sequence (0: none), `target_times` are those with a loss. In a network that is
    `settling` they are its iterations; then inputs and targets do not change with time.
    """

    samples: int = 1
    batch: str = "sum"
    batching: Batching = Batching()
    times: int = 0
    target_times: tuple[int, ...] = ()
    settling: Settling | None = None

    @property
    def all_samples(self) -> Samples:
        """Their numbers from 1; one sample alone has no number."""
        return all_samples(self.samples)

    @property
    def all_times(self) -> tuple[int | None, ...]:
        """The time steps from 1; without a sequence there is one that has no number."""
        return tuple(range(1, self.times + 1)) if self.times else (None,)

    @property
    def batch_size(self) -> int:
        """How many samples a step uses, the last of an epoch perhaps fewer."""
        return min(self.samples, self.batching.size or self.samples)

    @property
    def steps_per_epoch(self) -> int:
        return self.batching.steps_per_epoch(self.samples)

    def samples_at(self, step: int) -> Samples:
        """The samples of a step."""
        return self.batching.samples_at(step, self.samples)


@lru_cache(maxsize=4)
def shuffled(samples: int, seed: int, epoch: int) -> tuple[int, ...]:
    """The samples in the order of an epoch (from 0): Fisher and Yates's shuffle."""
    random = generator(seed, epoch)
    order = list(range(1, samples + 1))
    for place in range(samples - 1, 0, -1):
        other = int(random.random() * (place + 1))
        order[place], order[other] = order[other], order[place]
    return tuple(order)


def generator(seed: int, stream: int) -> Random:
    """Random numbers of a seed; each stream has its own."""
    return Random((seed << 64) + stream)
