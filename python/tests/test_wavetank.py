"""Tests of the package. They need the program wavetank (see wavetank.commands.program)."""

import math
import os
import sys
import tempfile
import unittest

import wavetank
from wavetank.spaces import gymnasium

MM1 = {"duration": "1m", "warmup": "10s", "control.period": "10s"}
QUICKSTART = {"duration": "2m", "warmup": "10s", "workload[0].arrivals.day-curve.spikes": "[]"}

SERVED = """
import sys
sys.path.insert(0, {path!r})
import wavetank

def decide(fleet):
    print("not an answer")
    return {{"demand": {{m["name"]: m["rate"] + m["waiting"] / max(m["lead"], fleet["period"], 1) for m in fleet["models"]}}}}

wavetank.serve(decide)
"""


def episode(env, action, **reset):
    """Plays one run with constant actions, and returns everything that the environment said."""
    seen = [[float(v) for v in env.reset(**reset)[0]]]
    over = False
    while not over:
        observation, reward, over, cut, _ = env.step(action)
        assert not cut
        seen.append([float(v) for v in observation] + [reward])
    return seen


def results(folder):
    """Returns the rows of a folder without the name of the policy; undefined values compare equal."""
    return [(r["scope"], r["metric"], r["replication"], None if math.isnan(r["value"]) else r["value"]) for r in wavetank.rows(folder)]


def flags(changes):
    """Returns changes as flags of wavetank run."""
    return [word for path, value in changes.items() for word in ("--set", f"{path}={value}")]


class Twins(unittest.TestCase):
    """An agent and a program that decide as follow does have the results of follow, in all digits."""

    def test_twins_of_follow(self):
        for scenario, changes in (("mm1", MM1), ("quickstart", QUICKSTART)):
            with self.subTest(scenario), tempfile.TemporaryDirectory() as folder:
                common = ["--replications=1", "--seed=1", "--set", 'baseline=""'] + flags(changes)
                want = results(wavetank.run(scenario, os.path.join(folder, "follow"), "--set", "policies=[{follow: {capacity: utilization}}]", *common))
                self.assertGreater(len(want), 20)

                env = wavetank.WavetankEnv(scenario, changes=changes)
                self.addCleanup(env.close)
                models = len(env.hello["models"])
                episode(env, [1.0] * models, options={"seed": 1})
                self.assertEqual(results(env.results()), want)

                mine = os.path.join(folder, "mine.py")
                with open(mine, "w", encoding="utf-8") as file:
                    file.write(SERVED.format(path=os.path.dirname(os.path.dirname(wavetank.__file__))))
                command = f"policies=[{{command: {{capacity: utilization, run: ['{sys.executable}', '{mine}']}}}}]"
                got = wavetank.run(scenario, os.path.join(folder, "mine"), "--allow-commands", "--set", command, *common)
                self.assertEqual(results(got), want)


class Environment(unittest.TestCase):
    """The environment on mm1."""

    @classmethod
    def setUpClass(cls):
        cls.env = wavetank.WavetankEnv("mm1", changes=MM1)

    @classmethod
    def tearDownClass(cls):
        cls.env.close()

    def test_a_seed_makes_runs_reproducible(self):
        first = [episode(self.env, [1.0], seed=7), episode(self.env, [1.0])]
        again = [episode(self.env, [1.0], seed=7), episode(self.env, [1.0])]
        self.assertEqual(first, again)
        self.assertNotEqual(first[0], first[1])
        self.assertEqual(len(first[0]), 7)  # decisions at 0, 10, …, 50 s, and the end

    def test_rewards_are_money_and_misses(self):
        before = {"spent": 1.0}
        after = {"spent": 1.5, "models": [{"late": 2, "lost": 1}, {"late": 0, "lost": 7}]}
        self.assertEqual(wavetank.Reward(miss=0.25)(before, after), -0.5 - 0.25 * 10)
        own = wavetank.WavetankEnv("mm1", changes=MM1, reward=lambda before, after: after["time"])
        times = [step[-1] for step in episode(own, [1.0], seed=1)[1:]]
        self.assertEqual(times[:-1], [10, 20, 30, 40, 50])
        self.assertGreaterEqual(times[-1], 60)
        own.close()

    def test_spaces_are_those_of_the_scenario(self):
        self.assertEqual(self.env.names[:3], ["time", "model queue rate", "model queue waiting"])
        observation, info = self.env.reset(seed=1)
        self.assertTrue(self.env.observation_space.contains(observation))
        self.assertEqual(info["fleet"]["models"][0]["name"], "queue")
        for wrong in ([-1.0], [4.5], [1.0, 1.0]):
            with self.assertRaises(ValueError):
                self.env.step(wrong)
        replicas = wavetank.WavetankEnv("mm1", changes=MM1, action="replicas", most=3)
        self.assertEqual(list(replicas.action_space.nvec), [4])
        episode(replicas, [1], seed=1)
        self.assertEqual(replicas.fleet["deployments"][0]["ready"], 1)
        replicas.close()
        demand = wavetank.WavetankEnv("mm1", changes=MM1, action="demand", most=5)
        self.assertEqual(list(demand.action_space.high), [5.0])
        demand.close()

    def test_faults(self):
        with self.assertRaisesRegex(wavetank.WavetankError, 'no shipped scenario of that name .did you mean "mm1"'):
            wavetank.WavetankEnv("mm2")
        with self.assertRaisesRegex(wavetank.WavetankError, "duration"):
            wavetank.WavetankEnv("mm1", changes={"duration": "fast"})
        with self.assertRaisesRegex(ValueError, 'want "headroom", "demand" or "replicas"'):
            wavetank.WavetankEnv("mm1", action="machines")
        with self.assertRaisesRegex(ValueError, "want a number above 0"):
            wavetank.WavetankEnv("mm1", most=0)
        self.env.close()
        with self.assertRaisesRegex(RuntimeError, "call reset"):
            self.env.step([1.0])
        with self.assertRaisesRegex(RuntimeError, "after the last step"):
            self.env.results()

    def test_vectors_are_their_environments(self):
        alone = [episode(self.env, [1.0], seed=3), episode(self.env, [1.0], seed=4)]
        both = wavetank.WavetankVector([lambda: wavetank.WavetankEnv("mm1", changes=MM1)] * 2)
        observations, _ = both.reset(seed=3)
        seen = [[[float(v) for v in o]] for o in observations]
        for _ in range(len(alone[0]) - 1):
            observations, rewards, over, _, _ = both.step([[1.0], [1.0]])
            for i in range(2):
                seen[i].append([float(v) for v in observations[i]] + [rewards[i]])
        self.assertEqual((seen, over), (alone, [True, True]))
        _, rewards, over, _, infos = both.step([[1.0], [1.0]])  # new runs
        self.assertEqual((rewards, over, infos[0]["fleet"]["time"]), ([0.0, 0.0], [False, False], 0))
        both.close()

    @unittest.skipIf(gymnasium is None, "gymnasium is not installed")
    def test_the_checker_of_gymnasium_passes(self):
        from gymnasium.utils.env_checker import check_env

        check_env(self.env, skip_render_check=True)


class Commands(unittest.TestCase):
    """The commands of wavetank."""

    def test_scores(self):
        with tempfile.TemporaryDirectory() as folder:
            said = wavetank.score("follow", "mm1", flags=["--reference=follow", "--replications=2", "--ledger", os.path.join(folder, "l.sqlite")] + flags(MM1))
        self.assertEqual((said["scores"][0]["scenario"], said["scores"][0]["replications"]), ("mm1", 2))

    def test_frames(self):
        try:
            import pandas
        except ImportError:
            self.skipTest("pandas is not installed")
        with tempfile.TemporaryDirectory() as folder:
            wavetank.run("mm1", folder, "--replications=2", *flags(MM1))
            frame = wavetank.frame(folder)
        cost = frame[(frame.metric == "cost_rate") & (frame.scope == "all")]
        self.assertIsInstance(frame, pandas.DataFrame)
        self.assertTrue(len(cost) >= 2 and (cost.value > 0).all())


if __name__ == "__main__":
    unittest.main()
