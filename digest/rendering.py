"""All outputs of an issue from one read of its blocks. Preview and approval both use this."""

import dataclasses
import re
from dataclasses import dataclass

from digest import tree
from digest.drawing import Press
from digest.drawing import RenderError as RenderError
from digest.models import Issue
from digest.outputs import FEED, MAIL, TEXT, WEB
from digest.parts import COMMENT, MARK, Part, parts, without_marks
from digest.placeholders import TOKEN
from digest.tree import Tree
from digest.values import Value, values_of
from publication.masthead import current
from publication.models import Publication
from toolbox import mjml
from toolbox.text import printable

# In a header of the mail each of these starts a new one, or ends it early in a reader's list.
LINE_BREAKS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True)
class Rendering:
    """Every output of one issue. The mail's parts hold `digest.placeholders.TOKEN`."""

    subject: str
    preheader: str
    email_html: str
    email_text: str
    web_body: str
    feed_body: str
    items: list[Value]
    # Where in the mail each section stands: digest.parts.
    parts: list[Part] = dataclasses.field(default_factory=list)


def render(
    issue: Issue, contents: Tree | None = None, *, publication: Publication | None = None
) -> Rendering:
    """Render every output, of `contents` where they were read already, for `publication`.

    Raises RenderError, which names the block or field at fault.
    """
    _check_fields(issue)
    press = Press(issue, contents or tree.read(issue), publication or current())
    html, in_html = without_marks(_mail(press), COMMENT)
    text, in_text = without_marks(press.draw(TEXT), MARK)
    return Rendering(
        subject=printable(issue.subject or issue.title or f"{press.publication} #{issue.number}"),
        preheader=printable(issue.preheader),
        email_html=html,
        email_text=text,
        web_body=press.draw(WEB),
        feed_body=press.draw(FEED),
        items=values_of(press.tree),
        parts=parts(press.tree.channel(MAIL.channel).sections, in_html, in_text),
    )


def _check_fields(issue: Issue) -> None:
    """Refuse what would forge a header of the mail or stand for a subscriber."""
    for field in ("title", "subject", "preheader"):
        words = getattr(issue, field)
        if LINE_BREAKS.search(words):
            raise RenderError(f"The {field} holds a line break: write it on one line.")
        if TOKEN in words:
            raise RenderError(f"The {field} holds the words {TOKEN}.")


def _mail(press: Press) -> str:
    """The mail as HTML. MJML fails as a whole, so on failure the block at fault is looked for."""
    source = press.draw(MAIL)
    try:
        return mjml.to_html(source)
    except mjml.MjmlError as error:
        for item in press.tree.channel(MAIL.channel).items:
            if not mjml.is_well_formed(press.draw_block(item, MAIL)):
                message = f"“{item.name}” breaks the mail: {error}"
                raise RenderError(message, item.block) from error
        raise RenderError(f"The mail cannot be made: {error}") from error
