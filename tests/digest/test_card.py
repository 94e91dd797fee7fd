"""What an issue looks like where somebody shares it, and what machines are told of it."""

import json
import re
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from digest.card import drawn, legible
from publication.masthead import current
from tests.digest.issues import make_issue, make_published

pytestmark = pytest.mark.django_db


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def test_each_issue_has_a_card_and_its_page_names_it(client: Client) -> None:
    make_published(7, title="A title for sharing")
    page = client.get("/issues/7/").content.decode()
    address = re.search(r'property="og:image" content="http://127.0.0.1:8000([^"]+)"', page)
    assert address
    assert 'name="twitter:card" content="summary_large_image"' in page

    response = client.get(address[1])

    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert opened(response.content).size == (1200, 630)
    assert len(response.content) < 100_000
    again = client.get(address[1], headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    make_issue(8)
    assert client.get("/issues/8/card.png").status_code == 404


def test_the_title_is_on_it_in_the_colours_of_the_publication() -> None:
    one, other = make_issue(7, title="One title"), make_issue(8, title="Another title")
    publication = current()
    assert drawn(one, publication) != drawn(other, publication)
    publication.accent = "#8a1c1c"
    red, green, blue = opened(drawn(one, publication)).crop((5, 5, 6, 6)).tobytes()
    assert red > 100 > green
    assert red > blue


@pytest.mark.parametrize(
    "title", ["x" * 200, "Much " * 40, "", " \u200b ", "“Œuvre” – Łódź, Πλάτων"]
)
def test_no_title_is_too_much_for_it(title: str) -> None:
    assert opened(drawn(make_issue(7, title=title), current())).size == (1200, 630)


def test_letters_that_the_font_lacks_give_way_to_the_number() -> None:
    assert legible("“Œuvre” – Łódź, Πλάτων, новости & <b>")
    assert not legible("中文")
    publication, plain = current(), make_issue(7, title="")
    number = drawn(plain, publication)
    plain.title = "中文"
    assert drawn(plain, publication) == number


def test_machines_are_told_what_it_is_and_no_title_ends_the_element(client: Client) -> None:
    make_published(7, title="</script><b>&", preheader="In a sentence.")
    page = client.get("/issues/7/").content.decode()
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    (told,) = map(json.loads, found)
    assert told["@type"] == "Article"
    assert told["headline"] == "</script><b>&"
    assert told["description"] == "In a sentence."
    assert told["image"] == "http://127.0.0.1:8000/issues/7/card.png"
    assert told["datePublished"] <= told["dateModified"]
