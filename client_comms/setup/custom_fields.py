"""Fields of this app on the documents of Frappe and ERPNext, used by both installation and removal."""

from collections.abc import Iterable

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from client_comms.enforcement import foreign_fields
from client_comms.enforcement.foreign_fields import MODULE
from client_comms.rules import contact_details
from client_comms.rules.messages import _

# What the app relies on. The rest of a field, such as its label and its place, is the administrator's once it exists.
_RELIED_ON = {
	"fieldname",
	"fieldtype",
	"ignore_user_permissions",
	"module",
	"no_copy",
	"options",
	"read_only",
	"search_index",
}


def sync(fields: dict[str, list[dict]]) -> None:
	"""Create what is missing of these fields; of those that exist, set again only what the app relies on.

	:raises frappe.ValidationError: one exists that the app has not made
	"""
	foreign_fields.refuse(names(fields))
	existing = set(
		frappe.get_all("Custom Field", {"dt": ("in", list(fields))}, ["dt", "fieldname"], as_list=True)
	)
	create_custom_fields(
		{
			doctype: [
				{key: value for key, value in df.items() if key in _RELIED_ON}
				if (doctype, df["fieldname"]) in existing
				else df
				for df in of_doctype
			]
			for doctype, of_doctype in fields.items()
		},
		update=True,
	)


def names(fields: dict[str, list[dict]]) -> dict[str, list[str]]:
	"""DocType -> the names of these fields."""
	return {doctype: [df["fieldname"] for df in of_doctype] for doctype, of_doctype in fields.items()}


def custom_fields(sources: Iterable[str] = ()) -> dict[str, list[dict]]:
	"""DocType -> fields for `create_custom_fields`; bound to this app's module.

	:param sources: DocTypes of other apps whose documents become interactions
	"""
	common = {
		"fieldtype": "Link",
		"module": MODULE,
		"read_only": 1,
		"no_copy": 1,
		"search_index": 1,
		"ignore_user_permissions": 1,
		"print_hide": 1,
	}
	level = {
		**common,
		"fieldname": "confidentiality_level",
		"label": _("Confidentiality Level"),
		"options": "Confidentiality Level",
	}
	interaction = {
		**common,
		"fieldname": "client_interaction",
		"label": _("Client Interaction"),
		"options": "Client Interaction",
	}
	about = {**common, "hidden": 1, "search_index": 0, "insert_after": "is_acknowledgement"}
	number = {
		"label": _("Number (International Format)"),
		"fieldtype": "Data",
		"module": MODULE,
		"hidden": 1,
		"read_only": 1,
		"search_index": 1,
		"print_hide": 1,
		"no_copy": 1,
	}
	confirmed_by = {
		"fieldname": "confirmed_by",
		"label": _("Confirmed By"),
		"fieldtype": "Data",
		"module": MODULE,
		"hidden": 1,
		"read_only": 1,
		"no_copy": 1,
		"print_hide": 1,
	}
	confirmed_on = {
		**confirmed_by,
		"fieldname": "confirmed_on",
		"label": _("Confirmed On"),
		"fieldtype": "Datetime",
		"insert_after": "confirmed_by",
	}
	conversation_key = {
		"fieldname": "conversation_key",
		"label": _("Conversation Key"),
		"fieldtype": "Data",
		"module": MODULE,
		"hidden": 1,
		"read_only": 1,
		"no_copy": 1,
		"search_index": 1,
		"print_hide": 1,
	}
	verified = {
		"fieldname": "verified_how",
		"label": _("Verification Method"),
		"fieldtype": "Select",
		"options": "\n".join(("", *contact_details.WAYS)),
		"module": MODULE,
		"no_copy": 1,
		"allow_in_quick_entry": 1,
		"description": _("How the details were last verified with the client."),
	}
	confirmed_day = {
		"fieldname": "details_confirmed_on",
		"label": _("Details Confirmed On"),
		"fieldtype": "Date",
		"module": MODULE,
		"read_only": 1,
		"no_copy": 1,
		"description": _("When the client last confirmed these details, alone or together with staff."),
	}
	reason = {
		"fieldname": "outgoing_reason",
		"label": _("Reason for Proceeding"),
		"fieldtype": "Small Text",
		"module": MODULE,
		"no_copy": 1,
		"print_hide": 1,
		"depends_on": "eval:doc.__islocal || doc.outgoing_reason",
		"description": _("Required if a check of outgoing messages warns."),
	}
	return {
		**{source: [level, interaction, conversation_key, reason] for source in sources},
		"Communication": [
			{**level, "insert_after": "email_template"},
			{**interaction, "insert_after": "confidentiality_level"},
			{**about, "fieldname": "about_doctype", "label": _("About (DocType)"), "options": "DocType"},
			{
				**about,
				"fieldname": "about_name",
				"label": _("About"),
				"fieldtype": "Dynamic Link",
				"options": "about_doctype",
				"insert_after": "about_doctype",
				"search_index": 1,
			},
			{
				"fieldname": "is_acknowledgement",
				"label": _("Acknowledgement"),
				"fieldtype": "Check",
				"insert_after": "client_interaction",
				"module": MODULE,
				"hidden": 1,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
			},
		],
		"Email Account": [
			{
				"fieldname": "last_fetched_on",
				"label": _("Last Fetched"),
				"fieldtype": "Datetime",
				"insert_after": "enable_incoming",
				"module": MODULE,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
			},
			{
				"fieldname": "client_comms_first_fetched_on",
				"label": _("First Fetched"),
				"fieldtype": "Datetime",
				"insert_after": "last_fetched_on",
				"depends_on": "client_comms_first_fetched_on",
				"module": MODULE,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
				"description": _(
					"What had lain in the mailbox for more than five days by then is not logged as new, whichever fetch brings it."
				),
			},
			{
				"fieldname": "client_comms_changed_on",
				"label": _("Changed by a User"),
				"fieldtype": "Datetime",
				"insert_after": "client_comms_first_fetched_on",
				"module": MODULE,
				"hidden": 1,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
			},
			{
				"fieldname": "client_comms_missing_folders",
				"label": _("Folders Not Found"),
				"fieldtype": "Small Text",
				"insert_after": "client_comms_changed_on",
				"depends_on": "client_comms_missing_folders",
				"module": MODULE,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
			},
			{
				"fieldname": "client_comms_stopped_on",
				"label": _("Fetching Stopped On"),
				"fieldtype": "Datetime",
				"insert_after": "client_comms_missing_folders",
				"depends_on": "client_comms_stopped_on",
				"module": MODULE,
				"no_copy": 1,
				"print_hide": 1,
				"description": _(
					"Frappe stopped fetching this mailbox after several failures. Set Enable Incoming again, or clear this date if it is no longer needed."
				),
			},
			{
				"fieldname": "client_comms_not_for_clients",
				"label": _("Not for Clients"),
				"fieldtype": "Check",
				"default": "0",
				"insert_after": "client_comms_stopped_on",
				"depends_on": "enable_incoming",
				"module": MODULE,
				"description": _(
					"For mailboxes to which applicants, employees or suppliers write: what arrives here begins no interaction and is not confirmed. Emails of clients that belong to a conversation continue it."
				),
			},
			{
				"fieldname": "client_comms_company",
				"label": _("Company of Received Emails"),
				"fieldtype": "Link",
				"options": "Company",
				"insert_after": "client_comms_not_for_clients",
				"depends_on": "eval:doc.enable_incoming && !doc.client_comms_not_for_clients",
				"module": MODULE,
				"description": _(
					"What arrives here is an inquiry to this company: its matrix, hours and holidays count. Without one, the default company's."
				),
			},
		],
		"Unhandled Email": [
			{
				"fieldname": "client_comms_is_kept",
				"label": _("Kept as Unprocessed Email"),
				"fieldtype": "Check",
				"insert_after": "email_account",
				"module": MODULE,
				"hidden": 1,
				"read_only": 1,
				"no_copy": 1,
				"search_index": 1,
				"print_hide": 1,
			}
		],
		"Event": [
			{**level, "insert_after": "event_type"},
			{**interaction, "insert_after": "confidentiality_level"},
		],
		"Call Log": [
			{**level, "insert_after": "type_of_call"},
			{**interaction, "insert_after": "confidentiality_level"},
		],
		"Contact": [
			{**confirmed_day, "insert_after": "designation", "search_index": 1},
			{**verified, "insert_after": "designation"},
			{
				"fieldname": "confirmation_todo",
				"label": _("ToDo to Confirm Details"),
				"fieldtype": "Data",
				"insert_after": "details_confirmed_on",
				"module": MODULE,
				"hidden": 1,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
			},
			{
				"fieldname": "confirmation_asked_of",
				"label": _("Asked to Confirm Details"),
				"fieldtype": "Data",
				"insert_after": "confirmation_todo",
				"module": MODULE,
				"hidden": 1,
				"read_only": 1,
				"no_copy": 1,
				"print_hide": 1,
			},
		],
		"Contact Email": [{**confirmed_by, "insert_after": "is_primary"}, confirmed_on],
		"Contact Phone": [
			{**number, "fieldname": "phone_e164", "insert_after": "phone"},
			{**confirmed_by, "insert_after": "phone_e164"},
			confirmed_on,
		],
		"Dynamic Link": [{**confirmed_by, "insert_after": "link_title"}, confirmed_on],
		"Issue": [{**level, "insert_after": "issue_type"}],
		"Lead": [
			{**level, "insert_after": "status"},
			{**number, "fieldname": "phone_e164", "insert_after": "phone"},
			{
				**number,
				"fieldname": "mobile_e164",
				"label": _("Mobile Number (International Format)"),
				"insert_after": "mobile_no",
			},
			{**verified, "insert_after": "phone_ext"},
			{**confirmed_day, "insert_after": "verified_how"},
		],
		# Of what is entered with a new customer: later, address and number are those of its contact.
		"Customer": [{**verified, "insert_after": "email_id", "depends_on": "eval:doc.__islocal"}],
		"Opportunity": [{**level, "insert_after": "status"}],
	}
