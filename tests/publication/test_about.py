import pytest
from django.test import Client

from publication.masthead import current


@pytest.mark.django_db
def test_the_about_page_says_who_we_are_and_how_to_follow(client: Client) -> None:
    publication = current()
    publication.about = "We read.\n\n<b>You</b> decide."
    publication.reply_to = "us@example.com"
    publication.save()

    page = client.get("/about/").content.decode()

    assert "<p>We read.</p>" in page
    assert "&lt;b&gt;You&lt;/b&gt; decide." in page
    assert "mailto:us@example.com" in page
    assert publication.postal_address in page
    assert "/feeds/issues.atom" in page
