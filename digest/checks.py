"""A block without a template fails at `manage.py check`, not on publishing day."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from jinja2 import TemplateNotFound

from digest.models import BLOCKS
from digest.outputs import OUTPUTS
from toolbox.jinja import engine


@register()
def every_block_has_templates(**kwargs: Any) -> list[CheckMessage]:
    """One error for each template that an output would look for in vain."""
    needed = {output.block_template(block.slug): block for output in OUTPUTS for block in BLOCKS}
    return [
        Error(
            f"{block.__name__} has no template {name}.",
            hint=f"Write templates/{name}; the other blocks' are a model for it.",
            obj=block,
            id="digest.E001",
        )
        for name, block in needed.items()
        if not _exists(name)
    ]


def _exists(name: str) -> bool:
    try:
        engine().get_template(name)
    except TemplateNotFound:
        return False
    return True
