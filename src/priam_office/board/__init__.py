"""All evidence of one case on one page, conflicts, and decisions that two people sign."""
