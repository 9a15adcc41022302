"""A program that is a policy of wavetank."""

import json
import sys


def serve(decide, greet=None):
    """Answers the lines of wavetank on standard input until it ends.

    decide(fleet) is an allocator. fleet is the dictionary that docs/policies.md describes. It returns
    {"demand": {model: requests per second}} or {"replicas": {deployment: number}}. greet(hello) gets
    the first line of the run; it may be None. Draw random numbers from hello["seed"] and
    hello["replication"] alone, so that equal runs stay equal.
    """
    lines, answers = sys.stdin, sys.stdout
    sys.stdout = sys.stderr  # what a policy prints must not be taken for an answer
    for line in lines:
        question = json.loads(line)
        if "wavetank" in question:
            if greet is not None:
                greet(question)
            answer = {"wavetank": 1}
        elif "decide" in question:
            answer = decide(question["decide"])
        else:  # the run is over
            continue
        print(json.dumps(answer), file=answers, flush=True)
