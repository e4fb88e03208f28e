"""Which tasks are asked for in full.

Listed is what says what to do and to what: single steps, forms, dates, menus, tabs, dialogs. Not
listed is what has to be worked out first: arithmetic, synonyms, comparisons, free wording, drawing,
games, what a picture shows. Nor is what waits for something that nobody asked for: a Submit that
the utterance does not mention (`use-autocomplete`, `use-autocomplete-nodelay`, `form-sequence-2`),
a popup that comes in between (`login-user-popup`). Those run all the same and are in the table.
"""

from __future__ import annotations

NO_REASONING = frozenset({
    "button-delay",
    "choose-date", "choose-date-easy", "choose-date-medium", "choose-date-nodelay", "choose-list",
    "click-button", "click-button-sequence",
    "click-checkboxes", "click-checkboxes-large", "click-checkboxes-transfer",
    "click-collapsible", "click-collapsible-nodelay",
    "click-collapsible-2", "click-collapsible-2-nodelay",
    "click-color", "click-dialog", "click-dialog-2", "click-link", "click-menu", "click-menu-2",
    "click-option", "click-pie", "click-pie-nodelay", "click-scroll-list", "click-shape",
    "click-tab", "click-tab-2", "click-tab-2-easy", "click-tab-2-medium", "click-tab-2-hard",
    "click-test", "click-test-2", "click-test-transfer", "click-widget",
    "enter-date", "enter-password", "enter-text", "enter-text-2", "enter-text-dynamic",
    "enter-time",
    "focus-text", "focus-text-2",
    "form-sequence", "form-sequence-3",
    "login-user",
    "sign-agreement",
    "unicode-test",
    "use-slider", "use-spinner",
})  # fmt: skip
"""Of the `click-`, `enter-`, `choose-` and `focus-` tasks all but `click-checkboxes-soft` (words
*similar to* others) and `click-shades` (what is a shade of red)."""
