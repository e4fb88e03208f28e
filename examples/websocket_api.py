"""Drives a page over the WebSocket API alone: API=http://… KEY=wc_… python websocket_api.py"""

import json
import os
import urllib.request

from websockets.sync.client import connect  # pip install websockets

api, key = os.environ["API"], os.environ["KEY"]
request = urllib.request.Request(api + "/sessions", b'{"keepAlive": false}', {"X-API-Key": key})
session = json.load(urllib.request.urlopen(request))["data"]

with connect(session["webSocketUrl"], max_size=None) as socket:
    chunks, waiting = {}, []

    def receive():
        message = json.loads(socket.recv())
        if message["type"] != "CHUNK":
            return message
        pieces = chunks.setdefault(message["id"], {})
        pieces[message["seq"]] = message["data"]
        if len(pieces) < message["total"]:
            return receive()
        return json.loads("".join(pieces[seq] for seq in sorted(chunks.pop(message["id"]))))

    def ask(kind, **fields):
        waiting.append(kind)
        socket.send(json.dumps({"type": kind, "id": len(waiting), **fields}))
        while (message := receive()).get("id") != len(waiting) or message["type"] == "ACCEPTED":
            if message["type"] == "CDP_EVENT":
                print("event:", message["method"])
        return message

    ask("SUBSCRIBE", events=["Runtime.consoleAPICalled"])
    ask("AI_ACTION", action="navigate", params={"url": "data:text/html,<title>Hello</title>"})
    answer = ask("CDP_COMMAND", method="Runtime.evaluate", params={"expression": "document.title"})
    print("title:", answer["result"]["result"]["value"])
    ask("CDP_COMMAND", method="Runtime.evaluate", params={"expression": "console.log(1)"})
    picture = ask("CDP_COMMAND", method="Page.captureScreenshot")
    print("screenshot:", len(picture["result"]["data"]), "characters of base64")
