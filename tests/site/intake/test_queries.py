"""How many queries logging takes (D-1), each of which waits for the one before."""

from unittest import mock

import frappe
import pytest

from client_comms.enforcement import policy
from client_comms.roles import users_with_role

pytestmark = [pytest.mark.clause("D-1", "F-1"), pytest.mark.after_commit]


def issue():
	return frappe.get_doc(
		{
			"doctype": "Issue",
			"subject": "Solar roof",
			"description": "It makes a noise.",
			"raised_by": "anna@client-a.example",
		}
	).insert()


@pytest.fixture
def asked(staff, set_settings):
	"""The statements of an Issue that is logged, when what is cached has been read before."""
	set_settings(log_issues=1)
	issue()
	for user in users_with_role("Frontline Staff"):
		policy.subject(user)
	with mock.patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
		name = issue().name
	assert frappe.db.exists("Client Interaction", {"reference_name": name})
	return [" ".join(str(call.args[0]).split()) for call in sql.call_args_list]


def test_logging_an_issue_takes_few_queries(asked):
	first = next(number for number, query in enumerate(asked) if query.startswith("savepoint"))
	assert len(asked[first:]) <= 12, asked[first:]
