"""A whole installation in one encrypted file, and back."""
