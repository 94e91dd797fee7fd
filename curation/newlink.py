"""A link that is not stored yet."""

from dataclasses import dataclass
from datetime import datetime

from curation.models import Link


@dataclass
class NewLink:
    """What is stored of a new link; the rest are the model's defaults. A `Link` has twice as many
    fields, each with a default of its own to be asked for, and is made to be saved."""

    url: str
    published_at: datetime
    title: str
    raw_title: str
    blurb: str
    source_label: str
    author: str
    language: str
    kind: str
    section_id: int | None
    section_reason: str
    state: str = Link.State.NEW.value
    reject_reason: str = ""
    hidden_by: str = ""
