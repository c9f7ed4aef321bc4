"""Release to the family, into a numbered grave, or back to the other side."""
