"""Pages for connections of the WebSocket API."""

from __future__ import annotations

PAGE = """<!doctype html><title>Typing</title>
<input id=field autofocus><button onclick="document.title = 'pressed'">Press me</button>"""
NOISE = """<!doctype html><title>Noise</title><style>body{margin:0}</style>
<canvas id=c width=1280 height=720></canvas><script>
const context = document.getElementById('c').getContext('2d');
const image = context.createImageData(1280, 720);
const bytes = image.data;
for (let i = 0; i < bytes.length; i += 65536)
  crypto.getRandomValues(bytes.subarray(i, i + 65536));
for (let i = 3; i < bytes.length; i += 4) bytes[i] = 255;
context.putImageData(image, 0, 0);
</script>"""
"""A picture that compresses as badly as any."""
MOVING = "<style>@keyframes a{to{margin-left:300px}}p{animation:a 1s infinite}</style><p>x"
