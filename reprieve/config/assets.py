"""Static files: from the package and from npm, under an address that changes with their content.

One hash stands for the whole tree, so that ES modules may import each other by relative path
(which hashed file names would break) and the browser may still keep every file for ever.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

VENDOR = {
    "vendor/bootstrap": "bootstrap/dist/css",
    "vendor/uplot": "uplot/dist",
    "vendor/idb": "idb/build",
    "vendor/inter": "@fontsource-variable/inter",
    "vendor/dejavu": "dejavu-fonts-ttf/ttf",
}


def folders(package: Path) -> list[tuple[str, str]]:
    """This function will list the npm folders that are installed, each with its prefix."""
    modules = package.parent / "node_modules"
    found = [(prefix, modules / place) for prefix, place in VENDOR.items()]
    return [(prefix, str(folder)) for prefix, folder in found if folder.is_dir()]


def address(package: Path) -> str:
    """This function will return the address of static files: `/static/<hash of the tree>/`."""
    digest = hashlib.sha256()
    for file in sorted(f for f in (package / "web" / "static").rglob("*") if f.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    for name in ("package-lock.json", "uv.lock"):
        lock = package.parent / name
        digest.update(lock.read_bytes() if lock.exists() else b"")
    return f"/static/{digest.hexdigest()[:12]}/"


def never_changes(path: str, url: str) -> bool:
    """This function will tell whitenoise that every file may be kept for ever."""
    return True
