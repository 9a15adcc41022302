"""Several environments at a time."""


class WavetankVector:
    """Environments that simulate side by side, each in its own process.

    make is a list of functions without parameters that return a WavetankEnv. An environment whose run
    is over begins a new one at the next step, which ignores its action and has the reward 0.
    """

    def __init__(self, make):
        self.envs = [one() for one in make]
        self.num_envs = len(self.envs)

    def reset(self, *, seed=None):
        """Begins a run in each environment, with the seeds seed, seed + 1 and so on. It returns the
        list of observations and the list of infos."""
        for i, env in enumerate(self.envs):
            env.begin(seed=None if seed is None else seed + i)
        observations, infos = zip(*[env.begun() for env in self.envs])
        return list(observations), list(infos)

    def step(self, actions):
        """Acts in each environment. It returns lists of observations, rewards, whether the runs are
        over, whether they were cut (never), and infos."""
        if len(actions) != self.num_envs:
            raise ValueError(f"{len(actions)} actions for {self.num_envs} environments")
        fresh = [env.over for env in self.envs]
        for env, action, new in zip(self.envs, actions, fresh):
            if new:
                env.begin()
            else:
                env.send(action)
        steps = []
        for env, new in zip(self.envs, fresh):
            if new:
                observation, info = env.begun()
                steps.append((observation, 0.0, False, False, info))
            else:
                steps.append(env.receive())
        return tuple(list(part) for part in zip(*steps))

    def close(self):
        """Ends all simulators."""
        for env in self.envs:
            env.close()
