from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck as Check
from hypothesis import given, settings
from hypothesis import strategies as st

from backstay.model.deployment import ComposeFile, Service
from backstay.model.facts import Fact, Unread
from backstay.model.places import Place
from backstay.readers.compose import read_compose
from backstay.readers.compose_values import interpolated
from backstay.readers.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path


def facts_of(folder: Path, **files: str) -> list[Fact]:
    """The facts of files given as text; `__` in a name stands for a folder, `_` for a dot."""
    names = []
    for key, text in files.items():
        name = key.replace("__", "/").replace("_", ".")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text), "utf-8")
        names.append(name)
    return list(read_compose(names, Sources(folder)))


def services_of(facts: list[Fact]) -> dict[str, Service]:
    return {fact.name: fact for fact in facts if isinstance(fact, Service)}


def only_service(folder: Path, text: str) -> Service:
    (service,) = services_of(facts_of(folder, compose_yaml=text)).values()
    return service


def pointer_of_place(place: object) -> str | None:
    assert isinstance(place, Place)
    return place.pointer


def test_a_service_with_everything_in_its_short_form(tmp_path: Path) -> None:
    service = only_service(
        tmp_path,
        """\
        services:
          api:
            image: ghcr.io/acme/api:1.4@sha256:abc
            ports: ["8080:80", "127.0.0.1:9000:9000/udp", 70, "[::1]:5:6"]
            volumes: ["data:/var/data:ro", "./conf:/etc/conf", /cache]
            environment: [MODE=fast, TOKEN]
            env_file: .env
            depends_on: [db]
            healthcheck: {test: "curl -f localhost"}
            restart: always
            user: "1000:1000"
            cap_add: [NET_ADMIN]
            mem_limit: 512m
            cpus: 0.5
            tmpfs: /run
            ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}
            logging: {driver: json-file, options: {max-size: 10m, max-file: 3}}
            networks: [back]
            secrets: [key]
            configs: [{source: conf, target: /c}]
            profiles: [debug]
            scale: 2
        """,
    )
    assert service.image is not None
    image = service.image
    assert (image.registry, image.repository, image.name) == ("ghcr.io", "acme/api", "api")
    assert (image.tag, image.digest) == ("1.4", "sha256:abc")
    assert [(p.address, p.host, p.container, p.protocol) for p in service.ports] == [
        (None, "8080", "80", "tcp"),
        ("127.0.0.1", "9000", "9000", "udp"),
        (None, None, "70", "tcp"),
        ("::1", "5", "6", "tcp"),
    ]
    assert [(v.kind, v.source, v.target, v.read_only) for v in service.volumes] == [
        ("named", "data", "/var/data", True),
        ("bind", "conf", "/etc/conf", False),
        ("anonymous", None, "/cache", False),
        ("tmpfs", None, "/run", False),
    ]
    assert [(v.name, v.value) for v in service.environment] == [("MODE", "fast"), ("TOKEN", None)]
    assert service.env_files == (".env",)
    assert service.depends_on == (("db", ""),)
    assert service.health_check is not None
    assert (service.health_check.command, service.health_check.shell) == ("curl -f localhost", True)
    assert (service.restart, service.user) == ("always", "1000:1000")
    assert (service.memory_limit, service.cpu_limit) == ("512m", "0.5")
    assert service.ulimits == (("nofile", "20"), ("nproc", "5"))
    assert service.log_options == (("max-size", "10m"), ("max-file", "3"))
    assert (service.networks, service.secrets, service.configs) == (("back",), ("key",), ("conf",))
    assert (service.profiles, service.replicas) == (("debug",), 2)
    assert pointer_of_place(service.ports[1].where) == "/services/api/ports/1"
    assert pointer_of_place(service.place_of("restart")) == "/services/api/restart"


def test_the_long_forms_say_the_same(tmp_path: Path) -> None:
    service = only_service(
        tmp_path,
        """\
        services:
          api:
            build: {context: .., dockerfile: deploy/Dockerfile, target: run, args: {A: 1, B: null}}
            ports: [{target: 80, published: "8080", host_ip: 127.0.0.1, protocol: tcp}]
            volumes:
              - {type: volume, source: data, target: /data}
              - {type: bind, source: ./x, target: /x, read_only: true}
              - {type: tmpfs, target: /t}
              - {type: volume, target: /anonymous}
            environment: {MODE: fast, TOKEN: null, DEBUG: true}
            env_file: [{path: ../.env, required: false}]
            depends_on: {db: {condition: service_healthy}, cache: {condition: service_started}}
            healthcheck: {test: [CMD, curl, localhost]}
            deploy:
              replicas: 3
              resources: {limits: {memory: 1G, cpus: "2"}}
              restart_policy: {condition: on-failure}
        """,
    )
    # The file lies at the root, so that its context leads out of it: no Dockerfile to read.
    assert (service.build, service.dockerfile, service.target) == ("..", None, "run")
    assert [(v.name, v.value) for v in service.build_arguments] == [("A", "1"), ("B", None)]
    port = service.ports[0]
    assert (port.address, port.host, port.container) == ("127.0.0.1", "8080", "80")
    assert [v.kind for v in service.volumes] == ["named", "bind", "tmpfs", "anonymous"]
    assert [(v.name, v.value) for v in service.environment] == [
        ("MODE", "fast"),
        ("TOKEN", None),
        ("DEBUG", "true"),
    ]
    assert service.depends_on == (("db", "service_healthy"), ("cache", "service_started"))
    assert service.health_check is not None
    assert not service.health_check.shell
    assert (service.restart, service.replicas) == ("deploy:on-failure", 3)
    assert (service.memory_limit, service.cpu_limit) == ("1G", "2")


@pytest.mark.parametrize(
    ("template", "text", "assumed"),
    [
        ("a-${B:-c}-d", "a-c-d", True),
        ("${B-c}", "c", True),
        ("${B:-}", "", True),
        ("${A:-${B:-x}}!", "x!", True),
        ("${A}", "${A}", False),
        ("$A/x", "${A}/x", False),
        ("${A:?must be set}", "${A}", False),
        ("${A:+other}", "", False),
        ("$$A costs $5", "$A costs $5", False),
        ("${A", "${A", False),
        ("$", "$", False),
    ],
)
def test_variables_become_their_default_or_a_hole(template: str, text: str, assumed: bool) -> None:  # noqa: FBT001
    found = interpolated(template)
    assert (found.text, found.assumed) == (text, assumed)


def test_a_password_that_comes_from_outside_has_no_value(tmp_path: Path) -> None:
    service = only_service(
        tmp_path,
        """\
        services:
          db:
            image: postgres:${PG:-16}
            environment:
              POSTGRES_PASSWORD: ${PW}
              POSTGRES_USER: ${U:-shop}
              URL: postgres://shop:${PW}@db
        """,
    )
    assert [(v.name, v.value, v.assumed) for v in service.environment] == [
        ("POSTGRES_PASSWORD", None, False),
        ("POSTGRES_USER", "shop", True),
        ("URL", "postgres://shop:${PW}@db", False),
    ]
    assert service.image is not None
    assert (service.image.tag, service.image.assumed) == ("16", True)


def test_anchors_and_merges_are_part_of_the_service(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        compose_yaml="""\
        x-default: &default
          restart: always
          environment: &env {A: 1}
        services:
          one:
            <<: *default
            image: one:1
          two:
            <<: *default
            image: two:1
            environment: {<<: *env, B: 2}
        """,
    )
    services = services_of(facts)
    assert services["one"].restart == "always"
    assert [(v.name, v.value) for v in services["two"].environment] == [("B", "2"), ("A", "1")]
    (inherited,) = services["one"].environment
    assert pointer_of_place(inherited.where) == "/x-default/environment/A"
    assert pointer_of_place(services["one"].where) == "/services/one"


def test_a_service_extends_another_in_its_own_file_and_in_a_second(tmp_path: Path) -> None:
    found = facts_of(
        tmp_path,
        compose_yaml="""\
            services:
              web:
                extends: {file: shared/parts.yaml, service: web}
                environment: {B: own}
                ports: ["443:443"]
              worker:
                extends: web
                command: work
            """,
        shared__parts_yaml="""\
            services:
              web:
                build: ./app
                environment: [A=1, B=inherited]
                ports: ["80:80"]
                healthcheck: {test: [CMD, "true"], interval: 5s}
            """,
    )
    facts = services_of([fact for fact in found if fact.scope == "compose.yaml"])
    web, worker = facts["web"], facts["worker"]
    assert (web.build, web.dockerfile) == ("shared/app", "shared/app/Dockerfile")
    assert [(v.name, v.value) for v in worker.environment] == [("A", "1"), ("B", "own")]
    assert [p.host for p in web.ports] == ["80", "443"]
    assert worker.health_check is not None
    assert worker.command == "work"
    assert worker.ports[0].where.file == "shared/parts.yaml"
    assert worker.derived is not None
    assert "extends web of compose.yaml" in worker.derived


def test_a_circle_of_extends_ends_with_a_note(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        compose_yaml="services: {a: {extends: b}, b: {extends: {service: a}}, c: {extends: c}}",
    )
    assert set(services_of(facts)) == {"a", "b", "c"}
    notes = [fact.why for fact in facts if isinstance(fact, Unread)]
    assert any("circle" in why for why in notes)


def test_what_cannot_be_extended_is_said_and_the_rest_is_kept(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        compose_yaml="""\
        services:
          a: {extends: {file: ../../outside.yaml, service: a}}
          b: {image: b:1}
        """,
    )
    assert [fact.why for fact in facts if isinstance(fact, Unread)] == [
        "extends a of ../../outside.yaml, which cannot be read"
    ]
    assert services_of(facts)["a"].fragment


def test_a_file_to_extend_may_be_named_from_the_root(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        ops__compose_yaml="services: {a: {extends: {file: ops/parts.yaml, service: a}}}",
        ops__parts_yaml="services: {a: {image: 'a:1'}}",
    )
    assert not [fact for fact in facts if isinstance(fact, Unread)]
    assert all(fact.image for fact in facts if isinstance(fact, Service))


def test_an_override_names_what_it_overlays_and_takes_over_the_image(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        compose_yaml="services: {db: {image: 'postgres:16'}, api: {build: .}}",
        compose_override_yaml="services: {db: {ports: ['5432:5432']}, mail: {image: mailpit:1}}",
        compose_prod_yaml="services: {api: {restart: always}}",
        other_yaml="services: {db: {image: 'postgres:16'}}",
    )
    files = {fact.scope: fact for fact in facts if isinstance(fact, ComposeFile)}
    assert files["compose.override.yaml"].overlays == "compose.yaml"
    assert files["compose.prod.yaml"].overlays == "compose.yaml"
    assert files["other.yaml"].overlays is None
    assert files["compose.yaml"].overlaid_by == ("compose.override.yaml", "compose.prod.yaml")
    by_file = {(f.scope, f.name): f for f in facts if isinstance(f, Service)}
    db = by_file["compose.override.yaml", "db"]
    assert (db.fragment, db.overlays, db.role) == (True, "compose.yaml", "development")
    assert db.image is not None
    assert db.image.name == "postgres"
    assert not by_file["compose.override.yaml", "mail"].fragment
    assert by_file["compose.prod.yaml", "api"].role == "production"
    assert by_file["compose.prod.yaml", "api"].dockerfile == "Dockerfile"


def test_included_files_are_read_too_and_only_once(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more/db.yaml").write_text("services: {db: {image: 'postgres:16'}}")
    facts = facts_of(
        tmp_path,
        compose_yaml="""\
        include: [more/db.yaml, {path: [more/db.yaml, ../out.yaml]}]
        services: {api: {build: .}}
        """,
    )
    assert [str(fact) for fact in facts if isinstance(fact, Service)] == [
        "service api",
        "service db",
    ]
    assert any(isinstance(fact, Unread) and fact.scope == "../out.yaml" for fact in facts)


def test_a_file_of_version_one_has_its_services_at_the_top(tmp_path: Path) -> None:
    services = services_of(
        facts_of(
            tmp_path,
            compose_yml="""\
            web: {build: ., dockerfile: Alt, links: ["db:database"], net: host, log_driver: syslog}
            db: {image: "postgres:9"}
            """,
        )
    )
    web = services["web"]
    assert (web.dockerfile, web.network_mode, web.log_driver) == ("Alt", "host", "syslog")
    assert web.depends_on == (("db", ""),)
    assert pointer_of_place(web.where) == "/web"


def test_a_later_document_of_a_file_changes_the_earlier(tmp_path: Path) -> None:
    services = services_of(
        facts_of(
            tmp_path,
            compose_yaml="""\
            services: {api: {image: "api:1", ports: ["80:80"]}}
            ---
            services: {api: {image: "api:2"}}
            """,
        )
    )
    assert services["api"].image is not None
    assert services["api"].image.tag == "2"
    assert [place.document for place in (services["api"].ports[0].where,)] == [0]


def test_named_volumes_are_known_with_driver_and_labels(tmp_path: Path) -> None:
    (file,) = (
        fact
        for fact in facts_of(
            tmp_path,
            compose_yaml="""\
            services: {api: {image: "a:1"}}
            volumes:
              data:
              far: {external: true}
              share: {driver: nfs, labels: {backup: daily}}
            """,
        )
        if isinstance(fact, ComposeFile)
    )
    assert [(v.name, v.external, v.driver, v.labels) for v in file.volumes] == [
        ("data", False, None, ()),
        ("far", True, None, ()),
        ("share", False, "nfs", (("backup", "daily"),)),
    ]


@pytest.mark.parametrize(
    ("name", "text", "role"),
    [
        ("docker-compose.prod.yml", "services: {a: {image: 'a:1'}}", "production"),
        ("docker-compose.dev.yml", "services: {a: {image: 'a:1', restart: always}}", "development"),
        ("dev/compose.yml", "services: {a: {image: 'a:1'}}", "development"),
        ("compose.yml", "services: {a: {image: 'a:1', restart: always}}", "production"),
        ("compose.yml", "services: {a: {build: ., volumes: ['.:/app']}}", "development"),
        ("compose.yml", "services: {a: {image: 'acme/a:1'}}", None),
        ("compose.yml", "services: {d: {image: 'redis:7', ports: ['6379:6379']}}", "development"),
        ("compose.yml", "services: {a: {build: ., command: npm run dev}}", "development"),
        ("compose.yml", "services: {a: {build: ., environment: [NODE_ENV=development]}}",
         "development"),
        ("compose.yml", ("services: {a: {image: 'a:1', restart: always, ports: ['80:1']}, "
         "b: {image: 'a:1', restart: always, environment: {API: 'http://localhost:80/x'}}}"),
         "development"),
        ("compose.yml", "services: {a: {build: .}, m: {image: 'axllent/mailpit'}}", "development"),
    ],
)  # fmt: skip
def test_the_role_is_guessed_and_the_guess_is_said(
    tmp_path: Path, name: str, text: str, role: str | None
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    facts = list(read_compose([name], Sources(tmp_path)))
    assert next(f.role for f in facts if isinstance(f, (ComposeFile, Service))) == role
    assert bool(facts[0].derived) == (role is not None)


def test_a_development_profile_makes_one_service_a_development_service(tmp_path: Path) -> None:
    services = services_of(
        facts_of(
            tmp_path,
            compose_prod_yaml="services: {a: {image: 'a:1'}, b: {image: 'b:1', profiles: [debug]}}",
        )
    )
    assert (services["a"].role, services["b"].role) == ("production", "development")


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    text = "services:\r\n  a:\r\n    image: a:1\r\n"
    (tmp_path / "compose.yml").write_bytes(b"\xef\xbb\xbf" + text.encode())
    facts = list(read_compose(["compose.yml"], Sources(tmp_path)))
    assert services_of(facts)["a"].image is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("services: [a, b]", "services is not a mapping"),
        ("services: {a: 5}", "service a is not a mapping"),
        ("services: {a: {image: x, ports: {a: 1}}}", "not a list"),
        ("services: {a: {image: x, ports: [[1], 'a:b:c:d:e']}}", "not a port"),
        ("services: {a: {image: x, volumes: ['']}}", "not a volume"),
        ("services: {a: {image: x, environment: text}}", "neither a list nor a mapping"),
        ("- 1", "holds no mapping"),
        ("", "holds no mapping"),
    ],
)
def test_a_malformed_part_is_said(tmp_path: Path, text: str, why: str) -> None:
    facts = facts_of(tmp_path, compose_yaml=text)
    assert why in [fact.why for fact in facts if isinstance(fact, Unread)]


def test_text_that_is_no_yaml_gives_one_unread_file(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, compose_yaml="services: {a: [")
    assert [type(fact) for fact in facts] == [Unread]


KEYS = st.sampled_from(
    re.findall(
        r"\S+",
        "services version include volumes x-a image build ports environment env_file depends_on "
        "healthcheck deploy resources limits memory logging options extends file service args "
        "test restart networks secrets tmpfs ulimits labels cap_add command profiles target source",
    )
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 70000),
    st.floats(allow_nan=True),
    st.sampled_from(["", ":", "a:b", "80:80", "${A", "${A:-b}", "$$", "./x:/y", "a", "..", "/"]),
    st.text(max_size=10),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@settings(suppress_health_check=[Check.function_scoped_fixture], deadline=None, max_examples=200)
@given(
    services=st.dictionaries(
        st.sampled_from("abc"), VALUES | st.dictionaries(KEYS, VALUES, max_size=8), max_size=3
    ),
    top=st.dictionaries(KEYS, VALUES, max_size=3),
)
def test_any_values_in_any_place_are_read_or_said(
    tmp_path: Path, services: dict[str, object], top: dict[str, object]
) -> None:
    import yaml  # noqa: PLC0415

    text = yaml.safe_dump({**top, "services": services}, allow_unicode=True)
    (tmp_path / "compose.yaml").write_text(text, "utf-8")
    facts = list(read_compose(["compose.yaml"], Sources(tmp_path)))
    assert facts
    for fact in facts:
        assert str(fact)
        assert hash(fact) is not None


@settings(suppress_health_check=[Check.function_scoped_fixture], deadline=None, max_examples=100)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_said(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "compose.yaml").write_bytes(data)
    assert list(read_compose(["compose.yaml"], Sources(tmp_path)))
