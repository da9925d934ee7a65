"""What a claim may rest on, and whether it does: ids, numbers, verdicts."""
