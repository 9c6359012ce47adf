"""What the browser shows is in the reader's language, wherever the catalogue has it; right-to-left pages stay within the
screen (C-5).
"""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import expect

pytestmark = pytest.mark.clause("C-5")

PASSWORD = "Regenbogen-Kahn-42"
LOCALE = Path(__file__).parents[2] / "client_comms" / "locale"
LANGUAGES = sorted(path.stem for path in LOCALE.glob("*.po"))
PAGES = (
	"client-communications",
	"client-interaction",
	"owed-today",
	"scorecard",
	"access-explorer",
	"leak-check",
	"client-comms-health",
	"simulate-change",
	"approve-templates",
	"client-comms-settings",
	"communication-matrix",
	"confidentiality-level/Sensitive",
	"query-report/Team Board",
	"query-report/Response Compliance",
)
ROLES = ("System Manager", "Client Communications Manager", "Compliance Officer", "Customer Support Manager")
NAMES = ("", "Administrator")
# English words that are the language's for something else: Frappe's German for "Home".
SAME = {"de": ("Start",)}
# Every text on the page that a reader sees, or that a screen reader says. The calendar of a date field is Frappe's, and so is
# how version 16 shows a document's name in the path at the top and in the sidebar of its form: as it is.
TEXTS = """() => {
	const texts = new Set();
	const left_out = "script, style, .datepicker, .title-text-form, .form-title-text";
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const { textContent, parentElement } = walker.currentNode;
		if (parentElement.checkVisibility() && !parentElement.closest(left_out)) texts.add(textContent.trim());
	}
	for (const each of document.querySelectorAll("[title], [placeholder], [aria-label]"))
		if (each.checkVisibility())
			for (const name of ["title", "placeholder", "aria-label"]) texts.add(each.getAttribute(name)?.trim());
	return [...texts].filter(Boolean);
}"""


def translations(language):
	"""English → the text in the language, of what reads differently there."""
	with (LOCALE / f"{language}.po").open("rb") as file:
		catalogue = read_po(file, locale=language)
	left_out = {*NAMES, *SAME.get(language, ())}
	return {
		message.id: message.string
		for message in catalogue
		if message.string not in ("", message.id) and not message.context and message.id not in left_out
	}


@pytest.fixture
def reader(make_user):
	return lambda language: make_user(*ROLES, password=PASSWORD, language=language)


@pytest.fixture
def conversation(written):
	return written("Dach", "Wann?")


def opened(page, address):
	page.goto(f"/app/{address}")
	expect(page.locator(".page-container:visible .layout-main").first).to_be_visible()
	page.wait_for_load_state("networkidle")
	return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_desk_is_partly_english(language, conversation, reader, login, shoot):
	page = login(reader(language), PASSWORD)
	known = translations(language)
	english = {}
	for address in (*PAGES, f"client-interaction/{conversation}"):
		texts = opened(page, address).evaluate(TEXTS)
		shoot(page, f"{language}-{address.split('/')[0]}")
		if found := sorted(set(texts) & set(known)):
			english[address] = found
	assert english == {}


def test_right_to_left_everything_stays_within_the_screen(conversation, reader, login, shoot):
	page = login(reader("ar"), PASSWORD)
	for address in ("owed-today", "scorecard", f"client-interaction/{conversation}"):
		opened(page, address)
		assert page.locator("html").get_attribute("dir") == "rtl"
		shoot(page, f"rtl-{address.split('/')[0]}")
		beyond = page.evaluate(
			"""() => [...document.querySelectorAll(".page-container .layout-main-section *")]
				.filter((each) => each.checkVisibility() && each.getBoundingClientRect().left < -1)
				.map((each) => `${each.tagName}.${each.className}`)"""
		)
		assert beyond == [], address
