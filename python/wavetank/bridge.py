"""The program that wavetank starts for an environment: it passes lines on to the environment and back."""

import os
import socket
import sys


def main():
    host, port = os.environ["WAVETANK_ENV_ADDRESS"].rsplit(":", 1)
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(os.environ["WAVETANK_ENV_TOKEN"].encode() + b"\n")
        answers = connection.makefile("rb")
        for line in sys.stdin.buffer:
            connection.sendall(line)
            if line.startswith(b'{"over":'):  # it has no answer
                continue
            answer = answers.readline()
            if not answer:  # the environment has ended
                return
            sys.stdout.buffer.write(answer)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
