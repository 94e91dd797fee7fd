"""Draws one output of an issue from its templates, block by block."""

import re
from dataclasses import dataclass
from functools import cached_property

from django.template import Context, Engine

from digest.errors import IssueError
from digest.models import Block, Issue
from digest.outputs import WEB, Output
from digest.placeholders import TOKEN, subscriber_links
from digest.tree import Item, SectionNode, Tree
from publication.models import Publication
from toolbox.text import printable
from toolbox.urls import absolute, absolute_url


class RenderError(IssueError):
    """The issue cannot be rendered; `block` is the culprit where there is one."""

    def __init__(self, message: str, block: Block | None = None) -> None:
        super().__init__(message)
        self.block = block


@dataclass(frozen=True)
class Press:
    """One issue, read once, ready to be drawn in every output."""

    issue: Issue
    tree: Tree
    publication: Publication

    def draw(self, output: Output) -> str:
        """One whole output, from exactly the blocks switched on for it. Raises RenderError."""
        chosen = self.tree.channel(output.channel)
        sections = [self._section(section, output) for section in chosen.sections]
        values = self._frame | {"sections": sections}
        return printable(_fill(output.whole, values, output, blank=2))

    def draw_block(self, item: Item, output: Output) -> str:
        """One block. Raises RenderError, which names it."""
        blurb = self._rich(item.block.blurb, output, sponsored=item.sponsored)
        values = self._frame | {"item": item, "blurb": blurb, "web": output is WEB}
        try:
            drawn = _fill(output.block_template(item.block.slug), values, output, blank=1)
        except Exception as error:
            raise RenderError(f"“{item.name}” cannot be drawn: {error}", item.block) from error
        if TOKEN in drawn:
            raise RenderError(f"“{item.name}” holds the words {TOKEN}.", item.block)
        return drawn

    def _section(self, section: SectionNode, output: Output) -> dict[str, object]:
        blocks = [self.draw_block(item, output) for item in section.items]
        intro = self._rich(section.intro, output, sponsored=False)
        if TOKEN in section.title + intro:
            raise RenderError(f"The section {section.title} holds the words {TOKEN}.")
        return {"section": section, "intro": intro, "blocks": blocks}

    def _rich(self, html: str, output: Output, *, sponsored: bool) -> str:
        accent = self.publication.look.light.accent
        return output.rich(html, sponsored=sponsored, accent=accent)

    @cached_property
    def _frame(self) -> dict[str, object]:
        """The same for every block: made once, since looking up addresses is not free."""
        return {
            "issue": self.issue,
            "publication": self.publication,
            "look": self.publication.look,
            "site_url": absolute(""),
            "issue_url": absolute_url("archive:issue", self.issue.number),
            "part_mark": f"{TOKEN}part",
            **subscriber_links(),
        }


def _fill(name: str, values: dict[str, object], output: Output, *, blank: int) -> str:
    template = Engine.get_default().get_template(name)
    drawn = template.render(Context(values, autoescape=not output.plain))
    return drawn if not output.plain else _tidy(drawn, blank=blank)


def _tidy(text: str, *, blank: int) -> str:
    """Text without the spaces and blank lines that templates leave; at most `blank` in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(f"\n{{{blank + 2},}}", "\n" * (blank + 1), lines).strip("\n") + "\n"
