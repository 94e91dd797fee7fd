"""Finds an address that acts for one subscriber in what everybody is going to read.

Whoever brings a post to the queue, or pastes from a mail of ours, may bring such a link along:
frozen into an issue it would let any reader unsubscribe that one person.
"""

from collections.abc import Iterator

from digest.drawing import Press
from digest.outputs import OUTPUTS
from digest.placeholders import subscriber_links
from digest.rendering import Rendering
from digest.tree import Item, SectionNode
from toolbox.html import clean_rich
from toolbox.personal import holds
from toolbox.urls import absolute


def held_by(rendering: Rendering) -> bool:
    """Whether one got into the finished outputs. The mail's own two placeholders are none."""
    mail = rendering.email_html + rendering.email_text
    for address in subscriber_links().values():
        mail = mail.replace(address, "")
    words = f"{rendering.subject} {rendering.preheader}"
    return any(holds(text) for text in (mail, rendering.web_body, rendering.feed_body, words))


def guilty_items(press: Press) -> Iterator[Item]:
    """The items that bring one along, in any output that they are on for."""
    for item in press.tree.items:
        outputs = (output for output in OUTPUTS if output.channel in item.channels)
        if any(holds(press.draw_block(item, output)) for output in outputs):
            yield item


def guilty_sections(press: Press) -> Iterator[SectionNode]:
    """The sections whose title or intro brings one along."""
    for section in press.tree.sections:
        if holds(f"{section.title} {clean_rich(section.intro, base=absolute('/'))}"):
            yield section
