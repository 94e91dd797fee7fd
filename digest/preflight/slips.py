"""Slips of the keyboard and of machines, in any words of the issue."""

import re
from collections.abc import Iterator

from digest.preflight.findings import Hit
from digest.preflight.subject import Passage, Subject

TO_BE_WRITTEN = re.compile(
    r"\bTK(?:TK)*\b(?!\s*(?:inter|\d))|\bTODO\b(?=\s*[:!?)\]]|\W*$)|^\W*TODO\b(?!\s*(?:list|app|s\b))"
    r"|\bFIXME\b(?=\s*[:!?)\]]|\W*$)|\bXXX+\b|\b[Ll]orem ipsum\b|\[(?:insert|add|link|name|date|"
    r"placeholder|blurb|title|todo)\b[^\]]{0,40}\]|\*\|[A-Z_:]+\|\*|\{\{?\s*(?:first_?name|subscriber|"
    r"unsubscribe_url)[^}]*\}\}?|\b(?:asdf|qwerty)\w*\b",
)
# UTF-8 that was read as another code page: western, Cyrillic in western, Greek.
_TRAIL = "\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
MISREAD = re.compile(
    rf"[ÃÂ][{_TRAIL}]|[ÐÑ][{_TRAIL}]|â€[™œ\u009d“”¢¦˜]|[βâ]‚¬|β€|ðŸ|ï¸|πŸ|\ufffd"
    rf"|(?<=[A-Za-z])Γ[{_TRAIL}΄΅ΆΈΉΊΌΎΏ―]|Γ[{_TRAIL}΄΅ΆΈΉΊΌΎΏ―](?=[a-z])"
)
DOUBLED = re.compile(
    r"\b(the|a|an|of|to|and|in|is|for|with|on|at|by|from|this|your|we|it|are|be|or|as)\s+\1\b", re.I
)
SHOUTED = re.compile(r"(?:\b[A-ZÀ-Þ]{2,}\b[\s,:!'’&-]*){4,}")
PAIRS = {"(": ")", "[": "]", "“": "”", "«": "»"}
SMILEY = re.compile(r"(?<!\w)[:;=8xX]['’]?-?[()\[\]]+|\([^\w()]{2,6}\)|\^\[+")
# 1) or a) at the head of a point.
POINT = re.compile(r"(?:^|\s)(?:\d{1,2}|[a-zA-Z])\)(?=\s)")


def to_be_written(subject: Subject) -> Iterator[Hit]:
    """TK, TODO, lorem ipsum: a place that somebody kept for words."""
    for passage in subject.passages:
        if found := TO_BE_WRITTEN.search(passage.text):
            yield Hit(f"{passage.name} still says “{found[0]}”.", passage.item)


def misread_letters(subject: Subject) -> Iterator[Hit]:
    """“MlÃ¡dek”: letters that were read as what they are not."""
    for passage in subject.passages:
        if found := MISREAD.search(passage.text):
            around = passage.text[max(0, found.start() - 12) : found.end() + 12]
            yield Hit(f"{passage.name} has letters that were misread: “{around}”.", passage.item)


def doubled_word(subject: Subject) -> Iterator[Hit]:
    """“the the”."""
    for passage in subject.passages:
        found = DOUBLED.search(passage.text)
        # "that that", "had had" and a title's "In In the Air" may be meant; capitals too.
        if found and found[0] == found[0].lower():
            yield Hit(f"{passage.name} says “{found[0]}”.", passage.item)


def shouting(subject: Subject) -> Iterator[Hit]:
    """Titles and sentences in capitals."""
    for passage in subject.passages:
        found = SHOUTED.search(passage.text)
        if found and len(re.sub(r"\W", "", found[0])) >= 16:
            yield Hit(f"{passage.name} is in capitals: “{found[0].strip()[:60]}”.", passage.item)


def unpaired_mark(subject: Subject) -> Iterator[Hit]:
    """A bracket or a quotation mark that is opened and not closed, or the other way about."""
    for passage in subject.passages:
        # A quotation may go on over paragraphs: each opens it again, the last one closes it.
        more = passage.item is not None and len(subject.paragraphs(passage.item)) > 1
        if not MISREAD.search(passage.text) and (mark := _unpaired(passage, goes_on=more)):
            yield Hit(f"{passage.name} has a {mark} without its other half.", passage.item)


def raw_markup(subject: Subject) -> Iterator[Hit]:
    """Markdown and character references that nobody turned into what they mean."""
    for passage in subject.passages:
        found = re.search(
            r"&(?:amp|lt|gt|quot|nbsp|#\d{2,5}|[rl][sd]quo|[mn]dash|hellip);"
            r"|\[[^\[\]]{2,80}\]\(https?://|(?<!\w)\*\*\w[^*]{1,80}\w\*\*(?!\w)"
            r"|</?(?:p|br|strong|em|span|div)\s*/?>",
            passage.text,
        )
        if found:
            yield Hit(f"{passage.name} shows its markup: “{found[0][:60]}”.", passage.item)


def _unpaired(passage: Passage, *, goes_on: bool) -> str:
    """The mark at fault, if any."""
    text = POINT.sub(" ", SMILEY.sub(" ", passage.text))
    for opening, closing in PAIRS.items():
        opened, closed = text.count(opening), text.count(closing)
        if opened == closed or (opening == "“" and (goes_on or "„" in text)):
            continue
        return opening if opened > closed else closing
    # Behind a digit it means inches.
    straight = text.count('"') - len(re.findall(r'\d"', text))
    return '"' if straight % 2 and not re.search(r'\d"', text) else ""
