"""What is said to the person at the shell."""


class Failed(Exception):
    """One sentence: the image cannot be built here, or a step of it went wrong."""
