"""What a browser may do with a public page: much less than with the editor's."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP, build_policy

# The admin's pages have the policy of the settings, and the editor's and the frames' their own.
OURS = ("/admin/", "/mailbox/")
# No script, style or form but our own, nothing inline, no frame around it. It holds no nonce:
# public pages are kept and shared.
PUBLIC = build_policy(
    {
        "default-src": [CSP.NONE],
        "script-src": [CSP.SELF],
        "style-src": [CSP.SELF],
        "img-src": [CSP.SELF, "data:"],
        "connect-src": [CSP.SELF],
        "manifest-src": [CSP.SELF],
        "form-action": [CSP.SELF],
        "base-uri": [CSP.NONE],
        "frame-ancestors": [CSP.NONE],
    }
)


class PublicPolicyMiddleware:
    """Sets the policy of public pages; Django's own middleware leaves a policy that is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Whoever is on the way to own this install sees the admin's look already.
        if not request.path.startswith((*OURS, "/setup/")):
            response.headers.setdefault(str(CSP.HEADER_ENFORCE), PUBLIC)
        return response
