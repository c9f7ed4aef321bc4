"""One person under several spellings."""
