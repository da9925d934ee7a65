from __future__ import annotations

import contextlib
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.mcp.connections import client, http_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mcp.client import Client

SHOP = Path(__file__).parents[2] / "examples" / "shop"


@pytest.fixture(scope="session", autouse=True)
def _places_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example shop."""
    project = tmp_path_factory.mktemp("projects") / "shop"
    shutil.copytree(SHOP, project)
    contract = (project / "api" / "openapi.yaml").read_text("utf-8")
    later = contract.replace("/v1/orders/{orderId}/remind:", "/v1/orders/{orderId}/recall:")
    assert later != contract
    (project / "api" / "later.yaml").write_text(later, "utf-8")
    return project


@pytest.fixture
def shop(shop_folder: Path) -> Iterator[Path]:
    """A copy of the example shop, as the current directory."""
    with contextlib.chdir(shop_folder):
        yield shop_folder


@pytest.fixture(scope="session")
def shop_url(shop_folder: Path) -> Iterator[str]:
    """The address of a server of the shop over HTTP."""
    command = [sys.executable, "-m", "backstay", "mcp", "--http"]
    with http_server(command, shop_folder, dict(os.environ)) as url:
        yield url


@pytest.fixture
def connect(shop: Path, shop_url: str) -> Callable[[str], Client]:
    """A client of the shop's server, by one of the ways of ``connections.WAYS``."""
    return lambda way: client(way, shop, shop_url)
