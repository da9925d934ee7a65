from __future__ import annotations

from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.changes import Change
from backstay.model.findings import Finding
from backstay.practices._contract_changes import told
from backstay.practices.practice import practice


@practice(
    area="contract",
    severity="high",
    proof="witness",
    stages={"startup": "Tell the few clients by name, and switch over in one day."},
)
def access_tightened(change: Change, _: Backend) -> Iterator[Finding]:
    """Callers that were let in are turned away by the new version.

    Why: A client without the new credentials or scope gets 401 or 403 from the deployment on,
        and cannot do anything about it by itself: somebody has to grant it first.
    Fix: Announce it, let clients get the credentials or scopes, accept both for a while, look
        who still comes without, and then ask for it.
    Trade-offs: The gap stays open for that time. Where it leaks data, close it at once and break
        the clients knowingly.
    Alternatives: A new operation that asks for it, with the old one deprecated.
    Upkeep: Look at refused requests for some weeks after the change.
    References: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: shop, version: "1"}
        components:
          securitySchemes:
            token: {type: http, scheme: bearer}
        paths:
          /orders:
            get:
              security: []
              responses: {"200": {description: all}}
        # becomes
        openapi: 3.1.0
        info: {title: shop, version: "2"}
        components:
          securitySchemes:
            token: {type: http, scheme: bearer}
        paths:
          /orders:
            get:
              security: [{token: []}] # finding
              responses: {"200": {description: all}}
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: shop, version: "1"}
        components:
          securitySchemes:
            token: {type: http, scheme: bearer}
        paths:
          /orders:
            get:
              security: [{token: []}]
              responses: {"200": {description: all}}
        # becomes
        openapi: 3.1.0
        info: {title: shop, version: "2"}
        components:
          securitySchemes:
            token: {type: http, scheme: bearer}
        paths:
          /orders:
            get:
              security: [{token: []}, {}]
              responses: {"200": {description: all}}
    """
    if change.nature == "access":
        yield told(change, "Accept both for a while, look who comes without, and then ask for it.")
