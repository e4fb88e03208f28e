"""The verbs of instructions, and what may stand before and between them."""

from __future__ import annotations

from enum import StrEnum, auto

from cdp_proxy.core.actions.instruction.phrases import Phrases, phrase_set


class Verb(StrEnum):
    """What a clause asks for, by how its words are to be read."""

    DO = "do"
    """A deed, with nothing named that does it (`deeds`)."""
    CLICK = auto()
    DOUBLE_CLICK = auto()
    RIGHT_CLICK = auto()
    PRESS = auto()
    HOVER = auto()
    FOCUS = auto()
    WRITE = auto()
    APPEND = auto()
    FILL = auto()
    SET = auto()
    CLEAR = auto()
    SELECT = auto()
    CHECK = auto()
    UNCHECK = auto()
    TOGGLE = auto()
    TURN = auto()
    DRAG = auto()
    UPLOAD = auto()
    SCROLL = auto()
    FIND = auto()
    WAIT = auto()
    GO = auto()
    OPEN = auto()
    BACK = auto()
    FORWARD = auto()
    RELOAD = auto()
    CLOSE = auto()
    DISMISS = auto()
    ACCEPT = auto()
    EXPAND = auto()
    COLLAPSE = auto()
    SWITCH = auto()
    SUBMIT = auto()
    SEARCH = auto()
    LOG_IN = auto()
    USE = auto()
    BROWSE = auto()


VERBS = Phrases(
    {
        "click|click on|click at|click in|click into|click inside|click inside of|tap|tap on"
        "|left click|left-click|left click on|left-click on|push|single click|single-click"
        "|click onto|click upon|push on|click the mouse on|activate|add a click on": Verb.CLICK,
        "double click|double-click|doubleclick|dblclick|double click on|double-click on"
        "|double tap|double-tap|doubleclick on|double tap on|double-tap on": Verb.DOUBLE_CLICK,
        "right click|right-click|rightclick|right click on|right-click on|context click"
        "|context-click|rightclick on|secondary click|open the context menu of"
        "|open the context menu for|open the context menu on": Verb.RIGHT_CLICK,
        "press|press on|hit|strike|press down|press and release": Verb.PRESS,
        "hover|hover over|hover on|hover above|mouse over|mouseover|hover the mouse over"
        "|hover the mouse on|hover your mouse over|hover the pointer over|hover the cursor over"
        "|move the mouse to|move the mouse over|move the mouse onto|move the mouse on"
        "|move your mouse over|move your mouse to|move the pointer to|move the pointer over"
        "|move the cursor to|move the cursor over|move mouse to|move mouse over|point at"
        "|point to|point the mouse at|mouse-over|hover your cursor over": Verb.HOVER,
        "focus|focus on|focus into|focus in|give focus to|set focus to|set the focus to"
        "|set focus on|set the focus on|put the focus on|put focus on|put the cursor in"
        "|put the cursor into|place the cursor in|place the cursor into|put your cursor in"
        "|place your cursor in|move the focus to|move focus to|place focus on"
        "|set the cursor in": Verb.FOCUS,
        "type|type in|enter|write|input|insert|put|key in|paste|place|enter in|write in|put in"
        "|type out|fill in with": Verb.WRITE,
        "append|add|also type|continue typing": Verb.APPEND,
        "fill|fill in|fill out|fill up|populate|complete": Verb.FILL,
        "set|change|adjust|update|make|replace|modify": Verb.SET,
        "clear|clear out|empty|erase|blank|clear the content of|clear the contents of"
        "|clear the text in|clear the text from|clear the text of|delete the text in"
        "|delete the text from|delete the content of|delete the contents of|erase the text in"
        "|remove the text from|remove the text in|wipe|clear the value of|remove all text from"
        "|delete all text in|delete all text from": Verb.CLEAR,
        "select|choose|pick|pick out|opt for|select for": Verb.SELECT,
        "check|tick|check off|tick off|mark|put a check in|put a tick in|put a check mark in"
        "|put a check mark on|put a check next to": Verb.CHECK,
        "uncheck|untick|un-check|un-tick|unselect|deselect|de-select|unmark"
        "|remove the check from|remove the tick from|clear the checkbox"
        "|clear the check box": Verb.UNCHECK,
        "toggle|flip": Verb.TOGGLE,
        "turn|switch on|switch off|turn on|turn off|enable|disable": Verb.TURN,
        "drag|drag and drop|drag-and-drop|move|drag & drop|pull": Verb.DRAG,
        "upload|attach": Verb.UPLOAD,
        "scroll|scroll the page": Verb.SCROLL,
        "find|locate|look for|bring": Verb.FIND,
        "wait|wait for|pause|pause for|wait until|wait till|hold on until": Verb.WAIT,
        "go to|navigate to|visit|browse to|head to|head over to|surf to|load|jump to|go|navigate"
        "|go over to|move to|proceed to|open up the page|take me to|return to": Verb.GO,
        "open|open up|launch|bring up|pull up": Verb.OPEN,
        "go back|navigate back|move back|go one page back|go back one page|go back a page|back"
        "|step back": Verb.BACK,
        "go forward|navigate forward|move forward|go forwards|go forward one page"
        "|go one page forward|step forward": Verb.FORWARD,
        "reload|refresh": Verb.RELOAD,
        "close|shut|exit|close out|close out of|close down": Verb.CLOSE,
        "dismiss|get rid of|cancel|decline|reject|deny": Verb.DISMISS,
        "accept|confirm|agree to|answer|acknowledge|respond to": Verb.ACCEPT,
        "expand|unfold|uncollapse|open out|reveal": Verb.EXPAND,
        "collapse|fold|minimize|minimise|fold up": Verb.COLLAPSE,
        "switch to|switch over to|change to|switch": Verb.SWITCH,
        "submit|send off": Verb.SUBMIT,
        "search|search for|look up": Verb.SEARCH,
        "log in|login|sign in|log-in|sign-in|log on|sign on|logon|log into|sign into"
        "|log in to|sign in to": Verb.LOG_IN,
        "use": Verb.USE,
        "navigate through|browse|browse through|look through|look in|search through"
        "|switch between|go through|explore|search in": Verb.BROWSE,
    }
)
"""Verbs as imperatives."""

WITHOUT_OBJECT = frozenset(
    {
        Verb.BACK,
        Verb.FORWARD,
        Verb.RELOAD,
        Verb.SUBMIT,
        Verb.SEARCH,
        Verb.LOG_IN,
        Verb.DOUBLE_CLICK,
        Verb.RIGHT_CLICK,
    }
)
"""What may be said alone: *submit*, *go back*."""

GERUNDS = Phrases(
    {
        "clicking|clicking on|tapping|tapping on|pushing": Verb.CLICK,
        "double clicking|double-clicking|double clicking on|double-clicking on": Verb.DOUBLE_CLICK,
        "right clicking|right-clicking|right clicking on": Verb.RIGHT_CLICK,
        "pressing|hitting|pressing on": Verb.PRESS,
        "typing|typing in|entering|writing|inputting|inserting": Verb.WRITE,
        "filling|filling in|filling out": Verb.FILL,
        "selecting|choosing|picking": Verb.SELECT,
        "checking|ticking": Verb.CHECK,
        "unchecking|unticking": Verb.UNCHECK,
        "dragging|moving": Verb.DRAG,
        "hovering over|hovering": Verb.HOVER,
        "scrolling": Verb.SCROLL,
        "expanding": Verb.EXPAND,
        "opening": Verb.OPEN,
        "setting": Verb.SET,
        "uploading": Verb.UPLOAD,
        "going to|navigating to|visiting": Verb.GO,
    }
)
"""Verbs after *by*: the means to what was said before."""

FILLERS = phrase_set(
    "please|kindly|now|just|simply|then|next|first|firstly|second|secondly|third|thirdly"
    "|finally|lastly|last|afterwards|afterward|after that|after this|also|and|so|ok|okay|hey"
    "|hi|hello|to|to start|to begin|to begin with|first of all|at first|in the end|at last"
    "|when done|when you are done|once done|once that is done|when that is done|after which"
    "|you|you should|you must|you need to|you have to|you can|you may|you will|you are to"
    "|i want you to|i want to|i would like you to|i'd like you to|i'd like to|i would like to"
    "|i need you to|i need to|we need to|we want to|let us|let's|can you|could you|would you"
    "|will you|can you please|could you please|would you please|would you mind|go ahead and"
    "|go on and|proceed to|try to|try and|attempt to|make sure to|make sure you|be sure to"
    "|make sure that you|don't forget to|do not forget to|remember to|your task is to"
    "|the task is to|your job is to|your goal is to|the goal is to|help me|help me to"
    "|the user should|the user must|the user wants to|the user needs to|user should"
    "|continue to|start by|begin by|in order to|immediately|carefully|quickly|manually"
    "|find and|locate and|look for and|go and|subsequently|thereafter|later|task :|step|step :"
    "|instruction :|instructions :|goal :|you're asked to|you are asked to|i ask you to"
    "|as a next step|as the next step|your next step is to|the next step is to"
)
"""What says nothing about what is to be done."""

POLITE_ENDINGS = phrase_set(
    "please|thanks|thank you|thanks a lot|thank you very much|thanks in advance|for me|now"
    "|thank you so much|many thanks|right now|right away|immediately|if you can|if possible"
    "|if you please|when you are ready|at once|as soon as possible|cheers|will you|would you"
    "|could you|can you|to finish|to complete the task|to continue|to proceed|afterwards"
    "|then|as well|too|when done|when finished|when you are done|when you're done|once done"
    "|when you are finished|when you have finished|to submit|to confirm|if necessary|if needed"
)

HARD_CONNECTORS = phrase_set(["then", ";", "\n", "after that", "afterwards", "followed by"])
"""What always ends a clause."""
SOFT_CONNECTORS = phrase_set(
    ["and", ",", "in order to", "so that you can", "after which", "but", "plus", "and also"]
)
"""What ends a clause when a verb follows."""
PURPOSE = phrase_set(
    f"to {search}{link}"
    for search in ("find", "locate", "look for", "search for", "see", "reveal", "reach")
    for link in ("", " and")
)
"""*Expand the sections to find and click …*: what comes before is only a way to get there."""
