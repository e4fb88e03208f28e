"""Where Chalice looks for the program. Lambda functions are called `app.<name>`: each is here."""

from chalice_app.config import runs_in_chalice_command
from chalice_app.main import app, reap, ws_connect, ws_disconnect, ws_message

if runs_in_chalice_command():
    from deployment import packaging, repeatable

    packaging.install()
    repeatable.install()

__all__ = ["app", "reap", "ws_connect", "ws_disconnect", "ws_message"]
