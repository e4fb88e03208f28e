"""What goes into the image and what does not, with the reasons: data for the other modules.

Each was tried: see `tests/image/` for what has to work.
"""

from __future__ import annotations

from collections.abc import Mapping

USER_ID = 10_001
"""Who the container runs as. Not 0, and not an id that a host is likely to know."""

BROWSER_FILES: Mapping[str, tuple[str, ...]] = {
    "headless-shell": (
        "chromium-headless-shell",
        "headless_lib_data.pak",
        "headless_lib_strings.pak",  # without it, <style> and <script> are painted as text
        "icudtl.dat",
        "libEGL.so",
        "libGLESv2.so",
        "libvk_swiftshader.so",  # WebGL
        "libvulkan.so.1",
        "v8_context_snapshot.bin",
        "vk_swiftshader_icd.json",
    ),
    "chromium": (
        "chromium",
        "chrome_100_percent.pak",
        "chrome_200_percent.pak",
        "chrome_crashpad_handler",  # without it, renderers end at once
        "icudtl.dat",
        "libEGL.so",
        "libGLESv2.so",
        "libvk_swiftshader.so",
        "libvulkan.so.1",
        "locales/en-US.pak",
        "resources.pak",
        "v8_context_snapshot.bin",
        "vk_swiftshader_icd.json",
    ),
}
"""Per edition, what it reads of `/usr/lib/chromium`; the first is the program."""

NSS_MODULES = ("libfreebl3.so", "libfreeblpriv3.so", "libnssckbi.so", "libsoftokn3.so")
"""Loaded by name, so that `ldd` does not see them: certificates, and those of clients."""

FONT_FOLDERS = (
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/wqy",  # Chinese (both), kana and Hangul in 5 MB; Noto's CJK is 91 MB
)
NOTO_FOLDER = "/usr/share/fonts/truetype/noto"
NOTO_BOLD_TOO = (
    *("Sans", "SansArabic", "SansBengali", "SansDevanagari", "SansHebrew"),
    *("SansTamil", "SansTelugu", "SansThai"),
)
NOTO_REGULAR = (
    *("SansArmenian", "SansCanadianAboriginal", "SansCherokee", "SansEthiopic", "SansGeorgian"),
    *("SansGujarati", "SansGurmukhi", "SansKannada", "SansKhmer", "SansLao", "SansMalayalam"),
    *("SansMath", "SansMongolian", "SansMyanmar", "SansOriya", "SansSinhala", "SansSymbols"),
    *("SansSymbols2", "SansSyriac", "SansThaana", "SansTifinagh", "SansYi", "SerifTibetan"),
)
"""Of fonts-noto-core's 43 MB, one face each (and bold for eight) of the scripts people write."""

BOTOCORE_SERVICES = (
    "apigatewaymanagementapi",
    "bedrock-runtime",
    "ecs",
    "s3",
    "secretsmanager",
    "sts",
)
"""The service models that are kept; botocore's 400 others are 22 MB."""

UNNEEDED_IN_SITE_PACKAGES = (
    "bin",  # console scripts
    "autobahn/_flatc",  # a compiler of 4 MB
    "autobahn/wamp/gen",
    "boto3/data",  # of `boto3.resource()`, which nothing here uses
    "cbor2*",  # of WAMP; autobahn does without
    "dateutil/zoneinfo",  # a time zone database of its own, which nobody asks
    *(f"twisted/{name}" for name in ("conch", "mail", "names", "pair", "positioning", "runner")),
    *(f"twisted/{name}" for name in ("tap", "trial", "words")),
    "*.dist-info/RECORD",  # for pip; scanners read METADATA
    "cryptography-*.dist-info",
    # Of Pillow all but reading PNG and JPEG and writing JPEG, which is what `_imaging` does alone.
    *(f"PIL/{name}.*.so" for name in ("_avif", "_imagingcms", "_imagingft", "_webp")),
    *(f"pillow.libs/lib{name}*" for name in ("avif", "brotli", "freetype", "harfbuzz", "lcms2")),
    *(f"pillow.libs/lib{name}*" for name in ("png16", "sharpyuv", "webp")),
    "rapidfuzz/**/*_avx2.*.so",  # without it, it takes the one for all processors
    "rapidfuzz/distance/metrics_cpp*",  # `fuzz` and `process` have their own
    "tzdata*",  # for the API alone, which checks names
    "websockets/legacy",
    "websockets/trio",
    "**/test",
    "**/tests",
    "**/testing",
    "**/*.pxd",
    "**/*.pyi",
    "**/*.pyx",
)
"""Glob patterns. `*.c` stays: autobahn's validators read theirs at import."""

_NOT_HERE = (
    'raise NotImplementedError("cryptography is not in this image (image/rootfs/contents.py)")'
)
STAND_INS: Mapping[str, str] = {
    # PyJWT and redis-py look for it, and take "no such module" for an answer.
    "cryptography/__init__.py": (
        "def __getattr__(name):\n    raise ModuleNotFoundError(f'cryptography.{name}')\n"
    ),
    "cryptography/hazmat/__init__.py": "",
    "cryptography/hazmat/backends.py": f"def default_backend():\n    {_NOT_HERE}\n",
    "cryptography/hazmat/primitives/__init__.py": "",
    "cryptography/hazmat/primitives/hashes.py": "",
    "cryptography/hazmat/primitives/kdf/__init__.py": "",
    "cryptography/hazmat/primitives/kdf/pbkdf2.py": (
        f"class PBKDF2HMAC:\n    def __init__(self, *_, **__):\n        {_NOT_HERE}\n"
    ),
}
"""Modules in place of packages that are imported but not used.

Autobahn cannot be imported without WAMP, nor WAMP's logins without these three names: 12 MB with an
OpenSSL of its own, for which nothing here has a use (session tokens are HMACs).
"""

UNNEEDED_STDLIB = (
    "__phello__",
    "_pyrepl",
    "config-3.*",
    "curses",
    "dbm",
    "ensurepip",
    "idlelib",
    *(f"lib-dynload/{name}.*.so" for name in ("_curses", "_curses_panel", "_dbm", "_gdbm")),
    *(f"lib-dynload/{name}.*.so" for name in ("_lsprof", "_sqlite3", "_tkinter", "readline")),
    "lib-dynload/_test*.so",
    "lib-dynload/_xx*.so",
    "pydoc_data",
    "sqlite3",
    "test",
    "tkinter",
    "turtle.py",
    "turtledemo",
    "venv",
)
"""Below `/usr/lib/python3.*`; some bring libraries of megabytes: databases, terminals."""
