"""The outputs of an issue: which templates draw each, from which blocks, with which rich text."""

from dataclasses import dataclass
from typing import Protocol

from toolbox.html import clean_rich
from toolbox.urls import absolute


class Rich(Protocol):
    """Cleans the rich text of a blurb. `accent` is the colour of links, as #rrggbb."""

    def __call__(self, html: str, *, sponsored: bool, accent: str) -> str: ...


@dataclass(frozen=True)
class Output:
    """One output: the channel whose blocks it holds, its templates, how rich text reads in it."""

    channel: str
    whole: str
    block: str
    rich: Rich
    plain: bool = False  # text: nothing is escaped, and blank lines count

    def block_template(self, slug: str) -> str:
        """The template that draws a block named `slug`."""
        return self.block.format(slug)


def _on_pages(html: str, *, sponsored: bool, accent: str) -> str:
    rel = "sponsored noopener" if sponsored else "noopener noreferrer"
    return clean_rich(html, base=absolute("/"), rel=rel).strip()


def _in_mail(html: str, *, sponsored: bool, accent: str) -> str:
    """Links keep their colour where a mail program drops the style sheet."""
    rel = "sponsored noopener" if sponsored else ""
    styles = {"a": f"color:{accent}"}
    return clean_rich(html, base=absolute("/"), rel=rel, styles=styles).strip()


MAIL = Output("email", "emails/issue.mjml", "emails/blocks/{}.mjml", _in_mail)
TEXT = Output("email", "emails/issue.txt", "emails/blocks/{}.txt", _in_mail, plain=True)
WEB = Output("web", "archive/issue_body.html", "archive/blocks/{}.html", _on_pages)
FEED = Output("feeds", "archive/feed_body.html", "archive/blocks/{}.html", _on_pages)
OUTPUTS = (MAIL, TEXT, WEB, FEED)
