"""The board of interactions opens on a large site as on a small one (D-5)."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("D-5")

PASSWORD = "Regenbogen-Kahn-42"
BOARD = "/app/client-interaction/view/kanban/Client Interactions by Status"


def test_a_board_shows_the_newest_and_says_so(frontline, owed_by, login, shoot):
	for subject in ("Heat pump", "Solar roof"):
		owed_by(frontline, subject)
	page = login(frontline, PASSWORD)
	page.goto(BOARD)
	cards = page.locator(".kanban-card:visible")
	expect(cards.filter(has_text="Solar roof").first).to_be_visible()
	expect(page.get_by_text("newest are shown")).to_have_count(0)

	page.goto("/app/client-interaction")
	page.locator(".list-row:visible").first.wait_for()
	page.evaluate("client_comms.MOST_CARDS = 1")
	page.evaluate("frappe.set_route('List', 'Client Interaction', 'Kanban', 'Client Interactions by Status')")
	expect(page.get_by_text("The 1 newest are shown. Narrow the filters to see others.")).to_be_visible()
	expect(cards).to_have_count(1)
	shoot(page, "board")


def test_what_is_closed_is_left_out(site, frontline, owed_by, login):
	closed, other = owed_by(frontline, "Garage door"), owed_by(frontline, "Solar roof")
	site.db.set_value("Client Interaction", closed, "status", "Closed")
	site.db.commit()
	page = login(frontline, PASSWORD)
	page.goto(BOARD)
	expect(page.locator(f".kanban-card-wrapper[data-name='{other}']")).to_be_visible()
	expect(page.locator(f".kanban-card-wrapper[data-name='{closed}']")).to_have_count(0)
