"""Sending a file in: look at what it would change, then apply it. One flow for every kind of file."""
