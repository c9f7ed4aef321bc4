"""Labels of bags, cases and samples: opaque tags, printed sheets, reading them back."""
