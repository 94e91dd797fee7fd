"""The second template engine: what is drawn for every item in every output, and all mails.

Django's own templates draw the pages. For an issue's outputs they take ten times as long.
"""

from typing import Any, cast

from django.template import defaultfilters, engines
from django.template.backends.jinja2 import Jinja2
from django.urls import reverse
from jinja2 import Environment

from toolbox.text import fold


def environment(**options: Any) -> Environment:
    """Jinja with the filters that templates of both engines know by the same name."""
    made = Environment(**options)  # noqa: S701 (it is decided by a template's ending: settings)
    made.filters |= {
        "date": defaultfilters.date,
        "fold": fold,
        "truncatechars": defaultfilters.truncatechars,
        "url": _url,
    }
    # Each of them is copied at every drawing, and none is used.
    made.globals.clear()
    return made


def engine() -> Environment:
    """The one that the settings made."""
    return cast(Jinja2, engines["jinja2"]).env


def draw(name: str, values: dict[str, Any]) -> str:
    """The template of that name with these values."""
    return engine().get_template(name).render(values)


def _url(view: str, *args: Any) -> str:
    return reverse(view, args=args)
