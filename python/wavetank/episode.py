"""One run of wavetank whose allocator is in this process."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile

from .commands import WavetankError, program


class Episode:
    """A run of wavetank. It reads the questions of its allocator and writes the answers."""

    def __init__(self, scenario, seed=None, changes=None, parameters=None, cache=None):
        self.folder = tempfile.TemporaryDirectory(prefix="wavetank-")
        self.results = os.path.join(self.folder.name, "results")
        bridge = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bridge.py")
        command = {"run": [sys.executable, bridge], "timeout": "1h", **(parameters or {})}
        policy = {"name": "env", "allocator": {"command": command}}
        arguments = [program(), "run", str(scenario), "--allow-commands", "--once", "--quiet", "--replications=1", "--out", self.results]
        arguments += ["--set", "policies=" + json.dumps([policy]), "--set", 'baseline=""']
        for path, value in (changes or {}).items():
            arguments += ["--set", f"{path}={value if isinstance(value, str) else json.dumps(value)}"]
        if seed is not None:
            arguments.append(f"--seed={seed}")
        if cache is not None:
            arguments += ["--cache", str(cache)]
        self.token = secrets.token_hex(16)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(0.05)
        self.errors = open(os.path.join(self.folder.name, "errors.txt"), "w+", encoding="utf-8")
        host, port = self.listener.getsockname()
        environment = dict(os.environ, WAVETANK_ENV_ADDRESS=f"{host}:{port}", WAVETANK_ENV_TOKEN=self.token)
        self.connection = self.lines = None
        try:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors, env=environment)
        except OSError as error:
            self.process = None
            self.close()
            raise WavetankError(f"{program()} does not start: {error}; put it into the PATH, or name it by the variable WAVETANK") from error

    def connect(self):
        """Waits until the simulator has connected. Strangers are turned away."""
        while self.connection is None:
            try:
                connection, _ = self.listener.accept()
            except socket.timeout:
                if self.process.poll() is not None:
                    self.fail()
                continue
            connection.settimeout(5)
            lines = connection.makefile("rb")
            try:
                known = secrets.compare_digest(lines.readline(64).strip(), self.token.encode())
            except OSError:
                known = False
            if not known:
                connection.close()
                continue
            connection.settimeout(None)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection, self.lines = connection, lines
        self.listener.close()

    def read(self):
        """Returns the next question, or None at the end of the run."""
        if self.connection is None:
            self.connect()
        line = self.lines.readline()
        return json.loads(line) if line else None

    def write(self, answer):
        """Answers the last question."""
        self.connection.sendall(json.dumps(answer).encode() + b"\n")

    def wait(self):
        """Waits until the results are stored, and returns their folder."""
        if self.process.wait() != 0:
            self.fail()
        return self.results

    def fail(self):
        """Raises a WavetankError with what wavetank said."""
        self.process.wait()
        self.errors.seek(0)
        said = self.errors.read().strip()
        self.close()
        raise WavetankError(said or f"wavetank ended with exit code {self.process.returncode}")

    def close(self):
        """Ends the run, and removes its files."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for part in (self.lines, self.connection, self.listener, self.errors):
            if part is not None:
                part.close()
        self.folder.cleanup()
