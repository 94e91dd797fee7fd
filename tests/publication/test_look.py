"""One accent colour, readable everywhere."""

import pytest
from django.test import Client

from publication.look import READABLE, contrast, look, stylesheet
from publication.masthead import current

ACCENTS = ["#0c4b33", "#ffdd00", "#ff3366", "#000000", "#ffffff", "#808080", "#00ffff", "#3355ff"]


@pytest.mark.parametrize("accent", ACCENTS)
def test_whatever_the_accent_it_can_be_read_on_every_ground(accent: str) -> None:
    for scheme in (look(accent).light, look(accent).dark):
        for ground in (scheme.paper, scheme.wash):
            for colour in (scheme.accent, scheme.ink, scheme.muted):
                assert contrast(colour, ground) >= READABLE


def test_an_accent_that_can_be_read_is_left_alone() -> None:
    assert look("#0c4b33").light.accent == "#0c4b33"
    assert look("#ffdd00").dark.accent == "#ffdd00"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_stylesheet_has_the_same_values_for_both_schemes() -> None:
    light, dark = stylesheet("#0c4b33").split("@media (prefers-color-scheme:dark)")

    for name, value in vars(look("#0c4b33").light).items():
        assert f"--{name}:{value};" in light
    for name, value in vars(look("#0c4b33").dark).items():
        assert f"--{name}:{value};" in dark


@pytest.mark.django_db
def test_it_is_served_kept_and_renewed_with_the_brand(client: Client) -> None:
    first = client.get("/look.css")
    assert first["Content-Type"] == "text/css; charset=utf-8"
    assert "max-age=3600" in first["Cache-Control"]
    kept = {"If-None-Match": first["ETag"]}
    assert client.get("/look.css", headers=kept).status_code == 304

    publication = current()
    publication.accent = "#aa0000"
    publication.save()

    renewed = client.get("/look.css", headers=kept)
    assert renewed.status_code == 200
    assert "--accent:#aa0000;" in renewed.content.decode()


@pytest.mark.django_db
def test_the_icon_is_the_initial_on_the_accent(client: Client) -> None:
    publication = current()
    publication.name, publication.accent = "<Weekly", "#aa0000"
    publication.save()

    response = client.get("/icon.svg")

    assert response["Content-Type"] == "image/svg+xml"
    assert ">&lt;</text>" in response.content.decode()
    assert 'fill="#aa0000"' in response.content.decode()
