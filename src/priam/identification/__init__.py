"""From profiles to persons: quality, re-association, search, joint."""
