"""The name of a client in its interactions (P-2), which repeat it for everyone who can read them: in lists, emails and searches.

A Lead can be more confidential than an interaction with it. There, the client has the name of the record instead.
"""

import frappe
from frappe.utils import escape_html

from client_comms import transactions
from client_comms.clients import contacts
from client_comms.enforcement import documents, governed, policy

_LEAD, _NAME = "Lead", "party_name"


def set_name(doc) -> None:
	"""While an interaction is saved, as soon as its level is known."""
	if doc.party_type and doc.party:
		above = _is_above(governed.level(doc.party_type, doc.party), doc.confidentiality_level)
		doc.party_name = doc.party if above else contacts.name_of(doc.party_type, doc.party)


def follow_rename(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`after_rename` of a Lead, after its interactions have taken its new name."""
	settle(doc.doctype, new)


def follow_title(doc, method=None) -> None:
	"""`on_update` of a Lead, after its interactions have taken its new title: so does what was made of them, where otherwise the former name would stay when
	the Lead becomes confidential."""
	before, field = doc.get_doc_before_save(), doc.meta.get_title_field()
	former, title = before and before.get(field), doc.get(field)
	if not former or not title or former == title:
		return
	called = {"party_type": doc.doctype, "party": doc.name, _NAME: title}
	if interactions := frappe.get_all(governed.INTERACTION, called, pluck="name", order_by=None):
		_call_elsewhere(interactions, former, title)


def follow_level(doc, method=None) -> None:
	"""`on_update` of Confidentiality Level: another order of the levels makes Leads more confidential than interactions with them, or no longer."""
	before = doc.get_doc_before_save()
	if before and before.rank != doc.rank:
		frappe.enqueue(settle_all, queue="long", enqueue_after_commit=True)


def settle(doctype: str, name: str) -> None:
	"""The same in the interactions that exist, when the level or the name of a Lead has changed: also in their versions, and in what is searched.
	Repeatable."""
	title = contacts.name_of(doctype, name) if doctype == _LEAD else name
	if title == name:
		return
	of_client = {"party_type": doctype, "party": name, _NAME: ("in", (title, name))}
	level, withheld = governed.level(doctype, name), []
	for row in frappe.get_all(
		governed.INTERACTION, of_client, ["name", _NAME, "confidentiality_level"], order_by="name asc"
	):
		above = _is_above(level, row.confidentiality_level)
		withheld += [row.name] if above else []
		if row.party_name != (shown := name if above else title):
			frappe.db.set_value(governed.INTERACTION, row.name, _NAME, shown, update_modified=False)
	if withheld:
		_call_elsewhere(withheld, title, name)


@transactions.again_if_undone
def settle_all() -> None:
	"""The same for all confidential Leads. Repeatable."""
	if documents.is_governed(_LEAD):
		named = frappe.get_all(
			governed.INTERACTION, {"party_type": _LEAD}, pluck="party", distinct=True, order_by=None
		)
		for name in governed.levels(_LEAD, [*filter(None, named)]):
			settle(_LEAD, name)


def _is_above(level: str | None, here: str | None) -> bool:
	rank = policy.current().rank
	return bool(level) and rank(level) > rank(here)


def _call_elsewhere(interactions: list[str], title: str, name: str) -> None:
	"""Name a client otherwise in what was made of interactions while it had the `title`."""
	frappe.db.sql(
		"""update `__global_search` set content = replace(content, %s, %s) where doctype = %s and name in %s""",
		(f" : {title}", f" : {name}", governed.INTERACTION, interactions),
	)
	# Notifications and reminders of staff name the client as well, as HTML.
	named = {
		"title": f"{escape_html(title)}: ",  # before the subject: a short name may stand in other words as well
		"name": f"{name}: ",
		"doctype": governed.INTERACTION,
		"those": interactions,
	}
	frappe.db.sql(
		"""update `tabNotification Log` set subject = replace(subject, %(title)s, %(name)s)
		where document_type = %(doctype)s and document_name in %(those)s""",
		named,
	)
	frappe.db.sql(
		"""update `tabToDo` set description = replace(description, %(title)s, %(name)s)
		where reference_type = %(doctype)s and reference_name in %(those)s""",
		named,
	)
	of_interactions = {"ref_doctype": governed.INTERACTION, "docname": ("in", interactions)}
	for version in frappe.get_all(
		"Version", {**of_interactions, "data": ("like", f'%"{_NAME}"%')}, ["name", "data"], order_by=None
	):
		noted = frappe.parse_json(version.data)
		changes = [change for change in noted.get("changed") or () if change[0] == _NAME and title in change]
		for change in changes:
			change[1:] = [name if each == title else each for each in change[1:]]
		if changes:
			data = frappe.as_json(noted, indent=None, separators=(",", ":"))
			frappe.db.set_value("Version", version.name, "data", data, update_modified=False)
