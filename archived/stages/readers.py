"""On whose behalf the daemon reads what it is pointed at: docs/decisions/0006-who-may-ask.md."""

import os
import pwd

from archived.policy.reading_rights import Reader


def reader_for(uid: int) -> Reader | None:
    """The user whose rights must be looked at before anything is read for him.

    None when there is nothing to look at: the daemon is not root, so that the kernel decides by its rights,
    or root himself asks. A uid without an account is in no group.
    """
    if os.geteuid() != 0 or uid == 0:
        return None
    try:
        account = pwd.getpwuid(uid)
    except KeyError:
        return Reader(uid, frozenset())
    return Reader(uid, frozenset(os.getgrouplist(account.pw_name, account.pw_gid)))
