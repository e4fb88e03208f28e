"""Instructions in English, read without a page and without a model.

`parse` says what an instruction asks for; the words it did not understand are in the error.
"""

from cdp_proxy.core.actions.instruction.reader import parse

__all__ = ["parse"]
