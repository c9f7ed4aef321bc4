"""The Django project over :mod:`priam`: who did what, kept and shown to people."""
