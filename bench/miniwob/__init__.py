"""MiniWoB++: what `act` does with instructions and pages that were written by others.

Each **task** is a page that makes up a problem from a **seed**, shows an **utterance** that asks
for something, and gives a **reward** when it is done (`pages` has them, `tasks` groups them).
One **episode** is one seed of one task: the page is loaded and started, its utterance goes to
`POST /sessions/{id}/act` as it is, and its own reward is read (`episode`). `runner` runs them all
on a one-machine edition, and `table` says how they ended.

Nothing here knows what a task is about, and nothing in WallCrawler knows of this benchmark.
"""
