"""A small backend of all four kinds, whole and with something to find in each."""

from __future__ import annotations

SCHEMA = """\
create table customer (id bigint primary key);
create table purchase (id bigint primary key, customer_id bigint references customer (id));
"""
CONTRACT = """\
{
  "openapi": "3.0.3",
  "info": {"title": "Shop", "version": "1"},
  "servers": [{"url": "http://shop.example.com"}],
  "paths": {"/orders": {"get": {"responses": {"200": {"description": "all"}}}}}
}
"""
CONTRACT_YAML = """\
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: "http://shop.example.com"}]
paths:
  /orders:
    get:
      responses:
        "200": {description: "all"}
"""
COMPOSE = """\
services:
  database:
    image: postgres
    environment: {POSTGRES_PASSWORD: "secret"}
"""
DOCKERFILE = """\
FROM debian
RUN apt-get update
CMD ["run"]
"""
WHOLE = {
    "schema.sql": SCHEMA,
    "openapi.json": CONTRACT,
    "openapi.yaml": CONTRACT_YAML,
    "compose.yaml": COMPOSE,
    "Dockerfile": DOCKERFILE,
}
