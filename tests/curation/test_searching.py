"""Search over links: the same answers on both databases, in step whoever writes a link."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from curation import searching
from curation.models import Link
from tests.makers import make_link

pytestmark = pytest.mark.django_db


def found(text: str, state: str = "new") -> list[str]:
    links = Link.objects.filter(state=state) if state else Link.objects.all()
    return sorted(link.title for link in searching.matching(links, text, state))


@pytest.mark.parametrize(
    "text",
    [
        "typing", "TYPING", "typ", "mypy friends", "friends typing", "cafe", "Café", "CAFÉ",
        "planet", "hilda", "remember", "django-stubs", "stubs 5.2", "5.2", "“typing”",
        "https://example.com/django-stubs/5.2/", "example.com",
    ],
)  # fmt: skip
def test_it_finds_words_wherever_they_stand_and_however_they_are_written(text: str) -> None:
    make_link(
        title="Typing at the Café", blurb="mypy and friends.", source_label="Planet Django",
        author="Hilda Ö.", note="remember this one", url="https://example.com/django-stubs/5.2/",
    )  # fmt: skip
    make_link(title="Other", url="https://elsewhere.org/")
    assert found(text) == ["Typing at the Café"]


@pytest.mark.parametrize(
    "text", ["yping", "mypy other", "o", "%", "_", "***", "' OR 1", "\\", "é" * 300]
)
def test_it_finds_nothing_for_what_is_not_there(text: str) -> None:
    make_link(title="Typing", blurb="mypy")
    make_link(title="Other")
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        '"', "typing OR", "typing AND NOT", "typing*", "(typing", "typing)", "NEAR(typing",
        "title:typing", "typing | ! &", "typing:*", "<->typing", "'typing'",
    ],
)  # fmt: skip
def test_the_language_of_the_engines_is_not_spoken(text: str) -> None:
    make_link(title="Typing or and not near title")
    expected = [] if text == '"' else ["Typing or and not near title"]
    assert found(text) == expected


def test_it_is_in_step_whoever_writes() -> None:
    link = make_link(title="Alpha")
    Link.objects.filter(pk=link.pk).update(title="Beta", note="noted")
    assert (found("alpha"), found("beta"), found("noted")) == ([], ["Beta"], ["Beta"])
    Link.objects.bulk_create(
        Link(title=f"Bulk {n}", published_at=link.published_at) for n in range(3)
    )
    assert len(found("bulk")) == 3
    Link.objects.filter(pk=link.pk).update(state=Link.State.REJECTED)
    assert (found("beta"), found("beta", "rejected"), found("beta", "")) == ([], ["Beta"], ["Beta"])
    link.delete()
    assert found("beta", "") == []


def test_a_common_word_is_looked_for_among_the_latest_arrivals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("toolbox.fulltext.MOST", 2)
    titles = [make_link(title=f"Story {n}", url=f"https://{n}.org/").title for n in range(3)]
    make_link(title="Story of the rejected", state=Link.State.REJECTED)
    some = titles[1:] if connection.vendor == "sqlite" else titles
    assert found("story") == some


@pytest.mark.django_db(transaction=True)
def test_an_index_that_went_with_its_table_is_brought_back_with_all_links(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """As after a migration that rebuilds the table, on SQLite, or a restored dump without it."""
    make_link(title="Before")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in ("added", "gone", "changed"):
                cursor.execute(f"DROP TRIGGER curation_link_words_{name}")
        else:
            cursor.execute("DROP TRIGGER curation_link_words ON curation_link")
    make_link(title="Meanwhile")
    assert found("meanwhile") == []
    searching.INDEX.install()
    assert (found("meanwhile"), found("before")) == (["Meanwhile"], ["Before"])
    make_link(title="After")
    assert found("after") == ["After"]
    with django_assert_num_queries(3 if connection.vendor == "sqlite" else 2):
        searching.INDEX.install()
