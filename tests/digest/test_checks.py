import pytest

from digest import checks
from digest.checks import every_block_has_templates
from digest.models import LinkBlock


def test_every_block_has_its_templates() -> None:
    assert every_block_has_templates() == []


def test_a_missing_template_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LinkBlock, "slug", "poem")
    monkeypatch.setattr(checks, "BLOCKS", [LinkBlock])

    found = {error.msg for error in every_block_has_templates()}

    assert found == {
        "LinkBlock has no template emails/blocks/poem.mjml.",
        "LinkBlock has no template emails/blocks/poem.txt.",
        "LinkBlock has no template archive/blocks/poem.html.",
    }
