"""The customer portal: ERPNext lists the Issues of a contact's customer."""

import frappe
from frappe.website.utils import clear_cache

from client_comms import compat
from client_comms.enforcement import documents
from client_comms.enforcement.requests import portal
from client_comms.leak_check.bait import INTERACTION
from client_comms.leak_check.bait.record import insert_row
from client_comms.leak_check.surfaces.surface import BY_REQUEST, surface


def _portal(name, ask):
	@surface(f"portal, {name}", control=False)
	def shown(visitor, bait, planted):
		level = frappe.db.get_value("Issue", bait.names["Issue"], "confidentiality_level")
		if not documents.is_governed("Issue") or level in portal.open_levels():
			return False  # as ERPNext shows them
		return ask(visitor, bait)


if not compat.is_version_16():
	_portal(
		"list of Issues", lambda visitor, bait: visitor.ask("frappe.www.list.get", doctype="Issue", limit=100)
	)
_portal(
	"data of the list",
	lambda visitor, bait: visitor.ask("frappe.www.list.get_list_data", doctype="Issue", limit=100),
)
_portal("page of the DocType", lambda visitor, bait: visitor.get("/Issue"))
_portal("page of the list", lambda visitor, bait: visitor.get(f"/{compat.portal_list()}", doctype="Issue"))
_portal(
	"search in the list",
	lambda visitor, bait: visitor.call(
		"frappe.www.list.get_list_data", doctype="Issue", name=bait.names["Issue"], limit=100
	),
)
_portal(
	"web form",
	lambda visitor, bait: visitor.call(
		"frappe.website.doctype.web_form.web_form.get_form_data",
		doctype="Issue",
		docname=bait.names["Issue"],
		web_form_name="issues",
	),
)
_portal(
	"print view",
	lambda visitor, bait: visitor.get("/printview", doctype="Issue", name=bait.names["Issue"]),
)


def _row_of_contact(doctype, field, column):
	@surface(f"portal, {doctype} of someone else", control=False)
	def shown(visitor, bait, planted):
		"""In the desk, contacts are read by ERPNext's own permissions."""
		if frappe.db.get_value("User", visitor.user, "user_type") != "Website User":
			return False
		place = {"parenttype": "Contact", "parent": planted.parties["Contact"], "parentfield": field}
		row = insert_row(doctype, **place, **{column: bait.word})
		named = {"doctype": doctype, "parent": "Contact"}
		answers = [
			visitor.call("frappe.client.get", **named, name=row),
			visitor.call("frappe.client.get_list", **named, fields=[column], filters={"name": row}),
			visitor.call("frappe.client.get_value", **named, fieldname=column, filters={"name": row}),
			visitor.call("frappe.desk.form.load.getdoc", doctype=doctype, name=row),
			visitor.get(f"/api/resource/{doctype}/{row}", parent="Contact"),
			visitor.get("/printview", doctype=doctype, name=row),
		]
		frappe.db.delete(doctype, {"name": row})
		return any(bait.word in each.text for each in answers)


for _rows in (("Contact Email", "email_ids", "email_id"), ("Contact Phone", "phone_nos", "phone")):
	_row_of_contact(*_rows)


@surface("portal, words of tags", control=False)
def _tags(visitor, bait, planted):
	"""Staff share these."""
	if frappe.db.get_value("User", visitor.user, "user_type") != "Website User":
		return False
	tag = insert_row("Tag", name=f"{bait.word} tag")
	answers = [
		visitor.call("frappe.desk.doctype.tag.tag.get_tags", doctype="Issue", txt=""),
		visitor.call("frappe.desk.doctype.tag.tag.get_tags_list_for_awesomebar"),
		visitor.get("/api/resource/Tag", limit_page_length=0),
	]
	frappe.db.delete("Tag", {"name": tag})
	return any(bait.word in each.text for each in answers)


@surface("portal, whether a number is that of a record", BY_REQUEST, control=False)
def _number(visitor, bait, planted):
	"""Staff are told why a record is refused."""
	if frappe.db.get_value("User", visitor.user, "user_type") != "Website User":
		return False

	def told(number):
		answers = (
			visitor.call("frappe.client.has_permission", doctype=INTERACTION, docname=number),
			visitor.call("frappe.share.get_users", doctype=INTERACTION, name=number),
			visitor.get(f"/api/resource/{INTERACTION}/{number}"),
		)
		return [(each.status, each.message) for each in answers]

	return told(bait.name) != told(f"{bait.name}0")


@surface(
	"page that was not found, which Frappe keeps for all visitors",
	"Another app overrides update_website_context of client_comms.",
	control=False,
)
def _not_found(visitor, bait, planted):
	clear_cache("404")
	visitor.get(f"/files/{bait.word}.pdf")
	return visitor.get("/files/another.pdf")
