"""The Django application of Priam: it remembers who did what, and shows it to people."""
