"""What is read off a page when no schema says what to look for."""

from __future__ import annotations

from cdp_proxy.core.actions.extraction.capture import Reading
from cdp_proxy.core.actions.extraction.grid import tables
from cdp_proxy.core.actions.extraction.html import html
from cdp_proxy.core.actions.extraction.links import links
from cdp_proxy.core.actions.extraction.main_text import MainText, main_text
from cdp_proxy.core.actions.extraction.markdown import markdown
from cdp_proxy.core.actions.extraction.metadata import metadata
from cdp_proxy.core.actions.extraction.text import lines
from cdp_proxy.core.actions.extraction.tree import Node
from cdp_proxy.core.actions.extraction.wish import Format


def read_as(wanted: Format | None, reading: Reading, subtree: Node | None) -> object:
    """The page, or one subtree of it, in a format; with None in all that complement each other.

    Markdown of a whole page is of its main text; of a subtree, of all that is visible in it.
    """
    root = subtree or reading.root
    match wanted:
        case Format.MARKDOWN:
            return _markdown(root, whole=subtree is None)
        case Format.TEXT:
            return lines(root)
        case Format.HTML:
            return html(root)
        case Format.LINKS:
            return links(root)
        case Format.TABLES:
            return tables(root)
        case None:
            return {
                "markdown": _markdown(root, whole=subtree is None),
                "metadata": metadata(reading.root, reading.title, reading.language),
                "links": links(root),
                "tables": tables(root),
            }


def _markdown(root: Node, *, whole: bool) -> str:
    main = main_text(root) if whole else MainText(root, ())
    return markdown(main.root, main.boilerplate)
