"""Events as they were taken in, their leaves, salts and checkpoints; nothing else is the truth."""
