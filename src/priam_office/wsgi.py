"""The web application, for any WSGI server; ``priam serve`` uses cheroot."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "priam_office.settings")
application = get_wsgi_application()
