"""Whom the desk offers as responsible staff: those whom the rule then accepts (M-1, D-5)."""

import json
from unittest import mock

import frappe
import pytest

from client_comms import api, procedure
from client_comms.api import queries
from client_comms.enforcement import policy

pytestmark = pytest.mark.clause("M-1", "D-5")

INTERACTION = "Client Interaction"
KEY = "Zyx"


@pytest.fixture
def supervisor(make_user):
	return make_user(procedure.CUSTOMER_SUPPORT_MANAGER)


@pytest.fixture
def staff(make_user):
	"""A user of each role, and one without any, all named alike."""
	roles = (*procedure.ROLES[:5], "Sales User")
	return [make_user(role, first_name=KEY, last_name=role) for role in roles]


def offered(names=None, txt=KEY, start=0, page_len=50, **filters):
	if names is not None:
		filters["interactions"] = json.dumps(names)
	return queries.responsible_staff("User", txt, "name", start, page_len, filters)


@pytest.mark.parametrize("kind", [procedure.INITIAL_INQUIRY, procedure.SERVICE_UPDATE, procedure.FEEDBACK])
def test_only_those_are_offered_whom_the_rule_accepts(kind, log, staff, supervisor, as_user):
	name = log(kind, party_name="Anna Client").name
	with as_user(supervisor):
		found = {user for user, _name in offered([name])}
		accepted = set()
		for user in staff:
			frappe.db.savepoint("before_assigning")
			(done,) = api.act_on_interactions("assign", [name], note="Holiday", user=user)
			frappe.db.rollback(save_point="before_assigning")
			frappe.clear_document_cache(INTERACTION, name)
			if not (error := done.get("error")):
				accepted.add(user)
			else:
				assert "cannot" in error, error
	assert found == accepted
	assert 0 < len(accepted) < len(staff)


def test_the_present_owner_is_not_offered(log, make_user, supervisor, as_user):
	owner, colleague = (make_user(procedure.FRONTLINE_STAFF, first_name=KEY) for _each in range(2))
	mine, also_mine, other = (log(responsible_staff=user).name for user in (owner, owner, colleague))
	with as_user(supervisor):
		found = [{row[0] for row in offered(names)} for names in ([mine], [mine, also_mine], [mine, other])]
	assert found == [{colleague}, {colleague}, {owner, colleague}]


def test_of_several_it_is_said_for_how_many(log, staff, supervisor, as_user):
	names = [log(procedure.FEEDBACK).name, log(procedure.INITIAL_INQUIRY).name]
	with as_user(supervisor):
		one, two = ({row[0] for row in offered([name])} for name in names)
		rows = offered(names)
	assert {row[0] for row in rows} == one | two
	assert one != two
	for user, _name, *more in rows:
		assert more == ([] if user in one & two else ["1 of 2"])


def test_what_the_caller_cannot_read_is_not_asked_about(log, staff, as_user):
	hidden = log(procedure.FEEDBACK).name
	with as_user(staff[0]):
		assert offered([hidden]) == []


def test_the_form_offers_by_what_it_shows(log, staff, supervisor, as_user, set_settings):
	doc = log(procedure.INITIAL_INQUIRY)
	shown = {"company": doc.company, "communication_type": doc.communication_type}
	with as_user(supervisor):
		for_inquiry = {row[0] for row in offered([doc.name])}
		for_complaint = {row[0] for row in offered([log(procedure.FEEDBACK).name])}
		assert {row[0] for row in offered(**shown)} == for_inquiry
		stored = {**shown, "name": doc.name, "confidentiality_level": doc.confidentiality_level}
		assert {row[0] for row in offered(**stored)} == for_inquiry
		raised = {row[0] for row in offered(**{**stored, "confidentiality_level": "Sensitive"})}
		# No role of the type has clearance for it: those who have clearance.
		assert raised >= for_complaint and not raised & for_inquiry
		retyped = {row[0] for row in offered(**{**stored, "communication_type": procedure.FEEDBACK})}
		assert retyped == for_complaint


def test_without_an_enforced_role_clearance_counts(log, staff, supervisor, as_user, set_settings):
	name = log(procedure.INITIAL_INQUIRY).name
	with as_user(supervisor):
		enforced = {row[0] for row in offered([name])}
	set_settings(responsible_party_mode="Warn")
	with as_user(supervisor):
		warned = {row[0] for row in offered([name])}
	assert enforced < warned
	assert staff[-1] not in warned, "no level is open to a Sales User"


def test_a_page_of_many_costs_what_it_shows(log, make_user, supervisor, as_user):
	"""Those whose training is not current stand first; they are passed over."""
	name = log(procedure.INITIAL_INQUIRY).name
	wanted = [
		make_user(procedure.FRONTLINE_STAFF, first_name=KEY, last_name=f"Colleague {number:03}")
		for number in range(30)
	]
	judged = mock.Mock(wraps=policy.subjects)
	with as_user(supervisor), mock.patch.object(policy, "subjects", judged):
		assert [row[0] for row in offered([name], page_len=10)] == wanted[:10]
		assert [row[0] for row in offered([name], start=20, page_len=20)] == wanted[20:]
		assert [row[0] for row in offered([name], f"{KEY} Colleague 027", page_len=10)] == [wanted[27]]
		asked = [len(call.args[0]) for call in judged.call_args_list]
	assert max(asked) <= 50
	assert offered([name], "no such user") == []


def test_names_are_a_list(supervisor, as_user):
	with as_user(supervisor), pytest.raises(frappe.ValidationError, match="as a list"):
		queries.responsible_staff("User", "", "name", 0, 10, {"interactions": "{"})
