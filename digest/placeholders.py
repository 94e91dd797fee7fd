"""What stands in the approved mail where one subscriber's token will be.

The artefact is rendered once for everybody. Delivery fills the token in; web and feeds never
hold it.
"""

from toolbox.urls import absolute

# 22 characters, as long as a real token, so that a filled-in mail keeps its line lengths.
TOKEN = "SUBSCRIBER-TOKEN-HERE_"  # noqa: S105
UNSUBSCRIBE_PATH = f"/unsubscribe/{TOKEN}/"
PREFERENCES_PATH = f"/preferences/{TOKEN}/"


def subscriber_links() -> dict[str, str]:
    """The two addresses below every mail, with the placeholder in them."""
    return {
        "unsubscribe_url": absolute(UNSUBSCRIBE_PATH),
        "preferences_url": absolute(PREFERENCES_PATH),
    }
