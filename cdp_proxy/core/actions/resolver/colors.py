"""Whether something is *red*, *light blue*, *dark green*: colours as people name them."""

from __future__ import annotations

import colorsys
import math
import re
from collections.abc import Mapping
from functools import lru_cache

CERTAIN = 1.0
"""The named colour itself, as far as one can see."""
A_SHADE = 0.92
"""Of the named colour's family; a truer one is rather meant (lime is green, not *the* green)."""

_ALIKE_DISTANCE = 24.0
"""CIE76 distance up to which two colours go by one name; 2.3 is the least one can see."""
_BLACK_LIGHTNESS = 0.12
_WHITE_LIGHTNESS = 0.95
_GRAY_CHROMA = 0.12
"""Difference between the strongest and the weakest of red, green and blue (0 to 1)."""
_LIGHT = 0.62
"""Lightness from which a colour is called light; pure ones have 0.5."""
_DARK = 0.38
_BROWN_LIGHTNESS = 0.42
_RGB = re.compile(r"rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)")

Rgb = tuple[int, int, int]

NAMED: Mapping[str, Rgb] = {
    "black": (0, 0, 0),
    "white": (255, 255, 255),
    "gray": (128, 128, 128),
    "silver": (192, 192, 192),
    "red": (255, 0, 0),
    "orange": (255, 165, 0),
    "yellow": (255, 255, 0),
    "green": (0, 128, 0),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
    "purple": (128, 0, 128),
    "magenta": (255, 0, 255),
    "pink": (255, 192, 203),
    "brown": (165, 42, 42),
    "lime": (0, 255, 0),
    "maroon": (128, 0, 0),
    "navy": (0, 0, 128),
    "teal": (0, 128, 128),
    "olive": (128, 128, 0),
    "violet": (238, 130, 238),
    "indigo": (75, 0, 130),
    "turquoise": (64, 224, 208),
    "gold": (255, 215, 0),
    "beige": (245, 245, 220),
    "ivory": (255, 255, 240),
    "crimson": (220, 20, 60),
    "coral": (255, 127, 80),
    "salmon": (250, 128, 114),
    "khaki": (240, 230, 140),
    "tan": (210, 180, 140),
    "chocolate": (210, 105, 30),
    "lavender": (230, 230, 250),
    "orchid": (218, 112, 214),
    "plum": (221, 160, 221),
    "tomato": (255, 99, 71),
    "skyblue": (135, 206, 235),
    "hotpink": (255, 105, 180),
    "deeppink": (255, 20, 147),
}
"""CSS colour names that people use; *light* and *dark* ones go by their family."""
_SPELT = {"grey": "gray", "aqua": "cyan", "fuchsia": "magenta", "sky": "skyblue"}
_FAMILIES = (
    (14, "red"),
    (44, "orange"),
    (68, "yellow"),
    (164, "green"),
    (188, "cyan"),
    (256, "blue"),
    (292, "purple"),
    (340, "magenta"),
    (360, "red"),
)
"""Upper ends of the hues, in degrees, that go by one name."""
_BASIC = frozenset(family for _, family in _FAMILIES) | {"black", "white", "gray", "pink", "brown"}
_SHADES = {
    "light": (_LIGHT, 1.0),
    "pale": (_LIGHT, 1.0),
    "bright": (0.4, 1.0),
    "dark": (0.0, _DARK),
}


def parse_rgb(css: str) -> Rgb | None:
    """Red, green and blue of `rgb(…)`; None for anything else."""
    match = _RGB.match(css)
    if not match:
        return None
    red, green, blue = (min(255, round(float(part))) for part in match.groups())
    return red, green, blue


def is_color(words: str) -> bool:
    """Whether the words name a colour: *red*, *light blue*, *dark-green*."""
    return _split(words) is not None


@lru_cache(maxsize=4096)
def fit(css: str, words: str) -> float:
    """How well a CSS colour goes by a name: 0, `A_SHADE` or `CERTAIN`."""
    rgb, asked = parse_rgb(css), _split(words)
    if rgb is None or asked is None:
        return 0.0
    shade, name = asked
    if shade:
        return CERTAIN * (_family(rgb) == name and _is_shade(rgb, shade))
    if distance(rgb, NAMED[name]) <= _ALIKE_DISTANCE:
        return CERTAIN
    return A_SHADE * (name in _BASIC and _family(rgb) == name)


def distance(one: Rgb, other: Rgb) -> float:
    """How different two colours look (CIE76; 2.3 is just noticeable, 100 black from white)."""
    return math.dist(_lab(one), _lab(other))


@lru_cache(maxsize=64)
def _split(words: str) -> tuple[str, str] | None:
    parts = words.replace("-", " ").split()
    joined = "".join(parts)
    joined = _SPELT.get(joined, joined)
    if joined in NAMED:
        return "", joined
    for shade in _SHADES:
        name = joined.removeprefix(shade)
        name = _SPELT.get(name, name)
        if name != joined and name in _BASIC:
            return shade, name
    return None


def _is_shade(rgb: Rgb, shade: str) -> bool:
    least, most = _SHADES[shade]
    _, lightness, _ = colorsys.rgb_to_hls(*(part / 255 for part in rgb))
    return least <= lightness <= most


def _family(rgb: Rgb) -> str:
    parts = tuple(part / 255 for part in rgb)
    hue, lightness, _ = colorsys.rgb_to_hls(*parts)
    if max(parts) - min(parts) < _GRAY_CHROMA:
        return _gray(lightness)
    family = next(name for end, name in _FAMILIES if hue * 360 <= end)
    if family == "orange" and lightness < _BROWN_LIGHTNESS:
        return "brown"
    if family in {"red", "magenta"} and lightness > _LIGHT:
        return "pink"
    return family


def _gray(lightness: float) -> str:
    if lightness < _BLACK_LIGHTNESS:
        return "black"
    return "white" if lightness > _WHITE_LIGHTNESS else "gray"


def _lab(rgb: Rgb) -> tuple[float, float, float]:
    """CIELAB under D65, from sRGB (IEC 61966-2-1)."""
    red, green, blue = (_linear(part / 255) for part in rgb)
    x = _cube_root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = _cube_root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _cube_root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _cube_root(part: float) -> float:
    return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116  # noqa: PLR2004
