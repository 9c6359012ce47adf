"""What the browser shows is in the reader's language, wherever the catalogue has it; right-to-left pages stay within the
screen (C-5).
"""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from browsing import choose
from playwright.sync_api import expect

from client_comms import procedure
from client_comms.client_privacy import links

pytestmark = pytest.mark.clause("C-5")

PASSWORD = "Regenbogen-Kahn-42"
WIDTHS = (390, 768)  # of a phone and of a tablet
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
# Stored texts, the last in the language of who erased a client's data.
NAMES = ("", "Administrator", "Anonymised")
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


# What reaches beyond the screen or its box, or is longer than what it stands in shows.
CUT = """() => {
	const end = (each) => {
		const box = each.parentElement.closest(".card");
		return box ? box.getBoundingClientRect().right - parseFloat(getComputedStyle(box).paddingRight) : innerWidth;
	};
	const is_cut = (each) =>
		getComputedStyle(each).overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1;
	return [...document.querySelectorAll(".page_content *, .page-header *")]
		.filter((each) => each.checkVisibility())
		.filter((each) => each.getBoundingClientRect().right > end(each) + 1 || is_cut(each))
		.map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 60)}`);
}"""


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


@pytest.fixture
def of_client(site, client, written, make_user, removed, monkeypatch):
	"""`of_client("fr")` is the login of a client who reads that language, and the addresses of the pages that they get."""

	def make(language):
		user = make_user("Customer", user_type="Website User", password=PASSWORD, language=language)
		contact = site.db.get_value("Contact Email", {"email_id": client.address}, "parent")
		site.db.set_value("Contact", contact, "user", user)
		interaction = written("La toiture", "Quand venez-vous ?\n\n> Le 20 novembre :\n> Bientôt.")
		site.get_doc("Client Interaction", interaction).record(
			"Promised", promised_until=site.utils.add_days(site.utils.now_datetime(), 3)
		)
		pages = {
			"conversations": "/client-conversations",
			"conversation": f"/client-conversations?conversation={interaction}",
			"privacy": "/client-privacy",
			"request": "/client-request",
		}
		for kind, page in ((links.PREFERENCES, "client-link"), (links.RATING, "client-rating")):
			token = f"{kind}-{client.key}"
			with monkeypatch.context() as patch:
				patch.setattr(links.secrets, "token_urlsafe", lambda length, token=token: token)
				name, _url = links.make(
					kind,
					party_type="Customer",
					party=client.name,
					contact=contact,
					client_interaction=interaction if kind == links.RATING else None,
					sent_to=client.address,
					language=language,
				)
			removed(links.LINK, name)
			pages[page] = f"/{page}?token={token}"
			pages[f"{page}-invalid"] = f"/{page}?token=never"
		site.db.commit()
		return user, pages

	yield make
	site.set_user("Administrator")
	site.db.rollback()
	site.db.set_value("Contact", {"name": ("like", f"%{client.key}%")}, "user", None)
	site.db.commit()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_for_clients_is_partly_english_or_cut(language, of_client, login, shoot):
	user, pages = of_client(language)
	page = login(user, PASSWORD)
	known = translations(language)
	english, cut = {}, {}
	for name, address in pages.items():
		page.goto(address)
		page.wait_for_load_state("networkidle")
		expect(page.locator("html")).to_have_attribute("lang", language)
		if found := sorted(set(page.evaluate(TEXTS)) & set(known)):
			english[name] = found
		for width in WIDTHS:
			page.set_viewport_size({"width": width, "height": 844})
			shoot(page, f"clients-{language}-{name}-{width}")
			if found := page.evaluate(CUT):
				cut[name, width] = found
	assert (english, cut) == ({}, {})


def test_document_types_are_in_the_readers_language(conversation, make_user, login, shoot):
	"""Also for users who cannot read DocTypes, in what they only read."""
	page = login(make_user("Compliance Officer", password=PASSWORD, language="de"), PASSWORD)
	opened(page, f"client-interaction/{conversation}")
	page.get_by_role("tab", name="Details").click()
	shown = page.locator("[data-fieldname=party_type] .control-value:visible")
	expect(shown).to_have_text("Kunde")
	shoot(page, "client-type")
	opened(page, "compliance-ledger-entry")
	types = page.locator(".list-row-col a.filterable[data-filter^=reference_doctype]")
	expect(types.first).to_be_visible()
	shoot(page, "ledger")
	assert "Client Interaction" not in types.all_inner_texts()


def test_forms_show_our_words_where_erpnext_has_another(login, make_user, shoot):
	"""The labels of fields are asked for with the DocType: the files of an inventory are not those of the file manager."""
	page = login(
		make_user("System Manager", "Compliance Officer", password=PASSWORD, language="de"), PASSWORD
	)
	for address, field, label in (
		("physical-inventory/new", "files", "Akten"),
		("physical-inventory/new", "location", "Aufbewahrungsort"),
	):
		opened(page, address)
		shown = page.locator(f".form-layout:visible [data-fieldname={field}] .control-label").first
		expect(shown).to_contain_text(label)
	shoot(page, "own-words")
	texts = (
		"[__('Files'), __('Items'), __('Rate', null, 'Feedback Review'), __('To', null, 'Feedback Review')]"
	)
	assert page.evaluate(texts) == ["Dateien", "Artikel", "Rate", "Bis"]


@pytest.mark.parametrize(
	("language", "visit", "says"),
	[
		("de", "Besuch", "Eine Korrektur verschiebt keine Fristen"),
		("fr", "Visite", "Une correction ne déplace pas"),
	],
)
def test_a_form_has_words_of_a_channel_and_says_all_in_one_language(
	language, visit, says, login, make_user, shoot
):
	"""Frappe's French for "Visit" is the verb; what a field with a time says stands there with the time zone."""
	user = make_user(procedure.FRONTLINE_STAFF, "Sales User", password=PASSWORD, language=language)
	page = login(user, PASSWORD)
	opened(page, "client-interaction/new")
	form = page.locator(".form-layout:visible")
	choose(form, "channel", visit)
	expect(form.locator("[data-fieldname=channel] input:visible")).to_have_value(visit)
	page.wait_for_function("() => cur_frm.doc.channel === 'Visit'")
	expect(form.locator("[data-fieldname=occurred_on] .help-box:visible")).to_contain_text(says)
	shoot(page, f"channel-{language}")
	assert page.evaluate("__('Chat', null, 'Communication Channel')") == "Chat"


def test_how_the_client_was_told_is_in_the_readers_language(site, conversation, make_user, login, shoot):
	site.get_doc("Client Interaction", conversation).record("Acknowledged", note="Visit: mit Plänen")
	site.db.commit()
	page = login(make_user(*ROLES, password=PASSWORD, language="de"), PASSWORD)
	opened(page, f"client-interaction/{conversation}")
	expect(page.locator(".entry.step").filter(has_text="mit Plänen")).to_contain_text("Besuch: mit Plänen")
	page.get_by_role("tab", name="Fristen und Verlauf").click()
	notes = page.locator("[data-fieldname=events] [data-fieldname=note] .static-area")
	expect(notes.filter(has_text="mit Plänen")).to_contain_text("Besuch: mit Plänen")
	shoot(page, "told")
