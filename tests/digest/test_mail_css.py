"""What the mail's style may use: tests/digest/mail_css.txt, with where it does not work.

Something new fails here. Look it up (caniemail.com), see that the mail stands without it in
Gmail, Outlook for Windows and Apple Mail, and add its line.
"""

import re
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from digest.models import BLOCKS, Issue
from digest.rendering import render
from tests.digest.issues import add_titled, make_issue
from toolbox.html import to_line

pytestmark = pytest.mark.django_db
ACCEPTED = Path(__file__).with_name("mail_css.txt")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def used(html: str) -> set[str]:
    """Every property, at-rule and pseudo-class of a mail, also of what only Outlook reads."""
    page = LexborHTMLParser(html)
    inline = re.findall(r'style="([^"]*)"', html)
    sheets = "\n".join(node.text() for node in page.css("style"))
    sheets = re.sub(r"/\*.*?\*/", "", sheets, flags=re.DOTALL)
    rules = RULE.findall(sheets)
    bodies = [*inline, *(body for _, body in rules)]
    names = {part.partition(":")[0].strip() for body in bodies for part in body.split(";")}
    at = set(re.findall(r"@[\w-]+", sheets))
    media = set(re.findall(r"\(([\w-]+):", " ".join(re.findall(r"@media[^{]*", sheets))))
    pseudo = {word for head, _ in rules for word in re.findall(r"::?[a-z-]+", head.split("@")[0])}
    return (names - {""}) | at | {f"({name})" for name in media} | pseudo


def accepted() -> list[str]:
    return [line.split(" ", 1)[0] for line in ACCEPTED.read_text().splitlines() if line.strip()]


def everything() -> Issue:
    issue = make_issue(preheader="Everything")
    for model in BLOCKS:
        rich = '<p>A <b>b</b> <a href="https://e.example/">c</a></p><ul><li><p>d</p></li></ul>'
        add_titled(model, issue, "Words", url="https://example.com/", blurb=rich)
    return issue


def test_the_mail_uses_nothing_that_was_not_looked_up() -> None:
    html = render(everything()).email_html
    assert to_line(html)

    assert sorted(used(html) - set(accepted())) == []


def test_the_list_holds_nothing_that_is_not_used() -> None:
    unused = set(accepted()) - used(render(everything()).email_html)

    assert sorted(unused) == []


def test_something_new_is_seen() -> None:
    html = '<style>a:hover{gap:1px}@media (hover:hover){b{x:y}}</style><p style="display:grid">'
    assert used(html) == {"gap", ":hover", "@media", "(hover)", "x", "display"}
