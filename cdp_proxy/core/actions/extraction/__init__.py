"""extract: a page read as Markdown, text, HTML, links, tables, or as a JSON Schema asks (DESIGN 8).

- `capture` runs one script per frame and joins the answers into one tree of **Node**s (`tree`):
  frames and open shadow roots in place, what is hidden marked, every selector of the request
  already matched by the browser's own engine.
- Without a schema the tree is written out: `main_text` finds the content; `markdown`, `text`,
  `html`, `links`, `grid` (tables) and `metadata` write it.
- With one, `schema` turns it into a tree of **Want**s, `facts` collects the labels and values on
  the page, `fields` and `repeats` find what a want means, `values` makes it the wanted type, and
  `validation` has the last word. What is not clear is null, with a reason: nothing is guessed.

Only `capture` talks to the page. Everything is bounded: nodes, characters, frames, depth, schema,
regular expressions.
"""

from cdp_proxy.core.actions.extraction.extract import extract, page_text
from cdp_proxy.core.actions.extraction.validation import validate
from cdp_proxy.core.actions.extraction.wish import Extracted, ExtractWish, Format, Missing

__all__ = ["ExtractWish", "Extracted", "Format", "Missing", "extract", "page_text", "validate"]
