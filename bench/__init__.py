"""Side-by-side measurements: `./wallcrawler bench`.

Each row compares WallCrawler with what its users would have otherwise, in one run on one machine:
a direct WebSocket to Chromium, and Node's `http-proxy` in front of one (what Browserless and Steel
relay with). Runs alternate between the candidates; medians and ratios are reported. Timings are
never asserted anywhere: this is where they live.
"""
