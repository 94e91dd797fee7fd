"""All outputs of an issue from one read of its blocks. Preview and approval both use this."""

from dataclasses import dataclass
from typing import Any

from digest.errors import IssueError
from digest.models import Block, Issue


class RenderError(IssueError):
    """The issue cannot be rendered; `block` is the culprit where there is one."""

    def __init__(self, message: str, block: Block | None = None) -> None:
        super().__init__(message)
        self.block = block


@dataclass(frozen=True)
class Rendering:
    """Every output of one issue. The mail's parts hold `digest.placeholders.TOKEN`."""

    subject: str
    preheader: str
    email_html: str
    email_text: str
    web_body: str
    feed_body: str
    items: list[dict[str, Any]]


def render(issue: Issue) -> Rendering:
    """Render every output. Raises RenderError, which names the block or field at fault."""
    raise NotImplementedError
