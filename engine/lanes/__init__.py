"""Lanes: how one subscription's events move, under each policy. A lane asks its pure policy and acts on the answer."""
