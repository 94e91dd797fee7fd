"""Many addresses at once: each becomes one link, and for each other piece it is said why not."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation import bringing, pasting, queue, uses
from curation.models import Link
from publication.access import NotAllowedError
from tests.makers import NOW, make_editor, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


def paste(text: str, by: User) -> pasting.Pasted:
    return pasting.paste(text, by=by, now=NOW)


def urls() -> list[str]:
    return list(Link.objects.order_by("pk").values_list("url", flat=True))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Look: https://a.com/x, and (https://b.com/y).", ["https://a.com/x", "https://b.com/y"]),
        (
            "[Title](https://a.com/x) * https://a.org/Foo_(bar)",
            ["https://a.com/x", "https://a.org/Foo_(bar)"],
        ),
        (
            '<li><a href="https://a.com/x">x</a></li><https://b.com>',
            ["https://a.com/x", "https://b.com"],
        ),
        ("a.com/x\nwww.b.org\n", ["https://a.com/x", "https://www.b.org"]),
        ("HTTPS://A.com/x…", ["https://a.com/x"]),
    ],
)
def test_it_finds_addresses_in_whatever_they_were_pasted_with(
    text: str, found: list[str], ann: User
) -> None:
    assert paste(text, ann).refused == []
    assert urls() == found


def test_what_is_no_address_is_listed_with_the_reason(ann: User) -> None:
    pasted = paste("e.g. this\njavascript:alert(1)\nhttp://localhost/x\nv1.2\n\n<b>hi</b>", ann)
    assert pasted.refused == [
        ("e.g. this", pasting.NO_ADDRESS),
        ("javascript:alert(1)", "Only http and https addresses are taken, not javascript:"),
        ("http://localhost/x", "This address is private: readers could not open it."),
        ("v1.2", pasting.NO_ADDRESS),
        ("<b>hi</b>", pasting.NO_ADDRESS),
    ]
    assert not Link.objects.exists()


def test_it_says_where_the_known_ones_stand(ann: User) -> None:
    paste("https://a.com/1 https://a.com/2 https://a.com/3", ann)
    ran, turned_down = Link.objects.order_by("url")[:2]
    uid = uuid4()
    uses.place(ran.pk, issue_number=12, section="News", block_uid=uid)
    uses.publish(12, [uid], NOW)
    queue.reject(turned_down, by=ann)
    pasted = paste("\n".join(f"http://www.a.com/{n}/" for n in (1, 2, 3, 4, 4)), ann)
    assert len(pasted.new) == 1
    assert pasted.repeated == 1
    assert dict(pasted.places) == {
        "Ran in #12, News, 20 Nov 2026": 1, "Rejected": 1, "Waiting": 1,
    }  # fmt: skip


def test_the_address_stands_in_for_a_title_until_the_page_is_read(ann: User) -> None:
    paste("https://www.a.com/some/story/?utm_source=x", ann)
    link = Link.objects.get()
    assert (link.title, link.origin, link.state) == (
        "www.a.com/some/story", "import", "new",
    )  # fmt: skip


def test_a_paste_is_taken_back_in_one_step_except_what_was_touched_since(ann: User) -> None:
    paste("https://a.com/before", ann)
    pasted = paste("https://a.com/before https://a.com/1 https://a.com/2 https://a.com/3", ann)
    queue.shortlist(Link.objects.get(url="https://a.com/2"), by=ann)
    assert pasting.take_back(pasted.key, by=make_editor("ben"), now=NOW) == 0
    assert pasting.take_back(pasted.key, by=ann, now=NOW) == 2
    assert dict(Link.objects.values_list("url", "state")) == {
        "https://a.com/before": "new",
        "https://a.com/1": "rejected",
        "https://a.com/2": "shortlisted",
        "https://a.com/3": "rejected",
    }
    assert Link.objects.get(url="https://a.com/1").reject_reason == bringing.TAKEN_BACK
    assert pasting.take_back(pasted.key, by=ann, now=NOW) == 0


def test_five_thousand_addresses_with_junk_cost_the_same_few_queries_each_500(
    ann: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lines = [f"* {n}. see https://site{n % 97}.com/story/{n}, soon\n---\n" for n in range(5000)]
    with django_assert_max_num_queries(10 * 16):
        pasted = paste("".join(lines), ann)
    assert (len(pasted.new), len(pasted.known), len(pasted.refused)) == (5000, 0, 5000)
    with django_assert_max_num_queries(10 * 4):
        assert pasting.take_back(pasted.key, by=ann, now=NOW) == 5000


def test_more_than_can_be_read_at_once_is_refused(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pasting, "MOST", 2)
    with pytest.raises(pasting.TooMuchPastedError, match="3 addresses: paste 2 at a time"):
        paste("https://a.com/1 https://a.com/2 https://a.com/3", ann)
    assert not Link.objects.exists()


def test_an_endless_line_ends(ann: User) -> None:
    pasted = paste("https://a.com/" + ")" * 200_000 + " " + "(" * 200_000, ann)
    assert len(pasted.refused) == 1


def test_it_refuses_who_may_not_sort() -> None:
    with pytest.raises(NotAllowedError):
        paste("https://a.com", make_staff("eve", "curation.view_link"))


def test_the_page_reports_and_shows_markup_as_text(client: Client, ann: User) -> None:
    client.force_login(ann)
    text = "https://a.com/1\0\n<script>alert(1)</script>\nhttps://a.com/<script>"
    page = client.post("/admin/capture/paste/", {"text": text}).text
    assert "2 new, 0 known, 1 not addresses" in page
    assert "<script>alert" not in page
    answer = client.post("/admin/capture/paste/back/", {"paste": "x" * 50 + "\0"}, follow=True)
    assert "0 links of this paste were turned down" in answer.text
    assert "Paste some addresses first" in client.post("/admin/capture/paste/", {"text": " "}).text
