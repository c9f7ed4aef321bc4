"""The command ``priam``: one module a command group."""
