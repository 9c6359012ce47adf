"""Who a request is from: logins and their addresses, tokens, impersonation (D-5, R-3)."""

import base64
from contextlib import nullcontext
from unittest import mock
from urllib.parse import urlsplit

import frappe
import pytest
import requests
from frappe.core.doctype.user.user import create_contact
from frappe.utils import oauth
from frappe.www.login import _generate_temporary_login_link

from client_comms import ledger
from client_comms.clients import confirmation
from client_comms.exceptions import ClearanceMissingError
from client_comms.leak_check import visitor

pytestmark = pytest.mark.clause("D-5")
RENAME = "frappe.model.rename_doc.update_document_title"
CLEARED = ("Customer Support Manager", "Compliance Officer", "Support Team")


@pytest.fixture
def lead(site):
	return site.get_doc({"doctype": "Lead", "first_name": "Vera", "email_id": "vera@lead.example"}).insert()


@pytest.mark.parametrize("roles", [(), ("Frontline Staff", "Sales User")], ids=["portal", "desk"])
def test_no_one_takes_the_address_of_someone_else_as_their_login(lead, make_user, as_user, request_as, roles):
	user = make_user(*roles)
	lead.reload()

	with pytest.raises(frappe.PermissionError, match="address of a login"):
		request_as(user, RENAME, doctype="User", docname=user, name=lead.email_id)

	assert frappe.db.exists("User", user) and not frappe.db.exists("User", lead.email_id)


def test_nor_by_a_method_of_their_user(lead, make_user, request_as):
	user = make_user()

	with pytest.raises(frappe.PermissionError, match="address of a login"):
		request_as(user, "run_doc_method", dt="User", dn=user, method="rename", args={"name": lead.email_id})

	assert not frappe.db.exists("User", lead.email_id)


def test_who_manages_users_changes_addresses(make_user, request_as):
	user = make_user("Sales User")

	request_as(
		make_user("System Manager"), RENAME, doctype="User", docname=user, name="new.address@own.example"
	)

	assert frappe.db.exists("User", "new.address@own.example")


def test_a_lead_is_spoken_for_by_the_login_of_its_address_alone(lead, make_user, as_user):
	"""What a login gained by taking the address: its own contact repeats what the record says, which confirms it."""
	found = {}
	for user in (make_user(email="other@else.example"), make_user(email=lead.email_id)):
		contact = {"doctype": "Contact", "first_name": "V", "user": user}
		with as_user(user):
			frappe.get_doc(
				{
					**contact,
					"email_ids": [{"email_id": lead.email_id, "is_primary": 1}],
					"links": [{"link_doctype": "Lead", "link_name": lead.name}],
				}
			).insert()
		found[user] = bool(confirmation.clients_of_login(user))

	assert found == {"other@else.example": False, lead.email_id: True}


def test_a_visitor_who_signs_up_does_not_rename_the_contact_of_the_address(make_client, as_user):
	client = make_client("Anna Client", "anna@client.example")
	user = {"doctype": "User", "email": "anna@client.example", "first_name": "Mallory", "enabled": 1}
	with as_user("Guest"):
		made = frappe.get_doc(user)
		made.flags.no_welcome_mail = True
		made.insert(ignore_permissions=True)
		create_contact(made, ignore_mandatory=True)

	assert frappe.db.get_value("Contact", client.contact, ["first_name", "full_name"]) == (
		"Anna Client",
		"Anna Client",
	)


def test_a_portal_user_enters_contacts_in_their_own_name(make_user, as_user):
	user, staff = make_user(), make_user("Sales User")
	row = {"phone": "+49 30 1234567", "owner": staff}
	with as_user(user):
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "V", "phone_nos": [row]}).insert()
		contact.phone_nos[0].owner = staff
		contact.save()

	contact.reload()
	assert [contact.owner, contact.phone_nos[0].owner] == [user, user]
	assert confirmation.has_claimed_number(contact.name)


@pytest.mark.parametrize("method", ["rename", "add_comment"])
def test_no_one_says_that_a_document_is_their_own(make_client, make_user, request_as, method):
	"""Frappe would rename it, and show it under its new name."""
	contact, user = make_client("Anna Client", "anna@client.example").contact, make_user()
	said = {"doctype": "Contact", "name": contact, "owner": user, "__islocal": 1}

	with pytest.raises(frappe.PermissionError, match="not your own"):
		request_as(user, "run_doc_method", docs=frappe.as_json(said), method=method, args='{"name": "Taken"}')

	assert frappe.db.exists("Contact", contact)


def test_a_contact_of_others_is_not_made_one_s_own(make_client, make_user, as_user):
	contact, user = make_client("Anna Client", "anna@client.example").contact, make_user()
	with as_user(user), pytest.raises(frappe.CannotChangeConstantError):
		doc = frappe.get_doc("Contact", contact)
		doc.update({"owner": user, "last_name": "Mallory"})
		doc.save()


@pytest.mark.parametrize("address", ["javascript:alert(1)", " java\tscript:alert(1)", "DATA:text/html,x"])
def test_what_all_users_click_on_cannot_be_a_script(make_user, as_user, address):
	row = {"type": "Link", "link_type": "URL", "label": "Data: prices", "url": address}
	shared = {"doctype": "Workspace Sidebar", "title": "Ours", "items": [row]}
	if not frappe.db.exists("DocType", "Workspace Sidebar"):  # before version 16
		row = {"type": "URL", "label": "Data: prices", "url": address}
		shared = {
			"doctype": "Workspace",
			"title": "Ours",
			"label": "Ours",
			"content": "[]",
			"shortcuts": [row],
		}
	with as_user(make_user("Frontline Staff", "Workspace Manager")):
		with pytest.raises(frappe.ValidationError, match=r"URL.* cannot be a script"):
			frappe.get_doc(shared).insert()
		row["url"] = "https://prices.example/data:x"
		frappe.get_doc(shared).insert()


def test_a_private_workspace_is_its_user_s(make_user, as_user):
	victim, user = make_user("Compliance Officer"), make_user("Frontline Staff")
	made = {"doctype": "Workspace", "title": "Today", "content": "[]", "public": 0, "for_user": victim}
	with as_user(user), pytest.raises(frappe.PermissionError):
		frappe.get_doc({**made, "label": "Today-v"}).insert()
	with as_user(victim):
		own = frappe.get_doc({**made, "label": "Today-v"}).insert()
	with as_user(user), pytest.raises(frappe.PermissionError):
		own.for_user = user
		own.save()


# Tokens


def _key(user):
	doc, secret = frappe.get_doc("User", user), frappe.generate_hash(length=15)
	doc.update({"api_key": frappe.generate_hash(length=15), "api_secret": secret})
	doc.save(ignore_permissions=True)
	frappe.db.commit()
	return f"{doc.api_key}:{secret}"


@pytest.fixture
def bearer(site):
	"""`bearer(user)`: an OAuth token of theirs."""
	made = []

	def make(user):
		client = site.get_doc(
			{
				"doctype": "OAuth Client",
				"app_name": "Portal of a partner",
				"scopes": "all",
				"redirect_uris": "http://localhost",
				"default_redirect_uri": "http://localhost",
			}
		).insert()
		token = site.get_doc(
			{
				"doctype": "OAuth Bearer Token",
				"client": client.name,
				"user": user,
				"scopes": "all",
				"access_token": site.generate_hash(length=20),
				"refresh_token": site.generate_hash(length=20),
				"expires_in": 3600,
				"status": "Active",
			}
		).insert(ignore_permissions=True)
		site.db.commit()
		made.extend((token, client))
		return token.access_token

	yield make
	for doc in made:
		site.delete_doc(doc.doctype, doc.name, force=True)
	site.db.commit()


@pytest.mark.committed
def test_a_token_reads_and_is_recorded_as_its_user(http, make_user, log, bearer):
	complaint = log("Feedback/Complaint")
	users = {"cleared": make_user(*CLEARED), "uncleared": make_user("Frontline Staff", "System Manager")}
	note = {
		"doctype": "ToDo",
		"description": "x",
		"reference_type": complaint.doctype,
		"reference_name": complaint.name,
	}
	outcomes, recorded = {}, {}
	for who, user in users.items():
		key = _key(user)
		ways = (
			f"token {key}",
			f"Basic {base64.b64encode(key.encode()).decode()}",
			f"Bearer {bearer(user)}",
		)
		for way in ways:
			headers = {"Authorization": way, "Accept": "application/json"}
			read = requests.get(f"{http}/api/resource/{complaint.doctype}/{complaint.name}", headers=headers)
			# A document in memory is judged before the request.
			named = requests.post(
				f"{http}/api/method/run_doc_method",
				headers=headers,
				data={"docs": frappe.as_json(note), "method": "run_method"},
			)
			refused = named.json().get("exc_type") == ClearanceMissingError.__name__
			outcomes.setdefault(who, set()).add((read.status_code, refused))
	frappe.db.rollback()
	about = {"reference_name": complaint.name}
	through = set()
	for row in frappe.get_all(ledger.ENTRY, about, ["user", "action", "via"]):
		recorded.setdefault(row.action, set()).add(row.user)
		through.add(row.via.partition(" (")[2])

	assert outcomes == {"cleared": {(200, False)}, "uncleared": {(403, True)}}
	assert through == {"API key)", "OAuth client Portal of a partner)"}
	assert recorded == {ledger.VIEW: {users["cleared"]}, ledger.REFUSAL: {users["uncleared"]}}


# Login by link


@pytest.mark.committed
@pytest.mark.parametrize(
	"written", [str.upper, lambda name: name.replace("user", "usér"), lambda name: f"{name} "]
)
def test_who_logs_in_by_a_link_is_the_user_as_stored(http, make_user, written):
	"""The database finds a user also by another case or accent; a session of that name would be another one to every comparison, such as that
	someone else has to approve what one made."""
	user = make_user("Support Team")
	link = urlsplit(_generate_temporary_login_link(written(user), expiry=5))
	session = requests.Session()
	session.get(f"{http}{link.path}?{link.query}", allow_redirects=False).raise_for_status()
	answer = session.get(f"{http}/api/method/frappe.auth.get_logged_user")
	assert answer.json()["message"] == user


# Login through another server


@pytest.mark.parametrize(
	("said", "is_login"),
	[
		({"email_verified": False}, False),
		({"verified_email": "false"}, False),
		({"email_verified": True}, True),
		({}, True),
	],
)
def test_an_address_that_the_other_server_has_not_confirmed_does_not_log_in(
	make_user, request_as, monkeypatch, said, is_login
):
	"""There, a stranger can enter that of a client. Many servers say nothing about it."""
	user, logged_in = make_user("Customer", user_type="Website User"), []
	session = mock.Mock(
		get=lambda *_args, **_kwargs: mock.Mock(json=lambda: {"email": user, "id": "7", **said})
	)
	monkeypatch.setattr(
		oauth, "get_oauth2_flow", lambda _provider: mock.Mock(get_auth_session=lambda **_data: session)
	)
	monkeypatch.setattr(oauth, "get_oauth2_providers", lambda: {"github": {}})
	monkeypatch.setattr(oauth, "get_redirect_uri", lambda _provider: "/")
	monkeypatch.setattr(oauth, "login_oauth_user", lambda info, **_others: logged_in.append(info["email"]))
	refused = pytest.raises(frappe.AuthenticationError, match="not confirmed")

	with nullcontext() if is_login else refused:
		request_as("Guest", "frappe.integrations.oauth2_logins.login_via_github", code="x", state="x")

	assert logged_in == ([user] if is_login else [])


# Impersonation


@pytest.mark.committed
@pytest.mark.clause("R-3")
def test_the_ledger_says_who_acts_as_someone_else(http, make_user, log, site):
	complaint = log("Feedback/Complaint")
	officer = make_user(*CLEARED)
	session = requests.Session()
	session.headers["Accept"] = "application/json"
	session.cookies.set("sid", _session_of("Administrator"), domain="127.0.0.1", path="/")

	session.post(
		f"{http}/api/method/frappe.core.doctype.user.user.impersonate",
		data={"user": officer, "reason": "They asked for help"},
	).raise_for_status()
	session.get(f"{http}/api/resource/{complaint.doctype}/{complaint.name}").raise_for_status()

	frappe.db.rollback()
	entry = frappe.get_last_doc(ledger.ENTRY, {"reference_name": complaint.name})
	assert (entry.user, entry.action) == (officer, ledger.VIEW)
	assert entry.via.endswith("(impersonated by Administrator)")


def _session_of(user):
	with mock.patch.object(ledger, "CHECK_SESSION", "no_check"):
		return visitor._start_session(user)
