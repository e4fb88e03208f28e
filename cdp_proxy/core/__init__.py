"""Sans-I/O: what the container decides. No sockets, clocks or randomness in here."""
