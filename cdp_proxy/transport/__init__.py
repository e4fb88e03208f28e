"""All of the container's sockets, processes, threads and timers."""
