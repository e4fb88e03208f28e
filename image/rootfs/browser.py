"""The first layer: Chromium and what it loads, fonts, the init, the user. Seldom changes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from image.rootfs import packages
from image.rootfs.contents import (
    BROWSER_FILES,
    FONT_FOLDERS,
    NOTO_BOLD_TOO,
    NOTO_FOLDER,
    NOTO_REGULAR,
    NSS_MODULES,
    USER_ID,
)
from image.rootfs.libraries import needed_by
from image.rootfs.tree import Tree

_CHROMIUM = Path("/usr/lib/chromium")
_LIBRARIES = Path("/usr/lib")
_MERGED = ("bin", "lib", "lib64", "sbin")
_MOUNT_POINTS = ("/dev", "/proc", "/run", "/sys")
_PASSWD = f"""root:x:0:0:root:/:/nonexistent
wallcrawler:x:{USER_ID}:{USER_ID}:WallCrawler:/tmp:/nonexistent
nobody:x:65534:65534:nobody:/nonexistent:/nonexistent
"""
_GROUP = f"root:x:0:\nwallcrawler:x:{USER_ID}:\nnogroup:x:65534:\n"
_NSSWITCH = "passwd: files\ngroup: files\nhosts: files dns\n"


def build(tree: Tree, edition: str) -> None:
    """Fill the tree for one edition of the browser."""
    _skeleton(tree)
    _certificates(tree)
    _fonts(tree)
    for name in BROWSER_FILES[edition]:
        tree.add(_CHROMIUM / name)
    modules = [path for name in NSS_MODULES for path in sorted(_LIBRARIES.glob(f"*/**/{name}"))]
    for path in modules:
        tree.add(path)
    tree.add("/usr/bin/tini")
    program = _CHROMIUM / BROWSER_FILES[edition][0]
    loaded = [_CHROMIUM / name for name in BROWSER_FILES[edition] if ".so" in name]
    for library in needed_by([program, Path("/usr/bin/tini"), *modules, *loaded]):
        tree.add(library)
    packages.record(tree)
    tree.seal()
    _cache_fonts(tree)
    tree.seal()


def _skeleton(tree: Tree) -> None:
    for name in _MERGED:
        tree.make_folder(f"/usr/{name}")
        tree.link(f"/{name}", f"usr/{name}")
    for folder in _MOUNT_POINTS:
        tree.make_folder(folder)
    tree.make_folder("/tmp", 0o1777)  # noqa: S108 (the image's own)
    tree.write("/etc/passwd", _PASSWD)
    tree.write("/etc/group", _GROUP)
    tree.write("/etc/nsswitch.conf", _NSSWITCH)
    tree.add("/etc/os-release")
    tree.add("/etc/debian_version")


def _certificates(tree: Tree) -> None:
    """For Python's ssl module; Chromium brings its own."""
    tree.add("/usr/lib/ssl/cert.pem")
    tree.add("/usr/lib/ssl/openssl.cnf")


def _fonts(tree: Tree) -> None:
    tree.add("/etc/fonts")
    for folder in FONT_FOLDERS:
        tree.add(folder)
    for name in (*NOTO_BOLD_TOO, *NOTO_REGULAR):
        tree.add(f"{NOTO_FOLDER}/Noto{name}-Regular.ttf")
    for name in NOTO_BOLD_TOO:
        tree.add(f"{NOTO_FOLDER}/Noto{name}-Bold.ttf")
    tree.add(f"{NOTO_FOLDER}/NotoColorEmoji.ttf")


def _cache_fonts(tree: Tree) -> None:
    """Let fontconfig read the fonts now; the root is read-only, so each browser would again.

    The cache holds the times of the font folders, which is why it comes after the stamping.
    """
    tree.make_folder("/var/cache/fontconfig")
    subprocess.run(["/usr/bin/fc-cache", "--sysroot", str(tree.target)], check=True)
