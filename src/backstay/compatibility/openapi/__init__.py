"""Two versions of an API in OpenAPI 3.0, 3.1 or Swagger 2: what differs, and whom it breaks."""

from __future__ import annotations

from backstay.compatibility.openapi.comparer import compare_openapi

__all__ = ["compare_openapi"]
