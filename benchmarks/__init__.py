"""What it costs, and against what: each row beside the best bare loop for the same work, in turn."""
