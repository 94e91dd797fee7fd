"""The finished outputs are read back: what is broken names its block, and nothing is approved."""

from pathlib import Path
from typing import Any

import pytest
from jinja2 import ChoiceLoader, FileSystemLoader

from digest import approval, proofing, rendering, tree
from digest.approval import PreflightError
from digest.drawing import Press
from digest.models import BLOCKS, ImageBlock, Issue, LinkBlock
from digest.overrides import OverrideError, let_pass
from digest.preflight import inspect
from publication.masthead import current
from tests.digest.checking import FINE, codes, said, sound, with_block
from tests.digest.issues import add_titled
from tests.makers import NOW
from toolbox.jinja import engine

pytestmark = pytest.mark.django_db
ODD = "https://e.org/a?b=1&c=%C3%A9;d='x'&amp=2#:~:text=a,b"


def read_back(issue: Issue, **changed: str) -> list[str]:
    """The faults of the issue's outputs, of which some are `changed`."""
    press = Press(issue, tree.read(issue), current())
    made = rendering.render(issue)
    for name, text in changed.items():
        object.__setattr__(made, name, text)
    return [fault.text for fault in proofing.faults(press, made)]


@pytest.fixture
def swap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts another template in place of one of ours, that draws an item so."""
    environment = engine()
    assert environment.loader
    ours = environment.loader

    def put(name: str, words: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        drawing = f"{{% macro draw(item, blurb) %}}{words}{{% endmacro %}}"
        path.write_text(drawing, encoding="utf-8")
        loader = ChoiceLoader([FileSystemLoader(tmp_path), ours])
        monkeypatch.setattr(environment, "loader", loader)

    return put


def test_every_type_of_block_is_read_back_whole() -> None:
    issue = sound()
    for model in BLOCKS:
        if model is not ImageBlock:
            blurb = f'<p>A &amp; b <a href="{ODD}">co<b>de</b></a></p><ul><li>one</li></ul>'
            add_titled(model, issue, f"</> {model.slug} <b> & “x”", url=ODD, blurb=blurb)
    assert read_back(issue) == []


def test_what_only_looks_like_a_template_is_meant() -> None:
    blurb = "<p>Use <code>{% querystring page=2 %}</code> and {{ name }} and {# a note #}.</p>"
    assert read_back(sound(title="The {% partial %} tag", blurb=blurb)) == []


@pytest.mark.parametrize(
    ("template", "words", "told"),
    [
        ("archive/blocks/link.html", "<p><b>{{ item.title }}</p>", "leaves a <p> open"),
        (
            "archive/blocks/link.html",
            "{{ item.title }}{{ '{{' }} x }}",
            "{{ x }}",
        ),
        ("emails/blocks/link.txt", "{{ item.title }}", "loses its address in the plain text"),
        ("emails/blocks/link.txt", "{{ item.url }} {{ blurb }}", "loses the word"),
        ("emails/blocks/link.mjml", "<mj-text>{{ item.title }}</mj-text>", "in the mail: https://"),
    ],
)
def test_a_wrong_template_names_the_block_and_nothing_is_approved(
    swap: Any, template: str, words: str, told: str
) -> None:
    issue = sound()
    swap(template, words)

    report = inspect(issue, now=NOW)

    findings = [finding for finding in report.blockers if finding.code == "output"]
    assert any(told in finding.text for finding in findings), [it.text for it in findings]
    assert all(FINE["title"] in finding.text for finding in findings)
    assert {type(finding.block) for finding in findings} == {LinkBlock}
    with pytest.raises(PreflightError, match="A story of its own"):
        approval.approve(issue, by=None)
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_a_fault_of_the_frame_is_told_of_the_issue() -> None:
    issue = sound()
    mail = rendering.render(issue).email_html
    assert read_back(issue, email_html=mail.replace("<![endif]-->", "", 1)) == [
        "A conditional comment for Outlook is not closed in the mail."
    ]
    (told,) = read_back(issue, web_body=rendering.render(issue).web_body + "</section>")
    assert told == "The frame of the issue leaves a <section> open in the web page."
    feed = rendering.render(issue).feed_body + "{% url x %}"
    (told,) = read_back(issue, feed_body=feed)
    assert "leaves {% url x %} in the feed" in told


def test_a_byte_of_an_address_is_missed() -> None:
    issue = with_block(LinkBlock, title="Odd", url=ODD, blurb="<p>Words.</p>")
    mail = rendering.render(issue).email_html
    assert "amp=2" in mail
    (told,) = read_back(issue, email_html=mail.replace("amp=2", "amp=3"))
    assert told == f"“Odd” loses its address in the mail: {ODD}"


@pytest.mark.parametrize(
    ("html", "closes"),
    [
        ("<!--[if mso]>x<![endif]-->", True),
        ("<!--[if !mso]><!-->x<!--<![endif]-->", True),
        ("<!--[if mso | IE]>x<!--[if mso]>y<![endif]-->", False),
        ("x<![endif]-->", False),
    ],
)
def test_conditions_for_outlook(html: str, closes: bool) -> None:
    assert proofing.conditions_close(html) is closes


def test_it_is_found_by_the_pre_flight_and_never_let_pass(swap: Any) -> None:
    issue = sound()
    swap("emails/blocks/link.txt", "{{ item.title }}")
    assert "output" in codes(issue)
    assert any("loses its address" in text for text in said(issue, "output"))
    key = next(it.key for it in inspect(issue, now=NOW).findings if it.code == "output")
    with pytest.raises(OverrideError, match="cannot be let pass"):
        let_pass(issue, key, reason="because I say so", by=None, now=NOW)


@pytest.mark.parametrize(
    ("html", "tag"),
    [
        ("<p>One <b>two</b><br>three</p><table><tr><td>4</td></tr></table>", ""),
        ("<!--[if mso]><table><tr><td><![endif]--><p>x</p>", ""),
        ("<p>One <div>two</div></p>", "p"),
        ("<select><div>x</div></select><form><form>x</form></form>", "form"),
    ],
)
def test_what_a_browser_reads_otherwise_is_seen(html: str, tag: str) -> None:
    assert proofing.misread(html) == tag


@pytest.mark.parametrize("part", ["email_html", "web_body", "feed_body"])
def test_well_closed_and_yet_misread(part: str) -> None:
    issue = sound()
    drawn = getattr(rendering.render(issue), part)

    told = read_back(issue, **{part: f"{drawn}<p>One <div>two</div></p>"})

    assert any("where none may stand" in fault for fault in told)
