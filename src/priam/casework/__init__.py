"""What is written down about remains and about a missing person, as data: fields, bones."""
