"""The systemd unit of a site: printed by `archived service-unit`, as its paths are those of the machine."""

import grp
from collections.abc import Iterable, Sequence
from pathlib import Path

#: How long the control loop may be silent before systemd takes the daemon for dead. A commit waits 15 s at most.
WATCHDOG_S = 180
#: A drain waits for burns, which go on without the daemon as well; after this long it is ended.
STOP_S = 300

UNIT = """\
# Made by `archived service-unit`. Put it into /etc/systemd/system/archived.service, then:
#   systemctl daemon-reload && systemctl enable --now archived
[Unit]
Description=Archival storage daemon for {site}
Documentation=man:archived(1)
After=local-fs.target remote-fs.target time-sync.target
RequiresMountsFor={mount}

[Service]
# READY=1 comes when the API answers and the control loop turns; STATUS= says what is under way.
Type=notify
NotifyAccess=main
ExecStart={program} serve --site {site_argument} --log-format json
WorkingDirectory=/
{user}# A schema may have to be brought up to date before the daemon answers.
TimeoutStartSec=30min

# A burn is a process of its own and must survive its daemon: a disc that is cut off is spent. So systemd ends the main
# process only; whatever it left attaches to the next start, which looks at locks and discs before it does anything.
KillMode=process
KillSignal=SIGTERM
TimeoutStopSec={stop_s}

# Only the control loop itself feeds the watchdog, each time that it has turned.
WatchdogSec={watchdog_s}
Restart=on-failure
RestartSec=5
# 2: refused, the settings are wrong for example; starting again would not help.
RestartPreventExitStatus=2

# Sockets lie here, and stay when the daemon ends: burns and a simulated room go on using them.
RuntimeDirectory=archived
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes
Environment=XDG_RUNTIME_DIR=/run/archived

# The daemon speaks to robots and burners by SG_IO, and reads what producers hand in, wherever it lies. So there is no
# PrivateDevices, DevicePolicy, PrivateTmp or ProtectHome here, and CAP_SYS_RAWIO must not be taken away.
NoNewPrivileges=yes
ProtectSystem=full
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictNamespaces=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0027
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
"""


def unit_text(site: Path, program: Path, user: str = "", groups: Sequence[str] = ()) -> str:
    """The unit for a site that `program`, the installed `archived`, serves; as `user`, else as root.

    `groups` are those that may open the devices of the site; root needs none.
    """
    lines = [f"User={user}\n"] if user else []
    if user and groups:
        lines.append(f"SupplementaryGroups={' '.join(groups)}\n")
    return UNIT.format(
        site=_literal(str(site)),
        mount=_quoted(str(site)),
        site_argument=_quoted(str(site)),
        program=_quoted(str(program)),
        user="".join(lines),
        stop_s=STOP_S,
        watchdog_s=WATCHDOG_S,
    )


def groups_of(nodes: Iterable[Path]) -> tuple[str, ...]:
    """The groups, but root's, that nodes of devices belong to; a node that is not there now tells none."""
    found = set()
    for node in nodes:
        try:
            found.add(grp.getgrgid(node.stat().st_gid).gr_name)
        except (OSError, KeyError):
            continue
    return tuple(sorted(found - {"root"}))


def _literal(words: str) -> str:
    """Text in which systemd finds no specifier (systemd.unit(5))."""
    return words.replace("%", "%%")


def _quoted(words: str) -> str:
    """One argument of a command line, whatever is in it (systemd.syntax(7))."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    # A dollar sign would name a variable of the environment.
    escaped = _literal(escaped).replace("$", "$$")
    return f'"{escaped}"'
