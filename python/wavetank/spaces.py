"""Spaces of actions and observations: those of gymnasium if it is installed, else plain lists."""

import random

try:
    import gymnasium
    import numpy
except ImportError:
    gymnasium = numpy = None


class Box:
    """Lists of numbers, each between its ends."""

    def __init__(self, low, high):
        self.low, self.high, self.shape = list(low), list(high), (len(low),)
        self.draw = random.Random(0)

    def seed(self, seed):
        """Begins the samples anew."""
        self.draw = random.Random(seed)

    def sample(self):
        """Returns a random element. An end that is infinite counts as 1."""
        return [self.draw.uniform(a, b if b < float("inf") else max(a, 1)) for a, b in zip(self.low, self.high)]

    def contains(self, x):
        """Reports whether x is an element."""
        return len(x) == len(self.low) and all(a <= v <= b for a, v, b in zip(self.low, x, self.high))


class MultiDiscrete:
    """Lists of whole numbers, each from 0 to below its bound."""

    def __init__(self, bounds):
        self.nvec, self.shape = list(bounds), (len(bounds),)
        self.draw = random.Random(0)

    def seed(self, seed):
        """Begins the samples anew."""
        self.draw = random.Random(seed)

    def sample(self):
        """Returns a random element."""
        return [self.draw.randrange(n) for n in self.nvec]

    def contains(self, x):
        """Reports whether x is an element."""
        return len(x) == len(self.nvec) and all(v == int(v) and 0 <= v < n for v, n in zip(x, self.nvec))


def box(low, high):
    """Returns the space of numbers between two lists of ends."""
    if gymnasium is None:
        return Box(low, high)
    return gymnasium.spaces.Box(numpy.array(low, numpy.float32), numpy.array(high, numpy.float32), dtype=numpy.float32)


def counts(bounds):
    """Returns the space of whole numbers from 0 to below the bounds."""
    if gymnasium is None:
        return MultiDiscrete(bounds)
    return gymnasium.spaces.MultiDiscrete(bounds)


def vector(values):
    """Returns numbers as an element of a box."""
    return list(values) if gymnasium is None else numpy.array(values, numpy.float32)


def element(space, values):
    """Returns values in the form that a space of actions has."""
    return list(values) if gymnasium is None else numpy.asarray(values, space.dtype)
