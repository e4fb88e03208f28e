"""act, extract, observe: what a request means on the page at hand (DESIGN 8).

- An **Element** is one thing of the page as a user perceives it; a **Snapshot** holds all of them,
  of every frame and open shadow root, in reading order (`elements`, made by `snapshot`).
- An instruction is parsed into **Steps** (`instruction`, `steps`): a method, a target in words, and
  arguments. No page is needed for that.
- The **resolver** finds the one element that a target in words means, or says why there is none
  (`resolver`): a near tie is an error, never a guess.
- **Performing** is done as a user would: in view, stable, enabled, hit by the pointer (`perform`),
  and then the page is left to settle (`settle`).
- **extract** reads (`extraction`): the main text, tables, links, or what a JSON Schema asks for.
- A **model**, where one is configured, is asked when the resolver is not sure (`models`).

Nothing here does I/O: what talks to the page is written as coroutines on the `Page` of `ports`.
"""
