"""Links that act for one subscriber are known, whichever page they lead to."""

import pytest
from django.urls import URLPattern

from audience import urls
from toolbox import personal
from toolbox.urls import absolute_url

WITH_TOKEN = [pattern for pattern in urls.urlpatterns if "<str:token>" in str(pattern.pattern)]


@pytest.mark.parametrize("pattern", WITH_TOKEN, ids=str)
def test_every_page_of_one_person_is_known(pattern: URLPattern) -> None:
    url = absolute_url(f"audience:{pattern.name}", "a:b")

    assert personal.holds_whole(url)
    assert personal.without(f'<a href="{url}" rel="x">y</a>') == '<a rel="x">y</a>'


def test_words_about_such_pages_are_no_links() -> None:
    for text in ("Visit /account/settings.", "https://a.example/account/1/", "an account/b"):
        assert not personal.holds(text)
