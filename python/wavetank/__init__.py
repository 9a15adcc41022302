"""Policies and environments in Python for wavetank, a simulator of model-serving fleets.

serve(decide)        a program that is an allocator of wavetank
WavetankEnv          an environment for reinforcement learning, as gymnasium has them
WavetankVector       several environments at a time, each with its own simulator
run, score           the commands of wavetank
rows, frame          the results of a run, as dictionaries or for pandas

The program wavetank must be in the PATH, or named by the variable WAVETANK.
"""

from .commands import WavetankError, frame, rows, run, score
from .env import Reward, WavetankEnv
from .serving import serve
from .vector import WavetankVector

__all__ = ["Reward", "WavetankEnv", "WavetankError", "WavetankVector", "frame", "rows", "run", "score", "serve"]
