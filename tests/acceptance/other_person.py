"""archivectl as another Unix user: python -m tests.acceptance.other_person UID WORDS..., as root.

The interpreter may lie where only root reads, so everything is imported before the process becomes somebody else.
"""

import os
import sys

import httpcore
import httpx

import archived.api.client
import cli.main
import cli.render

IMPORTED = (httpcore, httpx, archived.api.client, cli.render)


def become(uid: int) -> None:
    """That user, in the daemon's group and no other."""
    group = os.getegid()
    os.setgroups([])
    os.setgid(group)
    os.setuid(uid)


if __name__ == "__main__":
    httpx.Client().close()  # what it imports late
    become(int(sys.argv[1]))
    cli.main.main(sys.argv[2:])
