"""Kinds of sockets, one a file: everything that is known of a prefix, but how its transport sends."""
