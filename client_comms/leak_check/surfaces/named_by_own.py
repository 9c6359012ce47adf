"""Documents of one's own with which ERPNext changes records that they name or match."""

import frappe

from client_comms.enforcement import documents
from client_comms.leak_check.bait import MARK
from client_comms.leak_check.surfaces.surface import BY_TOOL, linked_by_own, surface
from client_comms.rules import access

_REFUSED = 403
_DOCTYPES = "client_comms.enforcement.doctypes"
_BY_APPOINTMENT = BY_TOOL.format(doctype="Appointment", ours=f"{_DOCTYPES}.appointment.GuardedAppointment")
_BY_CONTACT = BY_TOOL.format(doctype="Contact", ours=f"{_DOCTYPES}.contact.GuardedContact")
_BY_CALL = BY_TOOL.format(doctype="Call Log", ours=f"{_DOCTYPES}.call_log.GuardedCallLog")


@surface("event that an appointment of one's own moves", _BY_APPOINTMENT)
def moved_event(visitor, bait, planted):
	"""It is refused because of the event, or else because it says nothing of the client."""
	own = {
		"doctype": "Appointment",
		"scheduled_time": frappe.utils.now(),
		"appointment_with": "Customer",
		"party": planted.parties["Customer"],
		"calendar_event": bait.names["Event"],
	}
	return visitor.call("frappe.client.insert", doc=own).status != _REFUSED


@surface("Lead whose numbers a contact of one's own changes", _BY_CONTACT, action=access.WRITE, control=False)
def changed_numbers(visitor, bait, planted):
	lead, numbers = bait.names["Lead"], ["phone", "mobile_no"]
	before = frappe.db.get_value("Lead", lead, numbers, as_dict=True)
	number = {"phone": _number(), "is_primary_phone": 1}
	_insert_contact(visitor, number, links=[{"link_doctype": "Lead", "link_name": lead}])
	changed = frappe.db.get_value("Lead", lead, numbers, as_dict=True) != before
	frappe.db.set_value("Lead", lead, before, update_modified=False)
	return documents.is_governed("Lead") and changed


@surface("call found by how its number ends", _BY_CALL)
def number_of_call(visitor, bait, planted):
	number, call = _number(), bait.names["Call Log"]
	before = frappe.db.get_value("Call Log", call, "from")
	frappe.db.set_value("Call Log", call, "from", f"123{number}", update_modified=False)
	contact = _insert_contact(visitor, {"phone": number})
	linked = {"parenttype": "Call Log", "parent": call, "link_doctype": "Contact", "link_name": contact}
	found = contact and frappe.db.exists("Dynamic Link", linked)
	frappe.db.delete("Dynamic Link", linked)
	frappe.db.set_value("Call Log", call, "from", before, update_modified=False)
	return bool(found)


def _number() -> str:
	"""So long that no other call ends like it."""
	return str(10**11 + int(frappe.generate_hash(length=9), 16))


def _insert_contact(visitor, number: dict, **values) -> str | None:
	"""A contact of the visitor's own, which stays no longer than the request."""
	name = linked_by_own(visitor, "Contact", {"first_name": f"{MARK} own", "phone_nos": [number], **values})
	if name:
		for rows in ("Contact Phone", "Dynamic Link"):
			frappe.db.delete(rows, {"parenttype": "Contact", "parent": name})
		frappe.db.delete("Contact", {"name": name})
	return name
