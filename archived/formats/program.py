"""rebuild.py as it stands on a disc: one program for the standard library, joined from three modules.

The parts are modules here so that each stays readable and can be tested; a disc carries one file so that a
rescuer cannot lose half of it. Joining drops the imports of our own package and nothing else.
"""

from importlib.resources import files

PARTS = ("rescue_image.py", "rescue_set.py", "rebuild.py")
HEAD = '''#!/usr/bin/env python3
"""Rebuild the discs of an archived set from raw copies. Run: python3 -I rebuild.py --help

Needs Python 3.8 or later and nothing else. The format that it reads is written out in FORMAT.txt.
Copyright The archived authors. SPDX-License-Identifier: Apache-2.0
"""
'''


def rebuild_program() -> bytes:
    """The program's text."""
    folder = files("archived.formats")
    parts = [_without_own_imports((folder / name).read_text(encoding="utf-8")) for name in PARTS]
    return "\n\n".join([HEAD, *parts]).encode("utf-8")


def _without_own_imports(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("from archived."))
