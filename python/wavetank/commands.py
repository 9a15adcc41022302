"""The commands of wavetank, and their results."""

import csv
import json
import os
import subprocess


class WavetankError(Exception):
    """Wavetank failed. The message is what it said."""


def program():
    """Returns the program wavetank: the variable WAVETANK, or the one in the PATH."""
    return os.environ.get("WAVETANK", "wavetank")


def call(*arguments):
    """Runs a command of wavetank and returns what it prints. It raises a WavetankError if it fails."""
    try:
        done = subprocess.run([program(), *arguments], capture_output=True, text=True, encoding="utf-8")
    except OSError as error:
        raise WavetankError(f"{program()} does not start: {error}; put it into the PATH, or name it by the variable WAVETANK") from error
    if done.returncode != 0:
        raise WavetankError(done.stderr.strip() or f"{program()} ended with exit code {done.returncode}")
    return done.stdout


def run(scenario, out, *arguments):
    """Runs a scenario, with results in the folder out, and returns this folder. Further arguments
    are flags of wavetank run, such as "--policy=hpa"."""
    call("run", str(scenario), "--quiet", "--out", str(out), *arguments)
    return out


def score(policy, *scenarios, flags=()):
    """Returns what wavetank score says of a policy: dictionaries with the keys scores, objectives
    and reasons. flags are those of wavetank score, such as "--replications=3"."""
    return json.loads(call("score", policy, *map(str, scenarios), "--quiet", "--format", "json", *flags))


def rows(folder):
    """Returns the rows of results.csv in a folder of results, with numbers as float."""
    with open(os.path.join(folder, "results.csv"), newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    for row in table:
        row["replication"] = int(row["replication"])
        row["value"] = float(row["value"]) if row["value"] else float("nan")
    return table


def frame(folder):
    """Returns results.csv of a folder of results as a pandas.DataFrame."""
    import pandas

    return pandas.DataFrame(rows(folder))
