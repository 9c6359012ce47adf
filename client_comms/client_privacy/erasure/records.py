"""Deletes or anonymises records (P-2). Everything here can be repeated on what is erased already.

A legal hold on anything that would go with a record stops the erasure of that record: the caller rolls back to its savepoint.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock, ledger
from client_comms.acting import as_the_app
from client_comms.client_privacy.erasure import belongings
from client_comms.clients import preferences
from client_comms.clients.parties import PARTY_TYPES
from client_comms.enforcement import comments_column, legal_holds
from client_comms.enforcement.governed import COMMUNICATION, GRANT, INTERACTION, REVIEW, bound
from client_comms.i18n import speaking
from client_comms.rules.response_clock import CLOSED, MERGED, STATUS_CLOSED
from client_comms.rules.retention import DELETE

# Fields in which people type, or in which their words are stored.
TEXTS = frozenset(
	(
		"Attach",
		"Attach Image",
		"Autocomplete",
		"Barcode",
		"Code",
		"Data",
		"Geolocation",
		"HTML Editor",
		"JSON",
		"Long Text",
		"Markdown Editor",
		"Phone",
		"Read Only",
		"Signature",
		"Small Text",
		"Text",
		"Text Editor",
	)
)
_PERSONS = frozenset((*PARTY_TYPES, "Address", "Communication", "Contact", "Opportunity"))
# Texts that the app writes and that say nothing about the client.
_KEPT = {
	"Interaction Event": ("judged", "action_key", "carried", "merged_from"),
	"Client Interaction": ("former_names",),
}
_FLAGS = {INTERACTION: {"vulnerable_client": 0}}
_COLUMNS = ("_assign", "_comments", "_liked_by", "_user_tags", "_seen")
_ITEM = "Interaction Action Item"
_CLIENT = ("party_type", "party", "party_name", "contact")
# What an interaction can be about that is logged on its own.
LOGGED_ON_THEIR_OWN, _EXEMPTION = ("Appointment", "Issue", "Lead", "Opportunity"), "Logging Exemption"
# An email creates its Issue or Lead moments before it is stored itself.
MADE_BY_MESSAGE = timedelta(minutes=1)
_DISCLOSURE, _VERIFICATION, _CONSENT, _LINK = (
	"Client Disclosure",
	"Identity Verification",
	"Client Consent",
	"Client Access Link",
)


def erase(doctype: str, action: str, names: Collection[str]) -> None:
	"""Delete or anonymise records of one DocType, with all that hangs on them.

	:param action: `rules.retention.DELETE` or `ANONYMISE`
	"""
	names = list(names)
	if doctype == INTERACTION:
		_erase_around_interactions(action, names)
	elif doctype == "Issue":
		_delete_messages({"reference_doctype": doctype, "reference_name": ("in", names)})
	if action == DELETE:
		delete(doctype, names)
	else:
		if doctype == INTERACTION:
			close(names)
		anonymise(doctype, names)
		_exempt((doctype, name) for name in names)


def delete(doctype: str, names: list[str]) -> None:
	"""Delete records. What their own DocType, or another app, does on deletion is done first; except for the app's own
	evidence, which refuses to be deleted by users. It is done as the app, because a DocType can refuse it to officers, as Frappe does for
	Email Queue."""
	if frappe.get_meta(doctype).module not in _own_modules():
		with as_the_app():
			for name in filter(lambda name: frappe.db.exists(doctype, name), names):
				frappe.get_doc(doctype, name).run_method("on_trash")
	belongings.remove_rows(doctype, names)


def anonymise(doctype: str, names: list[str], keep: Iterable[str] = ()) -> None:
	"""Empty everything in records that identifies the client or that someone typed; dates, types and figures stay.

	:param keep: fields that stay as they are
	"""
	if not names:
		return
	legal_holds.require_none_of(doctype, names)
	belongings.remove(doctype, names)
	meta = frappe.get_meta(doctype)
	values = {field: None for field in personal_fields(meta) if field not in keep}
	values.update({column: None for column in _COLUMNS if frappe.db.has_column(doctype, column)})
	values.update(_FLAGS.get(doctype, {}))
	if meta.title_field in values:
		with speaking(preferences.site_language()):
			values[meta.title_field] = _("Anonymised")
	if meta.has_field("anonymised_on"):
		values["anonymised_on"] = getdate(clock.now())
	_empty(doctype, {"name": ("in", names)}, values)
	for table in meta.get_table_fields():
		fields = personal_fields(frappe.get_meta(table.options))
		rows = {"parenttype": doctype, "parent": ("in", names)}
		_empty(table.options, rows, {field: None for field in fields if field not in keep})
	belongings.forget(doctype, names)
	ledger.follow_erasure(doctype, names)


def personal_fields(meta) -> list[str]:
	"""The stored fields of a DocType that can identify a client: texts, and links to clients, contacts and documents."""
	kept = _KEPT.get(meta.name, ())
	found = [
		df.fieldname
		for df in meta.fields
		if not df.is_virtual
		and df.fieldname not in kept
		and (df.fieldtype in TEXTS or df.fieldtype == "Dynamic Link" or df.options in _PERSONS)
		and df.fieldtype not in ("Table", "Table MultiSelect")
	]
	# The DocType of a dynamic link means nothing without its name.
	owners = {df.options for df in meta.fields if df.fieldtype == "Dynamic Link"}
	return found + [df.fieldname for df in meta.fields if df.fieldname in owners and df.fieldtype == "Link"]


def _empty(doctype: str, filters: dict, values: dict) -> None:
	if values:
		frappe.db.set_value(doctype, filters, values, update_modified=False)


def _erase_around_interactions(action: str, names: list[str]) -> None:
	of_these = {"client_interaction": ("in", names)}
	_exempt_from_logging(names)
	_delete_messages(of_these)
	for doctype in bound():
		if doctype != COMMUNICATION:
			belongings.remove_rows(doctype, _names(doctype, of_these))
	belongings.remove_rows(_LINK, _names(_LINK, of_these))
	reviews = _names(REVIEW, {"interaction": ("in", names)})
	if action == DELETE:
		belongings.remove_rows(REVIEW, reviews)
	else:
		anonymise(REVIEW, reviews)
	belongings.remove_rows(GRANT, _names(GRANT, {"interaction": ("in", names)}))
	# The register of disclosures and checks of identity are evidence of what the organisation did: they stay, without the words
	# and addresses of the client.
	for doctype in (_DISCLOSURE, _VERIFICATION):
		anonymise(doctype, _names(doctype, of_these), keep=_CLIENT)
	if action == DELETE:
		for doctype in (_DISCLOSURE, _VERIFICATION, _CONSENT):
			about = _names(doctype, of_these)
			_empty(doctype, of_these, {"client_interaction": None})
			ledger.follow_erasure(doctype, about)
		frappe.db.delete("Physical File Interaction", {"interaction": ("in", names)})


def close(names: list[str]) -> None:
	"""Nothing is owed any more to who is erased. What was missed stays missed, for the figures."""
	open_ones = {"name": ("in", names), "status": ("!=", STATUS_CLOSED)}
	for name in frappe.get_all(INTERACTION, open_ones, pluck="name", order_by="name asc"):
		frappe.get_doc(INTERACTION, name, for_update=True).end_unanswered()
	frappe.db.set_value(
		_ITEM, {"parent": ("in", names), "status": "Open"}, "status", "Cancelled", update_modified=False
	)


def _exempt_from_logging(interactions: list[str]) -> None:
	"""What the interactions are about can stay, such as a lead: without this, `backfill` would log it, with its text, once more."""
	interaction, event = frappe.qb.DocType(INTERACTION), frappe.qb.DocType("Interaction Event")
	own = frappe.qb.from_(interaction).select(interaction.reference_doctype, interaction.reference_name)
	party = frappe.qb.from_(interaction).select(interaction.party_type, interaction.party)
	merged = frappe.qb.from_(event).select(event.source_doctype, event.source_name)
	about = {
		*own.where(interaction.name.isin(interactions)).run(),
		*party.where(interaction.name.isin(interactions)).run(),
		*merged.where(event.parent.isin(interactions) & (event.event == MERGED)).run(),
		*_opportunities_continuing(interactions),
		*_made_by_messages(interactions),
	}
	_exempt(about)


def _exempt(about: Iterable[tuple[str, str]]) -> None:
	with speaking(preferences.site_language()):
		reason = _("The interaction about it was erased.")
	moment, user = frappe.utils.now(), frappe.session.user
	rows = [
		(frappe.generate_hash(length=10), moment, moment, user, user, doctype, name, reason)
		for doctype, name in sorted(about, key=str)
		if doctype in LOGGED_ON_THEIR_OWN and name
	]
	if rows:
		own_fields = ["name", "creation", "modified", "owner", "modified_by"]
		fields = [*own_fields, "reference_doctype", "reference_name", "reason"]
		frappe.db.bulk_insert(_EXEMPTION, fields, rows, ignore_duplicates=True)


def _opportunities_continuing(interactions: list[str]) -> Iterator[tuple[str, str]]:
	"""An opportunity continues the interaction of the lead from which it was made."""
	interaction, event = frappe.qb.DocType(INTERACTION), frappe.qb.DocType("Interaction Event")
	opportunity, lead = frappe.qb.DocType("Opportunity"), "Lead"
	query = (
		frappe.qb.from_(opportunity)
		.join(interaction)
		.on((interaction.reference_doctype == lead) & (interaction.reference_name == opportunity.party_name))
		.join(event)
		.on((event.parent == interaction.name) & (event.event == CLOSED) & (event.at >= opportunity.creation))
		.select(opportunity.name)
		.where((opportunity.opportunity_from == lead) & interaction.name.isin(interactions))
	)
	yield from (("Opportunity", name) for (name,) in query.run())


def _made_by_messages(interactions: list[str]) -> Iterator[tuple[str, str]]:
	"""What a message made is logged with the message, which goes."""
	messages = {
		"client_interaction": ("in", interactions),
		"reference_doctype": ("in", LOGGED_ON_THEIR_OWN),
		"sent_or_received": "Received",
	}
	fields = ["reference_doctype", "reference_name", "communication_date"]
	filed: dict[str, list] = {}
	for row in frappe.get_all(COMMUNICATION, messages, fields, order_by=None):
		filed.setdefault(row.reference_doctype, []).append(row)
	for doctype, rows in filed.items():
		named = {"name": ("in", [row.reference_name for row in rows])}
		made = dict(frappe.get_all(doctype, named, ["name", "creation"], order_by=None, as_list=True))
		for row in rows:
			created = made.get(row.reference_name)
			if created and row.communication_date and row.communication_date <= created + MADE_BY_MESSAGE:
				yield doctype, row.reference_name


def _delete_messages(filters: dict) -> None:
	messages = frappe.get_all(
		COMMUNICATION, filters, ["name", "reference_doctype", "reference_name"], order_by=None
	)
	for message in messages:
		comments_column.take_out(message)
	names = [message.name for message in messages]
	belongings.remove_rows(COMMUNICATION, names)


def _own_modules() -> list[str]:
	return frappe.get_all("Module Def", {"app_name": "client_comms"}, pluck="name", order_by=None)


def _names(doctype: str, filters: dict) -> list[str]:
	return frappe.get_all(doctype, filters, pluck="name", order_by=None)
