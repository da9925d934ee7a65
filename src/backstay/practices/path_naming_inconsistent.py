from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backstay.model.backend import Backend
from backstay.model.contracts import ApiDocument, ApiPath
from backstay.model.findings import Finding, Fix
from backstay.practices._contracts import cause_in, is_template, segments_of
from backstay.practices._words import counted, style_of
from backstay.practices.practice import practice

# Names that standards or other systems prescribe.
_PRESCRIBED = {".well-known", "device_authorization", "openid-configuration", "oauth-authorization"}
_ENOUGH = 4


@practice(area="contract", severity="low")
def path_naming_inconsistent(document: ApiDocument, backend: Backend) -> Iterator[Finding]:
    """A path writes its words otherwise than the rest of the API.

    Why: Callers guess URLs from the ones they know; with two styles a guess is a 404. Rules for
        routing, rates and permissions that go by path need two patterns each.
    Fix: Write new paths in the style of the majority, and move old ones with the next version.
    Trade-offs: Moving a path breaks its callers; serve both and redirect reads (308) meanwhile.
    Alternatives: Leave old paths as they are and fix the style for new ones.
    Upkeep: Check the style in continuous integration.
    References: https://google.aip.dev/122
        https://opensource.zalando.com/restful-api-guidelines/#129

    Bad (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /order-lines: {get: {responses: {"204": {description: None}}}}
          /price-lists: {get: {responses: {"204": {description: None}}}}
          /gift-cards: {get: {responses: {"204": {description: None}}}}
          /tax-rates: {get: {responses: {"204": {description: None}}}}
          /shippingZones: {get: {responses: {"204": {description: None}}}} # finding
    Good (openapi.yaml):
        openapi: 3.1.0
        info: {title: Shop, version: "1"}
        paths:
          /order-lines: {get: {responses: {"204": {description: None}}}}
          /price-lists: {get: {responses: {"204": {description: None}}}}
          /gift-cards: {get: {responses: {"204": {description: None}}}}
          /tax-rates: {get: {responses: {"204": {description: None}}}}
          /shipping-zones: {get: {responses: {"204": {description: None}}}}
    """
    paths = backend.paths_in(document.scope)
    # Each name counts once, however many paths lie below it.
    styles = {name: style for path in paths for name, style in _styles(path)}
    counts = Counter(styles.values())
    if len(counts) < 2:
        return
    usual, most = counts.most_common(1)[0]
    if most < _ENOUGH or most * 4 < len(styles) * 3:
        return
    seen: set[str] = set()
    for path in paths:
        for name, style in _styles(path):
            if style == usual or name in seen:
                continue
            seen.add(name)
            yield Finding(
                message=f"'{name}' in {path.path} is {style}, "
                f"while {most} of {counted(len(styles), 'name')} in paths are {usual}",
                evidence=(path,),
                about=name,
                cause=cause_in(document),
                fix=Fix(text=f"Write it in {usual}; serve both spellings for a while."),
            )


def _styles(path: ApiPath) -> Iterator[tuple[str, str]]:
    for segment in segments_of(path.path):
        style = None if is_template(segment) or segment in _PRESCRIBED else style_of(segment)
        if style is not None:
            yield segment, style
