"""The same answers for programs: one described, versioned interface over HTTP."""
