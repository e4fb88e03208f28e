"""Clauses that lead elsewhere: go, open, back, forward, reload, switch, upload."""

from __future__ import annotations

import re
from dataclasses import replace

from cdp_proxy.core.actions.instruction.context import Context
from cdp_proxy.core.actions.instruction.errors import not_understood
from cdp_proxy.core.actions.instruction.lists import items
from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set, word_set
from cdp_proxy.core.actions.instruction.targets import PAGE, is_page
from cdp_proxy.core.actions.instruction.tokens import Words
from cdp_proxy.core.actions.steps import Kind, Method, Step, Target

ENDS = Phrases(
    {
        f"{determiner}{word}{suffix}": end
        for end, said in (("bottom", "bottom end foot"), ("top", "top start beginning"))
        for word in said.split()
        for determiner in ("", "the ", "the very ")
        for suffix in ("", " of the page", " of this page", " of page")
    }
)
ADDRESS = phrase_set(
    f"{determiner}{noun}{colon}"
    for determiner in ("", "the ")
    for noun in ("url", "address", "website", "site", "page", "web page", "webpage", "web site")
    for colon in ("", " at", " :")
)
_SCHEME = re.compile(r"(?:https?|about|data|file|ftp|view-source|chrome|blob):\S+", re.IGNORECASE)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(
    rf"(?:{_LABEL}\.){{1,10}}[A-Za-z][A-Za-z0-9-]{{1,62}}(?::\d{{1,5}})?(?:[/?#]\S*)?", re.ASCII
)
_LOCAL = re.compile(
    r"(?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]{2,45}\])(?::\d{1,5})?(?:[/?#]\S*)?"
)
_FILE = re.compile(
    r".*\.(?:pdf|docx?|xlsx?|pptx?|txt|csv|tsv|zip|gz|png|jpe?g|gif|svg|webp|mp[34]|json|xml|html?"
    r"|py|js|ts|css|md|log|exe|app)",
    re.IGNORECASE,
)
LONGEST_URL = 8192

INTO = word_set("into to in using with via on onto through for")
FILES = phrase_set(["the file", "the files", "file", "files", "a file", "the document"])


def go(context: Context) -> list[Step]:
    """*Go to example.org*, *navigate to the "Users" tab*, *go to the bottom*."""
    words = context.words.stripped()
    url = read_url(_addressed(words), surely=True)
    if url is not None:
        return [context.step(Method.NAVIGATE, None, [url])]
    end = ENDS.at(words, 0)
    if end is not None and end[0] == len(words):
        return [context.step(Method.SCROLL, None, [end[1]])]
    if context.clause.spoken in {"go", "navigate"} and words.key(0) not in {"back", "forward"}:
        raise not_understood(context.clause.source)
    if words.key(0) in {"back", "forward"} or (
        words.key(1) in {"previous", "last"} and words.key(2) in {"page", "site", "screen"}
    ):
        return [context.step(Method.FORWARD if words.key(0) == "forward" else Method.BACK)]
    return [context.step(Method.CLICK, _linked(context, words))]


def open_(context: Context) -> list[Step]:
    """*Open example.org*, *open the "File" menu*, *open the section "More"*."""
    words = context.words.stripped()
    url = read_url(_addressed(words), surely=False)
    if url is not None:
        return [context.step(Method.NAVIGATE, None, [url])]
    target = _linked(context, words)
    method = Method.EXPAND if target.kind is Kind.SECTION else Method.CLICK
    return [context.step(method, target)]


def back(context: Context) -> list[Step]:
    """One page back in the tab's history."""
    return [context.step(Method.BACK)]


def forward(context: Context) -> list[Step]:
    """One page forward in the tab's history."""
    return [context.step(Method.FORWARD)]


def reload(context: Context) -> list[Step]:
    """*Reload the page*; anything else that is refreshed has a button for it."""
    if not is_page(context.words) and context.words.key(0) != "it":
        raise not_understood(context.clause.source)
    return [context.step(Method.RELOAD)]


def switch(context: Context) -> list[Step]:
    """*Switch to the "Users" tab*: a tab of the page."""
    target = context.target(context.words, Kind.TAB)
    return [context.step(Method.CLICK, target)]


def upload(context: Context) -> list[Step]:
    """*Upload report.pdf to "Résumé"*, *attach a.txt and b.txt*."""
    words = context.words.stripped()
    for at in range(1, len(words) - 1):
        if words.key(at) in INTO:
            names, target = words[:at], context.target(words[at + 1 :], Kind.FILE)
            break
    else:
        names, target = words, Target(kind=Kind.FILE)
    called = FILES.at(names, 0)
    if called is not None and called[0] < len(names):
        names = names[called[0] :]
    parts = items(names, bare_and=True)
    return [context.step(Method.UPLOAD, target, [part.value for part in parts])]


def _linked(context: Context, words: Words) -> Target:
    """What is gone to by a click: *the Settings page* is a link called *Settings*."""
    noun = PAGE.before(words, len(words))
    if noun is not None and noun[0] < len(words) and not words[len(words) - 2].punctuation:
        words = words[: len(words) - noun[0]]
    return replace(context.target(words))


def _addressed(words: Words) -> Words:
    """The words without *the website*."""
    said = ADDRESS.at(words, 0)
    return words[said[0] :] if said is not None and said[0] < len(words) else words


def read_url(words: Words, surely: bool) -> str | None:
    """The address that a single word is; a bare host gets `https://`.

    Args:
        words: All that is said of where to go.
        surely: Whether *report.pdf* is a host too, because nothing but a page can be meant.
    """
    if len(words) != 1 or len(words.value) > LONGEST_URL:
        return None
    text = words.value.strip()
    if _SCHEME.fullmatch(text) or (words[0].literal and not words[0].quoted and surely):
        return text
    if _LOCAL.fullmatch(text):
        return f"http://{text}"
    if _HOST.fullmatch(text) and (surely or not _FILE.fullmatch(text)):
        return f"https://{text}"
    return None
