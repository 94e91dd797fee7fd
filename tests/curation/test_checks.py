import pyexpat

import pytest

from curation.checks import expat_stops_bombs


def test_it_refuses_an_expat_that_can_be_blown_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert expat_stops_bombs() == []
    monkeypatch.setattr(pyexpat, "version_info", (2, 4, 0))

    [error] = expat_stops_bombs()
    assert (error.id, error.msg) == ("curation.E001", "expat 2.4.0 can be blown up by a feed.")
