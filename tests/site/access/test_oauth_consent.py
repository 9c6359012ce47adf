"""Programs that act for a user (OAuth): only those that the user has allowed on this site's own page (D-5)."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import frappe
import pytest
import requests

from client_comms import compat, health_setup
from client_comms.leak_check import visitor

pytestmark = [pytest.mark.clause("D-5"), pytest.mark.committed]
AUTHORIZE = "/api/method/frappe.integrations.oauth2.authorize"
APPROVE = "/api/method/frappe.integrations.oauth2.approve"
BACK = "https://elsewhere.example/back"


@pytest.fixture
def program(site):
	"""`program()`: an OAuth client, such as a visitor can register on version 16."""
	made = []

	def make(owner="Administrator", **fields):
		client = site.get_doc(
			{
				"doctype": "OAuth Client",
				"app_name": "Calendar of a stranger",
				"scopes": "all",
				"redirect_uris": BACK,
				"default_redirect_uri": BACK,
				**fields,
			}
		).insert()
		client.db_set("owner", owner)
		made.append(client.name)
		site.db.commit()
		return client.name

	yield make
	for name in made:
		for code in site.get_all("OAuth Authorization Code", {"client": name}, pluck="name"):
			site.delete_doc("OAuth Authorization Code", code, force=True)
		site.delete_doc("OAuth Client", name, force=True)
	site.db.commit()


@pytest.fixture
def browser(http):
	"""`browser(user)` opens links of this site as a user: `(path, **parameters)` → the answer."""

	def make(user):
		session = requests.Session()
		session.cookies.set("sid", visitor._start_session(user), domain="127.0.0.1", path="/")

		def visit(path, parameters):
			return session.get(f"{http}{path}?{urlencode(parameters)}", allow_redirects=False, timeout=60)

		return visit

	return make


def _asked(client, **others):
	return {"client_id": client, "redirect_uri": BACK, "response_type": "code", "scope": "all", **others}


def _link_of(page):
	"""The address behind *Allow*."""
	link = urlsplit(re.search(r'"(/api/method/[^"]*approve[^"]*)"', page.text)[1])
	return link.path, dict(parse_qsl(link.query))


def _is_let_in(answer):
	return answer.headers.get("Location", "").startswith(f"{BACK}?code=")


@pytest.mark.parametrize("sent", ["nothing", "of another user", "of another program", "two programs"])
def test_a_link_lets_no_program_act_for_who_opens_it(make_user, program, browser, sent):
	"""On version 16 any visitor registers a program; with a link in an email it would read what its reader can."""
	client, other = program(), program()
	victim, stranger = browser(make_user("Customer Support Manager")), browser(make_user("Frontline Staff"))
	asked = _asked(client)
	if sent == "of another user":
		_path, asked = _link_of(stranger(AUTHORIZE, asked))
	elif sent == "of another program":
		_path, asked = _link_of(victim(AUTHORIZE, _asked(other)))
		asked["client_id"] = client
	elif sent == "two programs":
		_path, asked = _link_of(victim(AUTHORIZE, _asked(other)))
		asked = [*asked.items(), ("client_id", client)]

	answer = victim(APPROVE, asked)

	assert not _is_let_in(answer)
	assert answer.status_code == 403 and "start again from there" in answer.text
	frappe.db.rollback()
	assert not frappe.db.exists("OAuth Authorization Code", {"client": ["in", [client, other]]})


def test_who_presses_allow_on_the_page_lets_it_in(make_user, program, browser):
	visit = browser(make_user("Customer Support Manager"))

	assert _is_let_in(visit(*_link_of(visit(AUTHORIZE, _asked(program())))))


@pytest.mark.parametrize(("owner", "is_warned"), [("Administrator", False), ("Guest", True)])
def test_the_page_says_that_a_stranger_registered_the_program(make_user, program, browser, owner, is_warned):
	"""Anyone can register one under our own name."""
	client = program(owner, app_name="Client Communications <b>ERPNext</b>")
	page = browser(make_user("Customer Support Manager"))(AUTHORIZE, _asked(client)).text

	assert ("A visitor registered this program" in page) is is_warned
	assert ("elsewhere.example</strong>. Choose Deny" in page) is is_warned
	assert ("<b>" not in page) is is_warned and _link_of(frappe._dict(text=page))


@pytest.mark.skipif("not compat.is_version_16()", reason="Version 15 registers none")
@pytest.mark.parametrize("is_open", [True, False])
def test_visitors_register_programs_only_where_administrators_let_them(site, http, is_open):
	was = site.db.get_single_value("OAuth Settings", "enable_dynamic_client_registration")
	site.db.set_single_value("OAuth Settings", "enable_dynamic_client_registration", int(is_open))
	site.db.commit()
	try:
		assert health_setup.programs().ok
		sent = {"client_name": "Client Communications", "redirect_uris": [BACK]}
		answer = requests.post(
			f"{http}/api/method/frappe.integrations.oauth2.register_client", json=sent, timeout=60
		)
		assert (answer.status_code == 201) is is_open, answer.text
		site.db.rollback()
		if is_open:
			client = answer.json()["client_id"]
			assert site.db.get_value("OAuth Client", client, "owner") == "Guest"
		line = health_setup.programs()
		assert (line.ok, line.figures["programs_of_visitors"]) == (not is_open, int(is_open))
	finally:
		site.db.rollback()
		for name in site.get_all("OAuth Client", {"owner": "Guest"}, pluck="name"):
			site.delete_doc("OAuth Client", name, force=True)
		site.db.set_single_value("OAuth Settings", "enable_dynamic_client_registration", was)
		site.db.commit()


def test_a_program_that_administrators_trust_asks_no_one(make_user, program, browser):
	visit, asked = browser(make_user("Sales User")), _asked(program(skip_authorization=1))
	page = visit(AUTHORIZE, asked)

	assert page.status_code == 302 and urlsplit(page.headers["Location"]).path == APPROVE
	assert _is_let_in(visit(APPROVE, asked))


@pytest.mark.parametrize(("owner", "is_let_in"), [("Administrator", True), ("Guest", False)])
def test_without_the_page_only_programs_that_administrators_have_entered(
	make_user, program, browser, skipping, owner, is_let_in
):
	"""If the settings show no page to users who have allowed another program before."""
	user = make_user("Customer Support Manager")
	skipping(user)
	visit = browser(user)
	page = visit(AUTHORIZE, _asked(program(owner=owner)))

	link = urlsplit(page.headers["Location"])
	assert link.path == APPROVE
	assert _is_let_in(visit(link.path, parse_qsl(link.query))) is is_let_in


@pytest.fixture
def skipping(site, program):
	"""`skipping(user)`: the settings show no page, and the user has a token of another program."""
	made = []
	doctype = "OAuth Settings" if compat.is_version_16() else "OAuth Provider Settings"
	before = site.db.get_single_value(doctype, "skip_authorization")

	def make(user):
		site.db.set_single_value(doctype, "skip_authorization", 1 if compat.is_version_16() else "Auto")
		token = {
			"doctype": "OAuth Bearer Token",
			"client": program(),
			"user": user,
			"scopes": "all",
			"access_token": site.generate_hash(length=20),
			"refresh_token": site.generate_hash(length=20),
			"expires_in": 3600,
			"status": "Active",
		}
		made.append(site.get_doc(token).insert(ignore_permissions=True))
		site.db.commit()

	yield make
	site.db.set_single_value(doctype, "skip_authorization", before)
	for token in made:
		token.delete(ignore_permissions=True)
	site.db.commit()
