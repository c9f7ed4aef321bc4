"""Commands of an installation, found by ``priam`` through the entry point group
``priam.commands``. Django is imported inside the functions, so that ``priam --help`` is quick.
"""
