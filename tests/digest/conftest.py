"""A masthead with nothing left to fill in, for tests that look at all that is found."""

import pytest

from publication.masthead import current
from publication.models import Publication


@pytest.fixture
def masthead_filled_in(db: None) -> None:
    current()
    Publication.objects.update(postal_address="1 Harbour Lane, Port Example")
