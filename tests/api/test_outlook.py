"""还能得多少分: the person himself sees what the year may still come to, and nobody else does."""

from domain.values import hundredths
from tests.api.town import PAGE, Town


def test_a_member_sees_what_he_can_still_earn_and_it_adds_up(town: Town) -> None:
    member, client = town.members["member"], town.known("member")
    answered = client.get(f"/members/{member}/outlook", headers={"accept": "application/json"})
    assert answered.status_code == 200, answered.text
    seen = answered.json()["value"]
    room = sum(hundredths(one["points"]) for one in seen["room"])
    room += hundredths(seen["honour_room"]) if seen["honour_room"] else 0
    so_far = hundredths(seen["earned"]) + hundredths(seen["honours"]) - hundredths(seen["deductions"])
    assert hundredths(seen["best_ledger"]) == so_far + room
    assert {one["code"] for one in seen["grades"]} >= {"excellent", "qualified"}
    for language in ("zh", "en"):
        page = client.get(f"/members/{member}/outlook", headers={**PAGE, "accept-language": language})
        assert page.status_code == 200
        assert seen["best_total"] in page.text


def test_nobody_else_sees_it_in_whatever_office(town: Town) -> None:
    place = f"/members/{town.members['member']}/outlook"
    for login in ("secretary", "recorder", "officer", "leader", "auditor", "stranger"):
        assert town.known(login).get(place).status_code in (403, 404), login
