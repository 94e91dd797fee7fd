"""What an issue refuses. Each verb names its own refusals under IssueError."""


class IssueError(Exception):
    """A deed that cannot be done to this issue now; the message tells the editor why."""


class PublishedIssueError(IssueError):
    """The issue is published and therefore locked."""
