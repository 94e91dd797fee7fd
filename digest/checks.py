"""A block without a template fails at `manage.py check`, not on publishing day."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from digest.models import BLOCKS
from digest.outputs import OUTPUTS


@register()
def every_block_has_templates(**kwargs: Any) -> list[CheckMessage]:
    """One error for each template that an output would look for in vain."""
    needed = {output.block_template(block.slug): block for output in OUTPUTS for block in BLOCKS}
    return [
        Error(
            f"{block.__name__} has no template {name}.",
            hint=f"Write templates/jinja/{name}; the other blocks' are a model for it.",
            obj=block,
            id="digest.E001",
        )
        for name, block in needed.items()
        if not _exists(name)
    ]


def _exists(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True
