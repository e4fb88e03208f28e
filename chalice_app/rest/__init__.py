"""REST: parse a request, call a service, render the result."""
