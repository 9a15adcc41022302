"""An environment for reinforcement learning: the agent is the allocator of a fleet."""

import random

from .episode import Episode
from .spaces import box, counts, element, gymnasium, vector

Base = object if gymnasium is None else gymnasium.Env

INFINITE = float("inf")


class Reward:
    """The default reward of a step: the money spent in it, in $, and a price for each request that
    was late or lost, both negative."""

    def __init__(self, miss=0.001):
        self.miss = miss  # $ for each late or lost request

    def __call__(self, before, after):
        missed = sum(m["late"] + m["lost"] for m in after["models"])
        return -(after["spent"] - before["spent"]) - self.miss * missed


class WavetankEnv(Base):
    """A scenario of wavetank. A step is a control period.

    scenario    a file, or the name of a shipped scenario
    action      "headroom": for each model a factor on what arrives and waits, from 0 to most.
                "demand": for each model the load to plan for, in requests per second, from 0 to most.
                "replicas": for each deployment a number of replicas, up to most, or else the limit
                of its machine type
    most        the largest action; None: 4 for headroom, and what all machines serve for demand
    reward      a function of two successive observations (dictionaries); the default is Reward()
    changes     values of the scenario to replace, by path, such as {"duration": "30m"}
    parameters  of the allocator command, such as {"capacity": "simulated"}
    cache       folder that keeps tables of capacity; with capacity simulated it saves seconds

    Observations are vectors; names says what each entry is. info["fleet"] is the observation as a
    dictionary, which docs/policies.md describes. If gymnasium is installed, this is a gymnasium.Env.
    """

    metadata = {"render_modes": []}
    render_mode = None

    def __init__(self, scenario="quickstart", *, action="headroom", most=None, reward=None, changes=None, parameters=None, cache=None):
        if action not in ("headroom", "demand", "replicas"):
            raise ValueError(f'action {action!r}: want "headroom", "demand" or "replicas"')
        if most is not None and not 0 < most < INFINITE:
            raise ValueError(f"most {most}: want a number above 0")
        self.scenario, self.action, self.reward = scenario, action, reward or Reward()
        self.changes, self.cache = changes, cache
        self.parameters = {"capacity": "utilization", **(parameters or {})}
        self.episode, self.fleet, self.over = None, None, True
        self.draw = random.Random()
        self._start(None)
        self._greet()
        self._bound(most)
        self.close()

    def _start(self, seed):
        """Starts the simulator."""
        self.close()
        self.seed = seed
        self.episode = Episode(self.scenario, seed, self.changes, self.parameters, self.cache)

    def _greet(self):
        """Reads the first lines of a run."""
        self.hello = self.episode.read()
        if self.hello is None:
            self.episode.fail()
        self.episode.write({"wavetank": 1})
        self._look()

    def _bound(self, most):
        """Makes the spaces of the scenario."""
        limits = {m["name"]: m["max"] for m in self.hello["machines"]}
        if self.action == "replicas":
            self.action_space = counts([int(most or limits[d["machine"]]) + 1 for d in self.hello["deployments"]])
        else:
            n = len(self.hello["models"])
            served = [0.0] * n
            for d in self.hello["deployments"]:
                served[self.hello["models"].index(d["model"])] += d["capacity"] * limits[d["machine"]]
            high = [most or 4.0] * n if self.action == "headroom" else [most or s for s in served]
            self.action_space = box([0.0] * n, high)
        self.names = [name for name, _, _ in self._entries()]
        self.observation_space = box([0.0] * len(self.names), [high for _, _, high in self._entries()])

    def _entries(self):
        """Yields the name, the value and the upper end of each entry of an observation."""
        fleet = self.fleet
        yield "time", min(1.0, fleet["time"] / self.hello["duration"]), 1.0
        for m in fleet["models"]:
            of = f"model {m['name']} "
            for key in ("rate", "waiting", "ready", "latency"):
                yield of + key, m[key], INFINITE
            yield of + "in_time", m["in_time"] / m["offered"] if m["offered"] else 1.0, INFINITE
        for d in fleet["deployments"]:
            of = f"deployment {d['name']} "
            for key in ("loading", "ready", "draining", "utilization"):
                yield of + key, d[key], INFINITE
        for t in fleet["machines"]:
            of = f"machine {t['name']} "
            for key in ("rented", "limit", "price"):
                yield of + key, t[key], INFINITE

    def _vector(self):
        return vector([float(value) for _, value, _ in self._entries()])

    def _look(self):
        """Reads the next observation, and whether the run is over. It raises a WavetankError if the run
        has failed."""
        question = self.episode.read()
        if question is None:
            self.episode.fail()
        self.over = "over" in question
        self.fleet = question["over" if self.over else "decide"]

    def _decision(self, action):
        """Returns the answer of an action."""
        action = element(self.action_space, action)
        if not self.action_space.contains(action):
            raise ValueError(f"action {action}: it is not in the space of actions, of {self.action_space.shape[0]} entries")
        values = [float(v) for v in action]
        if self.action == "replicas":
            return {"replicas": {d["name"]: int(v) for d, v in zip(self.hello["deployments"], values)}}
        demand = {}
        for m, v in zip(self.fleet["models"], values):
            if self.action == "headroom":
                v *= m["rate"] + m["waiting"] / max(m["lead"], self.fleet["period"], 1)
            demand[m["name"]] = v
        return {"demand": demand}

    def reset(self, *, seed=None, options=None):
        """Begins a run. A seed makes this run and those after it reproducible; without one they go on
        with new draws. options={"seed": n} sets the seed of the scenario itself."""
        self.begin(seed=seed, options=options)
        return self.begun()

    def begin(self, *, seed=None, options=None):
        """Does the first half of reset: it starts the simulator."""
        if gymnasium is not None:
            super().reset(seed=seed)
        if seed is not None:
            self.draw = random.Random(seed)
        drawn = self.draw.getrandbits(62)
        self._start((options or {}).get("seed", drawn))

    def begun(self):
        """Does the second half of reset, and returns the observation and the info."""
        self._greet()
        return self._vector(), {"fleet": self.fleet, "seed": self.seed}

    def step(self, action):
        """Acts in a control period. It returns the observation at its end, the reward, whether the run
        is over, False, and the info."""
        self.send(action)
        return self.receive()

    def send(self, action):
        """Does the first half of step: it sends the action."""
        if self.over:
            raise RuntimeError("the run is over: call reset")
        self.episode.write(self._decision(action))

    def receive(self):
        """Does the second half of step, and returns its results."""
        before = self.fleet
        self._look()
        return self._vector(), float(self.reward(before, self.fleet)), self.over, False, {"fleet": self.fleet, "seed": self.seed}

    def results(self):
        """Returns the folder of the results of a run that is over, as wavetank run writes them. The
        folder is removed by reset and close."""
        if self.episode is None or not self.over:
            raise RuntimeError("there are results only after the last step of a run")
        return self.episode.wait()

    def close(self):
        """Ends the simulator."""
        if self.episode is not None:
            self.episode.close()
        self.episode, self.over = None, True
