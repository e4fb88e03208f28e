"""The page that most tests of the image look at."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

SCRIPTS: Mapping[str, tuple[str, str]] = {
    "latin": ("Straße naïve Ελλάδα Москва", "Liberation"),
    "chinese": ("简体中文 繁體字", "WenQuanYi"),
    "japanese": ("日本語のカタカナ", "WenQuanYi"),
    "korean": ("한국어 문장", "WenQuanYi"),
    "emoji": ("😀🎉👩‍👩‍👧‍👦🇯🇵", "Noto Color Emoji"),
    "arabic": ("العربية", "Noto Sans Arabic"),
    "hindi": ("हिन्दी", "Noto Sans Devanagari"),
    "thai": ("ภาษาไทย", "Noto Sans Thai"),
    "symbols": ("⛐⟴", "Noto Sans"),
}
"""Per id on the page, its text and the beginning of the family that must draw it."""

_PARAGRAPHS = "".join(f"<p id={name}>{text}</p>" for name, (text, _) in SCRIPTS.items())
_HTML = f"""<!doctype html><html lang=en><meta charset=utf-8><title>scripts</title>
<style>p {{ font: 24px sans-serif }}</style>{_PARAGRAPHS}
<button onclick="out.textContent = 'pressed'">Press here</button><output id=out></output>"""
PAGE = f"data:text/html;charset=utf-8,{quote(_HTML)}"

WEBGL = "!!document.createElement('canvas').getContext('webgl2')"
CODECS = """[
  'video/mp4;codecs=avc1.42E01E', 'video/webm;codecs=vp9', 'video/mp4;codecs=av01.0.04M.08'
].map((type) => MediaSource.isTypeSupported(type))"""
COLOURS = """(() => {
  const canvas = document.createElement('canvas'), paint = canvas.getContext('2d');
  paint.font = '48px sans-serif';
  paint.fillText('😀', 10, 60);
  const {data} = paint.getImageData(0, 0, 100, 100), seen = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] === 255 && Math.max(data[i], data[i + 1], data[i + 2])
        - Math.min(data[i], data[i + 1], data[i + 2]) > 60) seen.add(data.slice(i, i + 3).join());
  return seen.size;
})()"""
"""How many saturated colours an emoji is drawn in: none, were it a box or a black outline."""
