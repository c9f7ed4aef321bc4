"""Pages of the family office. Names never stand in an address: searches are sent as forms."""
