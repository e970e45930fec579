"""Neighbouring systems, one module each: plain data in, plain data out. This house calls them; it knows no room."""
