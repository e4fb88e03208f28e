"""Which part of a page is what it is about.

Pages that say so (`main`, a dominating `article`) are believed. Otherwise paragraphs vote for the
elements around them, as in Readability. What is around the content on every page of a site
(navigation, footers, banners, sharing) is named by `boilerplate`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from cdp_proxy.core.actions.extraction.text import is_silent
from cdp_proxy.core.actions.extraction.tree import Node

_CHROME_TAGS: Final = frozenset({"nav", "aside", "dialog", "menu", "button", "input", "option"})
_CHROME_ROLES: Final = frozenset(
    [
        "navigation",
        "banner",
        "contentinfo",
        "complementary",
        "search",
        "dialog",
        "alertdialog",
        "menu",
        "menubar",
        "toolbar",
        "tooltip",
        "status",
        "alert",
        "button",
    ]
)
_SECTIONING: Final = frozenset({"article", "main", "blockquote"})
_CHROME_WORDS: Final = re.compile(
    r"(?:^|[-_])(?:ad|ads|advert\w*|adsense|sponsor\w*|promo\w*|cookie\w*|consent|gdpr|ccpa|"
    r"share|sharing|social|breadcrumbs?|newsletter|subscri\w+|signup|popup|modal|overlay|"
    r"related|recommend\w*|sidebar|skip(?:link)?|nav|navbar|navigation|menu|pagination|pager|"
    r"toolbar|masthead|footer|banner|outbrain|taboola|disqus)(?:$|[-_])",
    re.IGNORECASE,
)
_SHARE_OF_PAGE_MAX: Final = 0.3
"""Something named like an advertisement that holds more of the text than this is no such thing."""
_LANDMARK_SHARE: Final = 0.2
_LANDMARK_CHARS: Final = 140
_ARTICLE_SHARE: Final = 0.5
_VOTED_SHARE: Final = 0.4
_VOTERS: Final = frozenset({"p", "pre", "blockquote", "td", "li", "dd"})
_VOTE_CHARS: Final = 25


@dataclass(slots=True)
class _Weights:
    """How much there is to read in each element, by its `index`."""

    chars: dict[int, int] = field(default_factory=dict)
    link_chars: dict[int, int] = field(default_factory=dict)

    def link_share(self, node: Node) -> float:
        return self.link_chars[node.index] / max(self.chars[node.index], 1)


@dataclass(frozen=True, slots=True)
class MainText:
    """Where the content is, and what in it is not content."""

    root: Node
    boilerplate: Collection[Node]


def main_text(root: Node) -> MainText:
    """Find the content of a page. A page of nothing but navigation is all content."""
    weights = _weigh(root)
    dropped = _boilerplate(root, weights)
    weights = _weigh(root, dropped)
    if not weights.chars[root.index]:
        return MainText(root, ())
    return MainText(_landmark(root, weights) or _voted(root, weights) or root, dropped)


def _weigh(root: Node, without: Collection[Node] = ()) -> _Weights:
    """Count visible characters, those in links apart."""
    weights = _Weights()
    for node in reversed(list(root.within())):
        if is_silent(node) or node in without:
            weights.chars[node.index] = weights.link_chars[node.index] = 0
            continue
        own = 0 if node.hidden else sum(len(c.strip()) for c in node.children if isinstance(c, str))
        chars = own + sum(weights.chars[child.index] for child in node.elements)
        linked = sum(weights.link_chars[child.index] for child in node.elements)
        weights.chars[node.index] = chars
        weights.link_chars[node.index] = chars if node.tag == "a" else linked
    return weights


def _boilerplate(root: Node, weights: _Weights) -> set[Node]:
    total = weights.chars[root.index]
    return {
        node
        for node in root.walk()
        if _is_chrome(node)
        or (_sounds_like_chrome(node) and weights.chars[node.index] <= total * _SHARE_OF_PAGE_MAX)
    }


def _is_chrome(node: Node) -> bool:
    """Whether tag or role say that it is not content."""
    if node.tag in _CHROME_TAGS or node.role in _CHROME_ROLES or node.get("aria-modal") == "true":
        return True
    if node.tag in {"header", "footer"}:
        return not any(
            around.tag in _SECTIONING or around.role == "main" for around in node.ancestors()
        )
    return False


def _sounds_like_chrome(node: Node) -> bool:
    if node.tag in {"html", "body", "main", "article", "h1"} or node.role == "main":
        return False
    return any(
        _CHROME_WORDS.search(word)
        for word in (*node.classes, node.get("id"), node.get("aria-label"))
    )


def _landmark(root: Node, weights: _Weights) -> Node | None:
    """The `main`, or the one article that is most of it."""
    total = weights.chars[root.index]
    mains = [node for node in root.walk() if node.tag == "main" or node.role == "main"]
    mains = [node for node in mains if _is_enough(weights.chars[node.index], total)]
    if len(mains) > 1:
        return None
    inside = mains[0] if mains else root
    for node in inside.walk():
        is_article = node.tag == "article" or node.role == "article"
        if is_article and weights.chars[node.index] >= weights.chars[inside.index] * _ARTICLE_SHARE:
            return node
    return mains[0] if mains else None


def _is_enough(chars: int, total: int) -> bool:
    return chars >= _LANDMARK_CHARS or chars >= total * _LANDMARK_SHARE


def _voted(root: Node, weights: _Weights) -> Node | None:
    """The element with most of the prose, if that is most of what there is to read."""
    votes: dict[Node, float] = {}
    for node in root.walk():
        chars = weights.chars[node.index]
        if node.tag not in _VOTERS or chars < _VOTE_CHARS:
            continue
        weight = chars * (1 - weights.link_share(node))
        for share, around in zip((1.0, 0.5, 0.25), node.ancestors(), strict=False):
            votes[around] = votes.get(around, 0.0) + weight * share
    if not votes:
        return None
    best = max(votes, key=lambda node: (votes[node], -node.index))
    return best if weights.chars[best.index] >= weights.chars[root.index] * _VOTED_SHARE else None
