"""What the desk's templates ask of a block."""

import json
from dataclasses import dataclass
from typing import Any

from django import template

from digest.fitting import changed_since, values
from digest.models import Block

register = template.Library()
# The fields of a block that a link's title becomes, whichever it has.
OF_TITLE = ("title", "role", "company")


@dataclass(frozen=True)
class Changed:
    """Which words of a link are new, for people; and what the fields of the block would be."""

    words: dict[str, str]
    fields: dict[str, Any]

    @property
    def json(self) -> str:
        """The fields, for the script that takes them over."""
        return json.dumps(self.fields)


@register.filter
def changed(block: Block | None) -> Changed | None:
    """What was edited in the queue since the block took it; nothing when nothing was."""
    new = changed_since(block) if block else {}
    if not new or block is None or block.link is None:
        return None
    names = set(new) | ({*OF_TITLE} if "title" in new else set())
    told = {name.replace("_", " "): value for name, value in new.items()}
    now = values(block.link)
    return Changed(told, {name: now[name] for name in names})
