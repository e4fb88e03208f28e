"""Pictures of the live page for the README: `python -m bench.pictures`."""
