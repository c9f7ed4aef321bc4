"""Three installations, random acts, random faults; the pure state of ``priam.events`` checks them.

``nodes``: one installation, in this process or in a child that can be killed. ``acts``: what
people might do next. ``world``: what the tests know for sure. ``runs``: one history and its end.
``powercut``: a disk that forgets what was not synced. ``python -m tests.office.faults`` runs many.
"""
