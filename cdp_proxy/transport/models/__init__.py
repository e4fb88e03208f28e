"""Language models over their providers' wire formats: `ports.Model` made real.

- `configured` decides which model a request gets, and with whose key.
- `asking` asks it: retries, repair, deadlines; the same for every provider.
- `openai`, `anthropic` and `bedrock` are the wire formats; `exchange` is what they have in common.
- `http_call` sends a request, from a thread; `addresses` connects it; `backoff` says how long to
  wait for another.

Providers' modules are loaded when the first question needs them. Keys are in requests' headers and
nowhere else: not in logs, errors or representations.
"""
