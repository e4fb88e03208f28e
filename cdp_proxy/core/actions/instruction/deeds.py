"""Deeds: what controls of web pages do, said outright (*sign out*, *add the mug to the cart*).

No control is named: it is the one that says the same. Only verbs that controls are labelled with
count, so that what cannot be understood is still refused before anything is done.
"""

from __future__ import annotations

from typing import Final

from cdp_proxy.core.actions.steps import Kind, Method, Step, Target

_SPOKEN: Final = """
accept add agree allow answer apply approve archive assign back block book browse buy calculate
call cancel change chat checkout claim compare compose confirm connect continue copy create
customize deactivate decline delete deny disable disagree discard dislike donate download
duplicate edit email enable enter enroll exit export favorite filter finish flag follow forward
generate get go hide import install invite join learn leave like load log logout manage mark
message mute next order open organize pause pay permit pin place play post preview print proceed
publish purchase rate react read rebook redeem refuse register refresh reject reload remove
rename renew reopen repeat reply report request reserve reset restart restore resume retry
return review rotate save schedule see send share ship show sign skip snooze sort star start
stop submit subscribe suspend swap sync test track translate trash try unblock undo unfollow
unlike unlock unmute unpin unsubscribe update upgrade verify view vote watch withdraw write zoom
"""
VERBS: Final = frozenset(_SPOKEN.split())
_WORDS_MAX: Final = 12
_LIKENESS: Final = (" starts with ", " begins with ", " ends with ")
"""What describes a text; nothing is labelled so."""


def read_deed(source: str) -> Step | None:
    """A clause as a deed: a click on what says the same; None when its verb is none of these."""
    words = source.strip().rstrip(".!").split()
    if not words or len(words) > _WORDS_MAX or words[0].strip("'\"").casefold() not in VERBS:
        return None
    if any(phrase in source for phrase in _LIKENESS):
        return None
    return Step(
        method=Method.CLICK, target=Target(text=" ".join(words), kind=Kind.DEED), source=source
    )
