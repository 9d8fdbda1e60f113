"""Signing in: who may, who may not, and that the difference between reasons is never told."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest
from psycopg_pool import AsyncConnectionPool
from starlette.datastructures import Headers

from api.accounts import (
    AT_ONCE,
    PER_LOGIN_AND_ADDRESS,
    WAITING_MOST,
    LocalAccounts,
    LoginTaken,
    PasswordWeak,
    open_account,
)
from api.guards import same_origin
from api.routes.session import ours
from domain.decider import Refused
from ops.serve import house
from tests.api.town import PAGE, PASSWORD, Town, served
from tests.cheap import PRODUCT


@pytest.fixture
def client(town: Town) -> Iterator[httpx2.Client]:
    """Nobody yet; no failure of an earlier test is counted."""
    town.sql.execute("DELETE FROM access.attempts")
    with town.visit() as fresh:
        yield fresh
    town.sql.execute("DELETE FROM access.attempts")


def _sign_in(client: httpx2.Client, login: str, password: str, **headers: str) -> httpx2.Response:
    return client.post("/session", json={"login": login, "password": password}, headers=headers)


def test_a_person_signs_in_and_out(town: Town, client: httpx2.Client) -> None:
    assert client.get("/session").json()["code"] == "not-signed-in"
    assert _sign_in(client, "member", town.passwords["member"]).status_code == 204
    found = client.get("/session").json()
    assert found["person"] == str(town.members["member"])
    assert found["acting"]["role"] == "member"
    token = client.cookies["steelyard"]
    assert client.post("/session/end", json={}).status_code == 303
    # The token is dead in the database too, not only gone from the browser.
    client.cookies.set("steelyard", token)
    assert client.get("/session").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(town: Town, client: httpx2.Client) -> None:
    cookie = _sign_in(client, "member", town.passwords["member"]).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


def test_every_sign_in_draws_a_new_token(town: Town, client: httpx2.Client) -> None:
    client.cookies.set("steelyard", "chosen-by-somebody-else")
    first = _sign_in(client, "member", town.passwords["member"]).cookies["steelyard"]
    second = _sign_in(client, "member", town.passwords["member"]).cookies["steelyard"]
    assert len({first, second, "chosen-by-somebody-else"}) == 3


def test_the_database_holds_no_token_and_no_password(town: Town, client: httpx2.Client) -> None:
    _sign_in(client, "member", town.passwords["member"])
    token = client.cookies["steelyard"]
    row = town.sql.execute(
        "SELECT count(*) FROM access.sessions WHERE token_hash::text LIKE %(token)s", {"token": f"%{token}%"}
    ).fetchone()
    assert row == (0,)
    stored = town.sql.execute("SELECT password_hash FROM access.accounts").fetchall()
    assert all(value.startswith("$argon2id$") for (value,) in stored)


def test_a_password_costs_who_guesses_it_what_is_recommended() -> None:
    assert PRODUCT.hash("a password of somebody").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_unknown_login_and_wrong_password_are_answered_alike(town: Town, client: httpx2.Client) -> None:
    unknown = _sign_in(client, "nobody-of-this-name", "some password")
    wrong = _sign_in(client, "member", "some password")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.content == wrong.content
    assert "set-cookie" not in wrong.headers


def test_guessing_is_slowed_down_and_the_right_password_does_not_help_then(town: Town, client: httpx2.Client) -> None:
    for _ in range(PER_LOGIN_AND_ADDRESS):
        assert _sign_in(client, "probationary", "wrong").status_code == 401
    blocked = _sign_in(client, "probationary", town.passwords["probationary"])
    assert (blocked.status_code, blocked.json()["code"]) == (429, "too-many-attempts")
    assert int(blocked.headers["retry-after"]) > 0
    # Only this login from this address: others go on.
    assert _sign_in(client, "member", town.passwords["member"]).status_code == 204


def _all_at_once(town: Town, guesses: Sequence[tuple[str, str]]) -> list[str]:
    """What comes of sign-ins, by (login, address), with a wrong password."""

    async def carry() -> list[str]:
        url, kwargs = town.deployment.database.urls.writer, {"autocommit": True}
        async with AsyncConnectionPool(url, kwargs=kwargs, min_size=4, max_size=4, open=False) as pool:
            accounts = LocalAccounts(pool, town.deployment.clock())

            async def guess(login: str, address: str) -> str:
                try:
                    return str(await accounts.identify(login, "wrong password", address))
                except Refused as refused:
                    return refused.code

            return await asyncio.gather(*(guess(login, address) for login, address in guesses))

    return asyncio.run(carry())


@pytest.mark.usefixtures("client")
def test_guesses_that_come_all_at_once_are_counted_like_any_others(town: Town) -> None:
    found = _all_at_once(town, [("member", "one")] * 12)
    assert found.count("None") <= PER_LOGIN_AND_ADDRESS
    assert set(found) == {"None", "too-many-attempts"}


@pytest.mark.usefixtures("client")
def test_only_a_few_wait_for_their_password_to_be_looked_at(town: Town) -> None:
    found = _all_at_once(town, [(f"login-{n}", str(n)) for n in range(AT_ONCE + WAITING_MOST + 5)])
    assert (found.count("None"), found.count("sign-in-busy")) == (AT_ONCE + WAITING_MOST, 5)


def test_a_sign_in_that_succeeds_leaves_no_attempt(town: Town, client: httpx2.Client) -> None:
    for _ in range(PER_LOGIN_AND_ADDRESS + 1):
        assert _sign_in(client, "member", town.passwords["member"]).status_code == 204
    assert town.sql.execute("SELECT count(*) FROM access.attempts").fetchone() == (0,)


@pytest.mark.parametrize("login", ["a\u0000", "Ä", "a b", "-", "A"])
def test_a_login_that_cannot_be_is_answered_as_a_wrong_one(client: httpx2.Client, login: str) -> None:
    answered = _sign_in(client, login, "some password")
    assert (answered.status_code, answered.json()["code"]) == (401, "sign-in-failed")


def test_failures_are_forgotten_after_a_quarter_of_an_hour(town: Town, client: httpx2.Client) -> None:
    for _ in range(PER_LOGIN_AND_ADDRESS):
        _sign_in(client, "probationary", "wrong")
    town.sql.execute("DELETE FROM access.attempts")
    assert _sign_in(client, "probationary", town.passwords["probationary"]).status_code == 204


def test_an_expired_session_ends(town: Town, client: httpx2.Client) -> None:
    _sign_in(client, "member", town.passwords["member"])
    row = town.sql.execute("SELECT max(expires_at) - max(begun_at) FROM access.sessions").fetchone()
    assert row is not None
    assert row[0] <= timedelta(hours=12)


def test_a_disabled_account_cannot_sign_in(town: Town, client: httpx2.Client) -> None:
    now = town.deployment.clock().now()
    open_account(town.sql, "leaver", uuid4(), PASSWORD, now)
    town.sql.execute("UPDATE access.accounts SET disabled_at = %(now)s WHERE login = 'leaver'", {"now": now})
    assert _sign_in(client, "leaver", PASSWORD).status_code == 401


def test_a_login_is_never_given_to_somebody_else_and_a_password_is_long(town: Town) -> None:
    now = town.deployment.clock().now()
    with pytest.raises(LoginTaken):
        open_account(town.sql, "member", uuid4(), PASSWORD, now)
    with pytest.raises(PasswordWeak):
        open_account(town.sql, "short", uuid4(), "eleven char", now)


def test_a_request_from_another_site_is_refused(town: Town, client: httpx2.Client) -> None:
    password = town.passwords["member"]
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        assert _sign_in(client, "member", password, **headers).json()["code"] == "wrong-origin", headers
    assert _sign_in(client, "member", password, origin=town.base).status_code == 204


def test_only_our_own_names_count_as_our_origin() -> None:
    origin = "https://points.example"
    assert same_origin(Headers({"origin": origin, "host": "points.example"}), origin)
    assert not same_origin(Headers({"origin": "https://evil.example", "host": "evil.example"}), origin)
    assert not same_origin(Headers({"origin": "http://points.example", "host": "points.example"}), origin)


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb"]
)
def test_nobody_is_led_to_another_site(to: str) -> None:
    assert ours(to) == "/"


def test_a_person_acts_only_in_an_office_that_he_holds_today(town: Town, client: httpx2.Client) -> None:
    _sign_in(client, "recorder", town.passwords["recorder"])
    chosen = client.post("/session/office", json={"office": "committee_member@PK-ZWB"})
    assert chosen.status_code == 303
    assert client.get("/session").json()["acting"]["role"] == "committee_member"
    refused = client.post("/session/office", json={"office": "auditor@PK"})
    assert (refused.status_code, refused.json()["code"]) == (403, "office-not-held")


def test_a_page_asks_to_sign_in_and_leads_back(town: Town, client: httpx2.Client) -> None:
    answered = client.get("/units/PK-ZWB/notices", headers=PAGE)
    assert answered.status_code == 401
    assert "/session?to=/units/PK-ZWB/notices" in answered.text
    form = {"login": "member", "password": town.passwords["member"], "to": "/units/PK-ZWB/notices"}
    sent = client.post("/session", data=form, headers=PAGE)
    assert (sent.status_code, sent.headers["location"]) == (303, "/units/PK-ZWB/notices")


def test_a_failed_form_says_so_and_keeps_nothing(town: Town, client: httpx2.Client) -> None:
    sent = client.post("/session", data={"login": "member", "password": "wrong wrong"}, headers=PAGE)
    assert sent.status_code == 401
    assert "账号或密码不正确" in sent.text
    assert "wrong wrong" not in sent.text


def test_every_answer_carries_the_guards(town: Town, client: httpx2.Client) -> None:
    for path in ("/session", "/nowhere", "/static/steelyard.css", "/log/checkpoint", "/livez"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert "noindex" in headers["x-robots-tag"], path
        assert headers["referrer-policy"] == "same-origin", path
        assert "server" not in headers, path


def test_no_page_holds_a_script_or_style_inside(town: Town, client: httpx2.Client) -> None:
    _sign_in(client, "member", town.passwords["member"])
    for path in ("/", "/points", "/rules", "/log", "/session", "/problems", "/permissions"):
        text = client.get(path, headers=PAGE, follow_redirects=True).text
        assert not re.search(r"<script(?! src)|<style| style=| on[a-z]+=", text), path


def test_behind_tls_the_cookie_is_bound_to_this_host(town: Town) -> None:
    settings = town.deployment.settings.model_copy(update={"secure_cookies": True})
    with served(house(replace(town.deployment, settings=settings))) as base, httpx2.Client(base_url=base) as secure:
        sent = _sign_in(secure, "member", town.passwords["member"])
    assert sent.headers["set-cookie"].startswith("__Host-steelyard=")
    assert "; Secure" in sent.headers["set-cookie"]
    assert "Domain" not in sent.headers["set-cookie"]
    assert sent.headers["strict-transport-security"] == "max-age=31536000"
