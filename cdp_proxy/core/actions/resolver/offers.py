"""What is chosen by its own name and its group's together: *Express shipping* is Express, under
Shipping.
"""

from __future__ import annotations

from cdp_proxy.core.actions.resolver import traits
from cdp_proxy.core.actions.resolver.deeds import content_words, share_around
from cdp_proxy.core.actions.resolver.view import View


def offered(text: str, view: View) -> list[int]:
    """`ref`s of boxes, radio buttons and options that bear part of a name in a group of the rest.

    More than one when several are called so; none when part of the name is nowhere.
    """
    wanted = content_words(text)
    best = 0
    found: list[int] = []
    for element in view.elements:
        if not (traits.is_checkable(element) or traits.is_option(element)):
            continue
        own = set(content_words(f"{element.name} {element.label}"))
        left = [word for word in wanted if word not in own]
        said = len(wanted) - len(left)
        if said == 0 or not all(share_around([word], element, view) > 0 for word in left):
            continue
        if said > best:
            best, found = said, []
        if said == best:
            found.append(element.ref)
    return found
