from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstay.model.verdicts import Receipt
from backstay.project.secret_shapes import MASK
from backstay.project.secrets import is_secret_name, mask, mask_value, masked

# Each holds "hunter2" where a secret stands.
LEAKS = (
    "password=hunter2",
    "POSTGRES_PASSWORD: hunter2",
    "PGPASSWORD=hunter2 psql",
    "dbPass=hunter2",
    "DB_PASS: hunter2 # local",
    "password: 'correct hunter2'",
    "password: hunter2 (old)",
    '{"password": "hunter2", "user": "app"}',
    r"{\"password\": \"hunter2\"}",
    r"{\\\"password\\\": \\\"hunter2\\\"}",
    "config['password'] = 'hunter2'",
    "password => 'hunter2'",
    "password='it''s hunter2'",
    r'password="a\"hunter2"',
    "password = '''\nhunter2\n'''",
    "password='hunter2",
    'PASSWORD="hunter2',
    "${DB_PASSWORD:-hunter2}",
    "password: ${X:-hunter2}",
    'password: "${DATABASE_PW:-hunter2}"',
    "${PASSWORD:-${OTHER_PASSWORD:-hunter2}}",
    "create role app login password 'hunter2'",
    "ALTER USER app IDENTIFIED BY 'hunter2'",
    "--password hunter2",
    "--api-key=hunter2",
    "api_key: hunter2",
    "X-Api-Key: hunter2",
    "secret_key_base: hunter2",
    "AccountKey=hunter2;Endpoint=x",
    "Pwd=hunter2;Server=x",
    "host=db password=hunter2 dbname=shop",
    "postgres://u@h/db?password=hunter2&sslmode=require",
    "client_secret: hunter2",
    "<password>hunter2</password>",
    "postgres://u:hunter2@h/db",
    "postgres://u:hun/hunter2@h/db",
    "redis://:hunter2@h:6379/0",
    "amqp://u:p@hunter2@h/",
    "postgres://u:${PW:-hunter2}@h/db",
    "user:hunter2@tcp(localhost:3306)/db",
    "Authorization: Bearer hunter2hunter2",
    "Authorization: Basic aHVudGVyMg==hunter2",
    "eyJhbGciOiJIUzI1NiJ9.eyJhunter2hunter2.x_hunter2",
    "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2",
)

# No secret is in any of these, so that they must stay as they are.
HARMLESS = (
    "password_hash text not null",
    "token bigint",
    "create index on session (token)",
    "unique (token, secret)",
    "password text not null default ''",
    "check (password <> '')",
    "password IS NOT NULL",
    "password::text",
    "set password = excluded.password",
    "where token = t.token",
    "password = :password and token = $1",
    "password := crypt(new.password, gen_salt('bf'))",
    "token = os.environ['TOKEN']",
    "token = new_token",
    "PASSWORD_FILE=/run/secrets/db",
    "private_key: /etc/ssl/key.pem",
    "replace TOKEN in ./config.sh --token TOKEN",
    "login --password YOUR_PASSWORD",
    "PWD=/home/app/shop",
    "password: ${PASSWORD}",
    'password: "${PASSWORD}"',
    "PASSWORD=${PASSWORD:?must be set}",
    "postgres://u:${PW}@h/db",
    "postgres://u:{password}@h/db",
    "postgres://user@host:5432/db",
    "http://localhost:8080/a?b=c@d",
    "https://example.com:443/x and a@example.com",
    "git@github.com:a/b.git",
    "x-api-key: {{ key }}",
    "password: !vault |",
    "password: string",
    "password: String!",
    "token: Option<String>",
    "token: varchar(80)",
    "password: str | None = None",
    '"password": {"type": "string"}',
    '"password": null',
    'secret: ""',
    "secret: true",
    "token: the bearer token of the user",
    "unexpected token 'select'",
    "api-token:create",
    "?page_token=abc&size=5",
    "max_tokens=4096, tokens: 12",
    "token_type: bearer",
    "Bearer tokens are checked; basic authentication is used",
    "bypass = true",
    "image: postgres:16@sha256:0123456789abcdef",
    "sk-fading-circle-container",
    "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
)

TOKENS = (
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + "a1" * 18,
    "github_pat_" + "a1" * 12,
    "glpat-" + "a1" * 10,
    "xoxb-" + "1234567890-abc",
    "sk_live_" + "a1" * 12,
    "rk_test_" + "a1" * 12,
    "whsec_" + "a1" * 12,
    "AIza" + "a1b2c" * 7,
    "npm_" + "a1" * 18,
    "SG." + "a1" * 11 + "." + "a1" * 21,
    "sk-" + "a1" * 15,
    "$2b$12$" + "a1" * 26 + "a",
    "SCRAM-SHA-256$4096:" + "a1" * 12,
    "eyJ" + "a1" * 9 + ".eyJ" + "a1" * 9 + "." + "a1" * 9,
)


@pytest.mark.parametrize("text", LEAKS)
def test_a_secret_is_masked_and_what_stands_around_it_stays(text: str) -> None:
    result = mask(text)
    assert "hunter2" not in result
    assert MASK in result
    assert result[:3] == text[:3] or text.startswith("eyJ")
    assert mask(result) == result


@pytest.mark.parametrize("text", HARMLESS)
def test_text_without_a_secret_stays_as_it_is(text: str) -> None:
    assert mask(text) == text
    assert mask(f"one {text}\ntwo") == f"one {text}\ntwo"


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_is_known_by_its_shape(token: str) -> None:
    assert mask(f"use {token}, now") == f"use {MASK}, now"
    assert token not in mask(f"https://{token}@example.com/")


def test_only_the_secret_goes() -> None:
    text = "postgres://app:s3cret@db:5432/shop?sslmode=require&password=x1&a=b"
    assert mask(text) == "postgres://app:***@db:5432/shop?sslmode=require&password=***&a=b"
    assert mask('{"password": "x", "a": "b"}') == '{"password": "***", "a": "b"}'
    assert mask("f(password='x', user='y')") == "f(password='***', user='y')"
    assert mask("environment: {PASSWORD: x1, USER: y}") == "environment: {PASSWORD: ***, USER: y}"


FRAMES = (
    "password={}",
    "password: {}\n",
    "PASSWORD='{}'",
    '"secret": "{}"',
    "postgres://app:{}@db/shop",
    "${{DB_PASSWORD:-{}}}",
    "create role app password '{}'",
)
SECRETS = st.from_regex(
    r"[A-Za-z0-9._~+-]{0,10}[0-9][A-Za-z0-9_~+-]{6,20}[A-Z][0-9]", fullmatch=True
)


@given(st.sampled_from(FRAMES), SECRETS, st.text(alphabet="ab \n=:'\"", max_size=20))
def test_no_secret_survives_in_its_frame(frame: str, secret: str, around: str) -> None:
    text = f"{around}\n{frame.format(secret)}\n{around}"
    assert secret not in mask(text)


@given(st.text())
def test_masking_is_stable_whatever_the_text(text: str) -> None:
    for each in (text, f"password={text}", f"secret: '{text}", f"a://b:{text}@c token=${{{text}"):
        once = mask(each)
        assert mask(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        *("password=", "password='", 'password="""', "password=$password ", "${password:-"),
        *("://a:b/", "://a:", "a:b@", "eyJ", "SG.a", "a.b-", "--", "--a-", "password     "),
        *("-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "password=&a", "password=<", "<token>"),
        *("password=\\", "token: a ", "secret=))))", "Bearer a1b2c3d4e5f6 ", "password=a,b"),
    ],
)
def test_the_time_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        start = time.process_time()
        mask(text)
        return time.process_time() - start

    seconds(20_000)
    assert seconds(160_000) < 24 * max(seconds(20_000), 0.004), "8 times the text"


def test_a_megabyte_of_sql_takes_a_fraction_of_a_second() -> None:
    line = "insert into person (name, password_hash, token) values ('x', 'y', 'z'); -- key\n"
    start = time.process_time()
    mask(line * (1_000_000 // len(line)))
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("POSTGRES_PASSWORD", True),
        ("apiKey", True),
        ("JWT_SECRET", True),
        ("stripe_secret_key", True),
        ("db_pass", True),
        ("token", True),
        ("POSTGRES_PASSWORD_FILE", False),
        ("password_hash", False),
        ("primary_key", False),
        ("bypass", False),
        ("max_tokens", False),
        ("page_token", False),
        ("secretName", False),
    ],
)
def test_names_say_what_is_secret(name: str, *, secret: bool) -> None:
    assert is_secret_name(name) == secret


def test_the_value_of_a_secret_name_is_masked_as_a_whole() -> None:
    assert mask_value("DB_PASSWORD", "two words") == MASK
    assert mask_value("DB_PASSWORD", "${DB_PASSWORD}") == "${DB_PASSWORD}"
    assert mask_value("DB_PASSWORD", "${DB_PASSWORD:-postgres}") == "${DB_PASSWORD:-***}"
    assert mask_value("DB_PASSWORD", "") == ""
    assert mask_value("DATABASE_URL", "postgres://a:b1@c/d") == "postgres://a:***@c/d"
    assert mask_value("NAME", "two words") == "two words"


def test_every_text_of_a_struct_is_masked_and_all_else_stays() -> None:
    receipt = Receipt(
        finding="0123456789ab",
        method="index-trial",
        subject="postgres://app:hunter2@db/shop",
        statements=("select 1", "alter role app password 'hunter2'"),
        before={"delete_ms": 1.5, "rows": 3, "note": "token=hunter2", "none": None, "ok": True},
        environment={"PGPASSWORD": "hunter2", "version": "18"},
        repeat="backstay prove --password hunter2",
    )
    result = masked(receipt)
    assert "hunter2" not in msgspec.json.encode(result).decode()
    assert result.before["delete_ms"] == 1.5
    assert result.statements[0] == "select 1"
    assert result.environment["version"] == "18"
    assert masked(result) == result
    assert masked(result).receipt == result.receipt


class _Variable(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: str | None = None


def test_the_value_beside_a_secret_name_is_masked() -> None:
    variables = [
        _Variable(name="PAYMENT_API_KEY", value="7f3c1d09ae5b4c6f"),
        _Variable(name="LOG_LEVEL", value="debug"),
        _Variable(name="DB_PASSWORD"),
    ]
    assert [masked(each).value for each in variables] == [MASK, "debug", None]
