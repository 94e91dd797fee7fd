"""What can go wrong with an issue, in words for the person at the desk."""


class IssueError(Exception):
    """A rule about issues said no; the message says what and why."""


class AlreadyPublishedError(IssueError):
    """The issue is out: it is neither edited, approved nor published again."""
