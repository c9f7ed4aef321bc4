"""A transparency log: tree, notes, checkpoints, proofs, bundles."""
