"""What machines are told of an issue's page: schema.org, as JSON-LD."""

from datetime import datetime

from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

from digest.models import Issue
from publication.models import Publication
from toolbox.urls import absolute_url


def article(issue: Issue, publication: Publication, description: str, made: datetime) -> SafeString:
    """A data block, which runs nothing. `made`: when its artefact was approved or corrected."""
    out = issue.published_at or made
    page = absolute_url("archive:issue", issue.number)
    told = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": issue.heading,
        "description": description,
        "url": page,
        "mainEntityOfPage": page,
        "image": absolute_url("archive:card", issue.number),
        "inLanguage": publication.language,
        "datePublished": out.isoformat(),
        "dateModified": max(out, made).isoformat(),
        "isPartOf": {
            "@type": "Periodical",
            "name": publication.name,
            "url": absolute_url("archive:home"),
        },
        "publisher": {"@type": "Organization", "name": publication.name},
        "author": {"@type": "Organization", "name": publication.sender_name},
    }
    # json_script escapes what could end the element.
    data = json_script(told).replace("application/json", "application/ld+json", 1)
    return mark_safe(data)
