"""What every WallCrawler program agrees on: records, states, keys, tokens, limits, errors.

A leaf: nothing here imports a program or a framework. Modules that `cdp_proxy.core` uses
(`ids`, `records`, `session_state`, `limits`, `errors`) also read no clock and no randomness.
"""
