"""Draws one output of an issue from its templates, block by block."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.safestring import mark_safe

from digest.errors import IssueError
from digest.models import Block, Issue
from digest.outputs import WEB, Output, Rich
from digest.placeholders import TOKEN, subscriber_links
from digest.tree import Item, SectionNode, Tree
from publication.models import Publication
from toolbox.jinja import draw, engine
from toolbox.plain import to_text
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
    _cleaned: dict[tuple[str, Rich, bool], str] = field(default_factory=dict, repr=False)
    _templates: dict[tuple[Output, str], Any] = field(default_factory=dict, repr=False)

    def draw(self, output: Output) -> str:
        """One whole output, from exactly the blocks switched on for it. Raises RenderError."""
        chosen = self.tree.channel(output.channel)
        sections = [self._section(section, output) for section in chosen.sections]
        values = self._frame | {"sections": sections}
        drawn = draw(output.whole, values)
        return printable(_tidy(drawn) if output.plain else drawn)

    def draw_block(self, item: Item, output: Output) -> str:
        """One block. Raises RenderError, which names it."""
        blurb = self._rich(item.block.blurb, output, sponsored=item.sponsored)
        try:
            drawn: str = self._template(output, item.block.slug).draw(item, blurb)
        except Exception as error:
            raise RenderError(f"“{item.name}” cannot be drawn: {error}", item.block) from error
        if TOKEN in drawn:
            raise RenderError(f"“{item.name}” holds the words {TOKEN}.", item.block)
        return drawn.strip("\n") if output.plain else drawn

    def _template(self, output: Output, slug: str) -> Any:
        """Its macros, bound to what is the same for every block: a context for each takes longer
        than drawing it."""
        key = (output, slug)
        if key not in self._templates:
            frame = self._frame | {"web": output is WEB}
            found = engine().get_template(output.block_template(slug))
            self._templates[key] = found.make_module(frame)
        return self._templates[key]

    def _section(self, section: SectionNode, output: Output) -> dict[str, object]:
        blocks = [self.draw_block(item, output) for item in section.items]
        intro = self._rich(section.intro, output, sponsored=False)
        if TOKEN in section.title + intro:
            raise RenderError(f"The section {section.title} holds the words {TOKEN}.")
        return {"section": section, "intro": intro, "blocks": blocks}

    def _rich(self, html: str, output: Output, *, sponsored: bool) -> str:
        """Cleaned once for the outputs that share it."""
        key = (html, output.rich, sponsored)
        if key not in self._cleaned:
            accent = self.publication.look.light.accent
            self._cleaned[key] = output.rich(html, sponsored=sponsored, accent=accent)
        return to_text(self._cleaned[key]) if output.plain else mark_safe(self._cleaned[key])

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


def _tidy(text: str) -> str:
    """Text without the spaces and blank lines that templates leave; at most two in a row."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub("\n{4,}", "\n\n\n", lines).strip("\n") + "\n"
