"""What can go wrong when a stranger's server is asked, each in words an editor can act on."""

import errno
import ssl

import httpx


class HttpError(Exception):
    """No whole answer was had. The message is one plain sentence."""


class RefusedError(HttpError):
    """The address is one we do not ask: private, an odd port, not http. Asking again is no use."""


class UnreachableError(HttpError):
    """The host is unknown, refuses the connection, or shows a certificate that does not hold."""


class UnheardError(HttpError):
    """The request never reached the server, so it was not asked; see `toolbox.guard.UNHEARD`."""


class TimedOutError(HttpError):
    """The whole answer took longer than we wait."""


class TooLargeError(HttpError):
    """The answer passes the cap, as sent or as unpacked."""


class BrokenAnswerError(HttpError):
    """The answer broke off, or is not the HTTP that was asked for."""


class RedirectError(HttpError):
    """The redirects lead in a circle, too far, or to a place that is not followed."""


def in_plain_words(error: httpx.TransportError, connect_timeout: int) -> HttpError:
    """httpx's error as one of ours; the reason is often in its causes."""
    cause: BaseException | None = error
    while cause is not None:
        if known := _known_cause(cause):
            return known
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpx.ConnectTimeout():
            return UnreachableError(f"The server could not be reached in {connect_timeout} s.")
        case httpx.ConnectError():
            return UnreachableError("The server could not be reached.")
        case httpx.RemoteProtocolError() if "incomplete" in str(error) or "without" in str(error):
            return BrokenAnswerError("The answer broke off before its end.")
        case httpx.ReadError() | httpx.WriteError():
            return BrokenAnswerError("The connection broke off.")
    return BrokenAnswerError("The answer is not HTTP that can be read.")


def _known_cause(cause: BaseException) -> HttpError | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return UnreachableError(f"The certificate does not hold: {cause.verify_message}.")
    if isinstance(cause, ConnectionRefusedError):
        return UnreachableError("The server refuses the connection.")
    if isinstance(cause, OSError) and cause.errno == errno.ETIMEDOUT:
        return UnheardError("The server does not take the request.")
    return None
