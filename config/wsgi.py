"""The web process: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

# Behind the set-up of Django.
from django.db.backends.signals import connection_created  # noqa: E402

from config.limits import limit  # noqa: E402
from config.pages import Pages  # noqa: E402
from digest.editions import edition  # noqa: E402

connection_created.connect(limit)
application = Pages(django_application, edition)
