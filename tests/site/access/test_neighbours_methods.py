"""Methods of other apps that show every record to every login are narrowed where these apps are installed (D-5, P-2).

The apps are not there; what would be called is noted. They were tried themselves: docs/sources.md.
"""

import frappe
import pytest

from client_comms import compat
from client_comms.enforcement.methods import energy_points, print_designer, recipients_of_whatsapp

pytestmark = pytest.mark.clause("D-5", "P-2")

INTERACTION = "Client Interaction"


@pytest.fixture
def called(monkeypatch):
	"""What was called of the other app, and with what."""
	noted = []
	for module in (energy_points, print_designer, recipients_of_whatsapp):
		monkeypatch.setattr(
			module, "call_previous", lambda original, **given: noted.append((original, given)) or "theirs"
		)
	return noted


@pytest.mark.parametrize("method", ["get_point_logs", "get_reviews", "review"])
def test_energy_points(method, called, complaint, staff, as_user):
	about = {"doctype": INTERACTION, "docname": complaint.name}
	doc = frappe.as_json({"doctype": INTERACTION, "name": complaint.name})
	given = {"doc": doc, "points": 1} if method == "review" else about
	with as_user(staff.uncleared), pytest.raises(frappe.PermissionError):
		getattr(energy_points, method)(**given)
	assert not called
	with as_user(staff.cleared):
		assert getattr(energy_points, method)(**given) == "theirs"
	((original, passed_on),) = called
	of_frappe = not compat.is_version_16() and method != "get_point_logs"
	assert original.startswith("frappe.social." if of_frappe else "eps.eps.")
	assert original.endswith(f".{method}")
	assert complaint.name in str(passed_on) and set(passed_on) == set(given)


@pytest.mark.parametrize(
	("method", "given"),
	[
		("render_user_text_withdoc", {"doctype": "User", "docname": "Administrator", "row": {}}),
		("render_user_text", {"doc": "{}", "row": {}}),
		("get_data_from_main_template", {"doctype": "User", "settings": {}}),
	],
)
def test_a_template_is_tried_by_users_who_can_write_one(method, given, called, make_user, as_user):
	given["string"] = "{{ frappe.db.get_all('Client Interaction', fields=['summary']) }}"
	client = make_user("Customer", user_type="Website User")
	for user in (client, make_user("Sales User", "Support Team")):
		with as_user(user), pytest.raises(frappe.PermissionError, match="A template can read every record"):
			getattr(print_designer, method)(**given)
	assert not called
	with as_user(make_user("System Manager")):
		assert getattr(print_designer, method)(**given) == "theirs"
	assert [passed_on for _original, passed_on in called] == [given]


def test_recipients_are_taken_from_documents_that_the_user_can_read(called, complaint, log, staff, as_user):
	inquiry = log()
	both = {"name": ("in", [complaint.name, inquiry.name])}
	taken = {}
	for who, user in staff.items():
		with as_user(user):
			recipients_of_whatsapp.import_recipients(
				"List", INTERACTION, "name", frappe.as_json(both), limit=5, data_fields='["summary"]'
			)
		_original, given = called.pop()
		assert (given["limit"], given["data_fields"]) == (5, '["summary"]')
		taken[who] = set(frappe.get_all(INTERACTION, given["filters"], pluck="name"))
	assert taken == {"uncleared": {inquiry.name}, "cleared": {inquiry.name, complaint.name}}
	with as_user(staff.uncleared):
		recipients_of_whatsapp.import_recipients("List", "Employee", "cell_number", both)
	assert called.pop()[1]["filters"] == both, "what this app does not guard is the other app's"


def test_no_more_recipients_are_looked_for_than_are_wanted(called, log, staff, as_user):
	wanted = {"name": ("in", [log().name for _each in range(4)])}
	with as_user(staff.cleared):
		for limit in ("3", 3):
			recipients_of_whatsapp.import_recipients("List", INTERACTION, "name", wanted, limit=limit)
	listed = frappe.get_all(INTERACTION, wanted, pluck="name")  # in the order in which the app takes them
	for _original, given in called:
		assert given["filters"] == {"name": ("in", listed[:3])}
