"""What speaks against a link from a stranger: a few signs, added up and said in words.

Nothing is refused for it. What looks like spam stands among the hidden links with its reasons,
where an editor lets it wait with one key.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from curation.models import Link, Submission
from curation.wording import LIKE_SPAM
from toolbox.addresses import host

# So many points hold a link aside.
HELD = 2
# Words this long, in characters, are not written twice by chance.
OWN_WORDS = 20
# Of one host, so many turned down and none taken.
TURNED_DOWN = 2
# What readers sent so lately is compared, and of that the latest.
LATELY = timedelta(days=30)
COMPARED = 1000
ADDRESS = re.compile(r"https?://|www\.", re.IGNORECASE)
MARKUP = re.compile(r"<a\s|\[url|\[link", re.IGNORECASE)

Sign = tuple[int, str]


def judge(address: str, words: Iterable[str], network: str, now: datetime) -> str:
    """Why a link from a reader is held aside; "" for one that is not.

    `words` is all they wrote, `network` where they wrote it (`toolbox.visitors.network_key`).
    """
    said = [text.strip() for text in words if text.strip()]
    sent = Submission.objects.filter(at__gt=now - LATELY).select_related("link")
    latest = list(sent[:COMPARED])
    signs = [*_of_words(said), *_of_repeats(said, network, latest), *_of_host(address, latest)]
    if sum(points for points, _ in signs) < HELD:
        return ""
    return LIKE_SPAM + ", ".join(reason for _, reason in signs)


def _of_words(said: list[str]) -> Iterator[Sign]:
    links = sum(len(ADDRESS.findall(text)) for text in said)
    if links > 1:
        yield min(links - 1, HELD), f"{links} links in its words"
    if any(map(MARKUP.search, said)):
        yield HELD, "markup in its words"


def _of_repeats(said: list[str], network: str, latest: list[Submission]) -> Iterator[Sign]:
    own = {_folded(text) for text in said if len(text) >= OWN_WORDS}
    same = [one for one in latest if own & {_folded(one.link.note), _folded(one.link.title)}]
    if any(one.network == network for one in same):
        yield HELD, "the same words from the same network before"
    elif same:
        yield HELD - 1, "the same words from somebody else before"


def _of_host(address: str, latest: list[Submission]) -> Iterator[Sign]:
    fates = [one.link.state for one in latest if host(one.link.url) == host(address)]
    refused = fates.count(Link.State.REJECTED)
    if refused >= TURNED_DOWN and Link.State.SHORTLISTED not in fates:
        yield HELD, f"{refused} links to {host(address)} were turned down"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
