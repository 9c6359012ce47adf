"""Words of tags are for users of the desk (P-2)."""

import frappe
import pytest

pytestmark = pytest.mark.clause("P-2")

TAGS = "frappe.desk.doctype.tag.tag"
ASKED = {
	"get_tags": (f"{TAGS}.get_tags", {"doctype": "Issue", "txt": ""}),
	"search bar": (f"{TAGS}.get_tags_list_for_awesomebar", {}),
	"list": ("frappe.client.get_list", {"doctype": "Tag"}),
	"link field": ("frappe.desk.search.search_link", {"doctype": "Tag", "txt": "insol"}),
	"document": ("frappe.client.get", {"doctype": "Tag", "name": "insolvent soon"}),
}


@pytest.mark.parametrize("way", ASKED)
def test_clients_read_no_tags_of_staff(way, make_user, request_as):
	frappe.get_doc({"doctype": "Tag", "name": "insolvent soon"}).insert()
	client = make_user("Customer", user_type="Website User")
	method, asked = ASKED[way]
	assert "insolvent" in str(request_as(make_user("Frontline Staff"), method, **asked))
	try:
		answer = request_as(client, method, **asked)
	except frappe.PermissionError:
		return
	assert "insolvent" not in str(answer)


def test_clients_change_no_tags_of_staff(make_user, as_user):
	frappe.get_doc({"doctype": "Tag", "name": "insolvent soon"}).insert()
	with as_user(make_user("Customer", user_type="Website User")):
		with pytest.raises(frappe.PermissionError):
			frappe.get_doc("Tag", "insolvent soon").save()
