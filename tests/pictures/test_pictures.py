"""Takes the pictures of README.md: the demonstration as its people see it, in `docs/images`."""

from pathlib import Path

import pytest
from browsing import VIEWPORT
from playwright.sync_api import expect

from client_comms import compat
from client_comms.demo import privacy, scenario

IMAGES = Path(__file__).parents[2] / "docs" / "images"
PHONE = {"width": 390, "height": 844}


def take(shown, name, **options):
	"""Write the picture of a page, or of what is located on it."""
	shown.screenshot(path=IMAGES / f"{name}.png", animations="disabled", **options)


@pytest.fixture
def as_person(demonstration, login):
	"""`as_person(scenario.TOM)` is a page, logged in as that person; the language of all is English."""
	return lambda person: login(person[1], demonstration.password)


@pytest.fixture
def client(as_person):
	"""A page, logged in as the client who has a login in the portal."""
	return as_person(privacy.client_of(privacy.PORTAL_CUSTOMER))


@pytest.fixture
def complaint(demonstration, as_person):
	"""The form of a complaint that was acknowledged and promised an answer, and lacks its escalation report."""
	page = as_person(scenario.MAREN)
	page.goto(f"/app/client-interaction/{demonstration.interaction('yield')}")
	expect(page.locator(".client-comms-conversation .facts section").first).to_be_visible()
	page.wait_for_load_state("networkidle")
	return page


def test_workspace(as_person):
	page = as_person(scenario.MAREN)
	page.goto("/app/client-communications")
	expect(page.locator(".owed-today .figures")).to_be_visible()
	page.wait_for_load_state("networkidle")
	take(page, "workspace")


def test_list(as_person):
	page = as_person(scenario.MAREN)
	page.goto("/app/client-interaction")
	if compat.is_version_16():
		page.locator(".collapse-sidebar-link").click()  # every column has room
	expect(page.locator(".list-row .indicator-pill").first).to_be_visible()
	page.wait_for_load_state("networkidle")
	take(page, "list")


def test_form(complaint):
	take(complaint, "form")


def test_closing(complaint):
	take(complaint.locator(".facts section", has_text="Before It Is Closed"), "closing")


def test_why(complaint):
	complaint.get_by_role("button", name="Why?").click()
	expect(complaint.locator(".modal.show")).to_contain_text("Rule")
	take(complaint, "why")


@pytest.mark.parametrize("tab", ["Sources", "Outgoing"])
def test_settings(tab, as_person):
	page = as_person(scenario.INES)
	page.goto("/app/client-comms-settings")
	page.get_by_role("tab", name=tab).click()
	page.wait_for_load_state("networkidle")
	take(page, tab.lower())


def test_portal(client):
	client.set_viewport_size(PHONE)
	client.goto("/client-conversations")
	client.get_by_role("link", name="Complaint about the tone of your fitter").click()
	expect(client.get_by_label("Your Message")).to_be_visible()
	take(client, "portal", full_page=True)


def test_training(as_person):
	page = as_person(scenario.FELIX)
	page.goto("/app/take-training")
	page.get_by_role("button", name="Start").click()
	expect(page.get_by_role("button", name="I Have Completed This Training")).to_be_visible()
	take(page, "training", clip={"x": 0, "y": 0, "width": VIEWPORT["width"], "height": 240})


def test_scorecard(as_person):
	page = as_person(scenario.INES)
	page.goto("/app/scorecard")
	expect(page.get_by_text("Everyone follows the procedure")).to_be_visible()
	take(page, "scorecard")
