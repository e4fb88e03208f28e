"""Markdown of elements."""

from __future__ import annotations

import pytest

from cdp_proxy.core.actions.extraction.markdown import markdown
from tests.fakes.readings import tree


@pytest.mark.parametrize(
    ("html", "written"),
    [
        ("<h2>A <em>b</em></h2><p>c</p>", "## A *b*\n\nc"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ('<ol start="3"><li>a</li><li>b</li></ol>', "3. a\n4. b"),
        ('<pre><code class="language-py">x = 1\n</code></pre>', "```py\nx = 1\n```"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<p><a href="/a">b</a> <s>5</s></p>', "[b](https://shop.example/a) ~~5~~"),
        ("<p>1. *a* [b]</p>", "1\\. \\*a\\* \\[b\\]"),
        ("<p hidden>a</p><script>b</script><p>c</p>", "c"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1|2</td><td>3</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1\\|2 | 3 |",
        ),
    ],
)
def test_what_is_seen_is_written(html: str, written: str) -> None:
    assert markdown(tree(html)) == written


def test_what_is_to_be_left_out_is() -> None:
    root = tree("<nav>a</nav><p>b</p>")
    nav = root.find("nav")
    assert nav is not None

    assert markdown(root, {nav}) == "b"
