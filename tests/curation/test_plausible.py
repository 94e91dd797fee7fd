"""Which redirects and canonical addresses are believed: a wrong one would swallow a story."""

import pytest

from curation.plausible import canonical_believed, one_story, redirect_believed

POST = "https://blog.example/2026/testing-views/"
TITLE = "How we are testing our views"


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        ("https://t.example/x7", POST),
        ("http://old.example/2019/testing-views.html", POST),
        ("https://blog.example/?p=12345", "https://blog.example/12345-post"),
        ("https://blog.example/old/testing-views", POST),
        ("https://blog.example/p/7", POST),
    ],
)
def test_it_believes_a_redirect_to_the_story(asked: str, target: str) -> None:
    assert redirect_believed(asked, target, TITLE)


@pytest.mark.parametrize(
    "target",
    [
        "https://blog.example/",
        "https://blog.example/blog/",
        "https://blog.example/en/news",
        "https://blog.example/login?next=/2026/testing-views/",
        "https://blog.example/members/sign-in/",
        "https://accounts.example.com/o/oauth?continue=x",
        "https://login.blog.example/testing-views",
        "https://blog.example/404.html",
        "https://blog.example/2026/latest-story-of-all/",
        "https://other.example/",
    ],
)
def test_it_does_not_believe_a_redirect_to_somewhere_else(target: str) -> None:
    assert not redirect_believed(POST, target, TITLE)


@pytest.mark.parametrize(
    ("claim", "asked"),
    [
        (POST, "https://blog.example/2026/testing-views/?page=1"),
        (POST, "https://m.blog.example/2026/testing-views/"),
        (POST, "https://blog.example/?p=7"),
        (POST, POST),
    ],
)
def test_it_believes_a_page_about_its_own_address(claim: str, asked: str) -> None:
    assert canonical_believed(claim, asked, asked, TITLE)


@pytest.mark.parametrize(
    "claim",
    [
        "https://blog.example/",
        "https://blog.example/blog",
        "https://blog.example/2026/the-first-story/",
        "https://evil.example/2026/testing-views/",
        "https://blog.example/2026/",
    ],
)
def test_it_does_not_believe_a_page_that_names_something_else(claim: str) -> None:
    assert not canonical_believed(claim, POST, POST, TITLE)


def test_who_retells_a_story_tells_the_same_one_but_a_log_in_does_not() -> None:
    assert one_story("How we test our views", TITLE, "")
    assert one_story("Ann has written something", TITLE, TITLE)
    assert not one_story("Ann has written something", TITLE, "Log in")
    assert not one_story("Ann has written something", TITLE, "")
