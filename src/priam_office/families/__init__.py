"""Missing persons and their families: records, wishes, consents, pedigrees, references."""
