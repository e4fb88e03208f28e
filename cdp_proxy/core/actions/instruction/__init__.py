"""Instructions in English, read without a page and without a model: `parse`.

An instruction is cut into `tokens`, divided into `clauses` of one verb each (`verbs`), and each
clause is read by its verb's reader (`pointing`, `writing`, `choosing`, `moving`, `leading`,
`dialogs`, `signing_in`; `reader` has the table). Things are read by `targets`, which divides them
at `relations` and reads each by `nouns` and the `lexicon`.

What performing and resolving may rely on:

- `Kind.ELEMENT` means that no kind was said; where something is written into, that is
  `Kind.FIELD`. A `%variable%` counts as quoted.
- Types of fields (`password`, `email`, `search`, `submit` …) are among the qualities *and* remain
  the text: a field is as often called so as it is of that type. So is `submit` of the button that
  `log in with …` ends with; alone, *submit*, it has no text.
- `select` without a named list has a target of kind ELEMENT without text: whatever holds options
  of these names, be they checkboxes, radio buttons or a list's. *A and B* without quotes or commas
  is one option. *The second option from X* is a `click` on an OPTION within X.
- *A > B > C* is an `expand` of each but the last, which is clicked; all of kind MENU_ITEM.
- `type` without a target goes to what has the focus; *type … into X* is `fill`.
- `set` on a target of kind ELEMENT may turn out to be any control, a list or text field included.
- `drag` beside something has a destination with nothing but a relation and its anchor; *to the 3rd
  position* has one with nothing but an ordinal.
- *Find and click*, *to find*: there is no step for the way there; `Step.source` has these words.
- `close` by clicking an "x" is only `close`; by any other button it is a click within the dialog.
- A described text or thing (*the total of the numbers*, *the button that fits best*) is refused.
"""

from cdp_proxy.core.actions.instruction.reader import parse

__all__ = ["parse"]
