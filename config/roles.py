"""Who may do what, as Django groups. Kept in step with this table after every migration.

A contributor brings and sorts links, an editor makes the issue, a publisher lets it out.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission

BLOCKS = (
    "linkblock",
    "textblock",
    "jobblock",
    "projectblock",
    "eventblock",
    "mediablock",
    "imageblock",
)
CONTRIBUTOR = {"curation.triage_link", "curation.view_link", "curation.view_feed"}
EDITOR = CONTRIBUTOR | {
    *(f"digest.{deed}_{block}" for deed in ("add", "change", "delete", "view") for block in BLOCKS),
    *(f"digest.{deed}_sponsorblock" for deed in ("add", "change", "delete", "view")),
    *(f"digest.{deed}_issue" for deed in ("add", "change", "view", "approve")),
    *(f"digest.{deed}_issuesection" for deed in ("add", "change", "delete", "view")),
    *(f"digest.{deed}_booking" for deed in ("add", "change", "view")),
    *(f"digest.{deed}_sponsor" for deed in ("add", "change", "view")),
    *(f"curation.{deed}_feed" for deed in ("add", "change")),
    *(f"curation.{deed}_rule" for deed in ("add", "change", "delete", "view")),
    "curation.view_entry",
    "publication.view_section",
    "delivery.view_mailing",
}
PUBLISHER = EDITOR | {
    "digest.publish_issue",
    "digest.delete_issue",
    "delivery.send_mailing",
    "delivery.view_delivery",
    "audience.view_subscriber",
    "audience.change_subscriber",
    "audience.import_subscriber",
    "audience.export_subscriber",
    "audience.erase_subscriber",
    "audience.view_import",
    "audience.view_suppression",
    "outbox.view_receipt",
    "outbox.change_receipt",
    "publication.change_publication",
    "publication.change_section",
    "publication.add_section",
    "publication.view_auditentry",
}
ROLES = {"Contributor": CONTRIBUTOR, "Editor": EDITOR, "Publisher": PUBLISHER}


def sync_roles(sender: AppConfig, **kwargs: Any) -> None:
    """Give each group exactly its permissions, once the last app has made its own."""
    if sender != [app for app in apps.get_app_configs() if app.models_module][-1]:
        return
    permissions = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.select_related("content_type")
    }
    for name, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(permissions[key] for key in wanted)
