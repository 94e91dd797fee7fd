"""The pre-flight beside the desk, in a real browser: jump to a block, let one pass."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from digest.models import JobBlock, Override
from tests.digest.desks import make_desk
from tests.digest.issues import add

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_finding_leads_to_its_block_and_passes_beside_unsaved_words(
    page: Page, live_server: Any
) -> None:
    desk = make_desk("A story")
    job = add(JobBlock, desk.section("Jobs"), role="TODO")
    cookie = desk.client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + desk.url)
    expect(page.locator(".tabs.regions .tab.active")).to_contain_text("News")
    page.locator("#id_preheader").fill("Not saved yet")

    page.get_by_text("Pre-flight", exact=True).last.click()
    finding = page.locator(".preflight-list.blocker li", has_text="still says “TODO”")
    finding.get_by_role("link", name="Go to it").click()
    expect(page.locator(".tabs.regions .tab.active")).to_contain_text("Jobs")
    expect(page.locator("#id_digest_jobblock_set-0-role")).to_be_focused()

    finding.get_by_text("Let it pass…").click()
    finding.get_by_role("textbox").fill("It is the name of the job")
    finding.get_by_role("button", name="Let it pass").click()
    expect(page.locator(".preflight-said")).to_contain_text("Your name and your reason are kept")
    expect(page.locator("#id_preheader")).to_have_value("Not saved yet")
    assert str(job) in Override.objects.get().text

    # From another page the address leads there.
    page.goto(live_server.url + desk.url + f"#jump-jobblock-{job.pk}")
    page.reload()
    expect(page.locator(".tabs.regions .tab.active")).to_contain_text("Jobs")
