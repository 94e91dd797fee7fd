"""What this room does when it hears of a fact."""

from delivery import mailings
from delivery.tasks import send_due
from digest.signals import issue_published
from toolbox.nudges import nudge


@issue_published.listen("delivery.start_mailing")
def start_mailing(issue_id: int, revision: int | None = None, **_: object) -> None:
    """Plan its mailing, if it is to be mailed. Facts from before `revision` was told lack it."""
    if mailings.start(issue_id, revision) is not None:
        nudge(send_due)
