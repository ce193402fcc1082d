"""A hook that is a program: it gets the message as JSON on its input, and takes it by ending with 0."""

import os
import signal
import subprocess
from collections.abc import Sequence

from archived.alerting.errors import NotTaken
from archived.language import _

#: What it said last, for people.
SAID_MAX = 300
#: Nothing else of our environment goes to it.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "USER")


def run(command: Sequence[str], body: bytes, *, message_id: str, timeout_s: float) -> str:
    """Run the program once and say what it said. Raises NotTaken; a program that takes too long is ended."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment["ARCHIVED_ALERT_ID"] = message_id
    try:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        raise NotTaken(
            _("{command} cannot be run: {why}").format(command=command[0], why=error.strerror)
        ) from None
    with process:
        try:
            said, _nothing = process.communicate(body, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            # Whatever it started goes with it: nobody would ever look after it.
            os.killpg(process.pid, signal.SIGKILL)
            raise NotTaken(
                _("{command} had not ended after {seconds} s and was ended").format(
                    command=command[0], seconds=timeout_s
                )
            ) from None
    words = said.decode("utf-8", "replace").strip()[-SAID_MAX:]
    if process.returncode:
        raise NotTaken(
            _("{command} ended with {status}: {words}").format(
                command=command[0], status=process.returncode, words=words
            )
        )
    return words
