"""Where Chalice looks for the program. Lambda functions are called `app.<name>`: each is here."""

from chalice_app.main import app, reap, ws_connect, ws_disconnect, ws_message

__all__ = ["app", "reap", "ws_connect", "ws_disconnect", "ws_message"]
