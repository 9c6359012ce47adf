"""Changes the level of an Issue, Lead or Opportunity: never by saving, and with immediate effect on what
belongs to it (D-5, P-2). What lowering the level of an interaction takes is decided here too."""

import frappe
from frappe import _

from client_comms import acting, clock, ledger, transactions, validation
from client_comms.enforcement import (
	client_names,
	copied_fields,
	deleted_content,
	documents,
	former_names,
	governed,
	interactions,
	link_titles,
	places,
	policy,
	restrictions,
)
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold, refuse
from client_comms.rules import access


def guard_level(doc, method=None):
	"""The level of a governed document can be changed only by `change_level`, not by a form, an import or the API.

	:raises ClearanceMissingError: a save would change it
	"""
	if doc.is_new() or not documents.is_governed(doc.doctype):
		return
	stored = governed.as_stored(doc, "confidentiality_level")
	# Without a row it was deleted meanwhile, as Frappe then says.
	if stored and (stored.confidentiality_level or "") != (doc.confidentiality_level or ""):
		frappe.throw(
			_("Use Change Level to make this document more or less confidential."),
			exc=ClearanceMissingError,
			title=_("Level Cannot Be Set"),
		)


def keep_in_copy(doc, method=None, reference_doc=None, auto_repeat_doc=None) -> None:
	"""`on_recurring`, before a copy that an Auto Repeat has made is stored: Frappe leaves out what it does not copy, such as the level. In the desk,
	`public/js/forms.js` does the same."""
	if reference_doc:
		doc.confidentiality_level = policy.current().strictest_of(
			doc.get("confidentiality_level"), reference_doc.get("confidentiality_level")
		)


def see_lead(doc, method=None) -> None:
	"""`before_insert` of an Opportunity: the Lead of which it is made is not raised until it is stored, or has been raised before."""
	if doc.opportunity_from == "Lead" and doc.party_name and documents.is_governed(doc.doctype):
		transactions.lock("Lead", doc.party_name)


def take_over(doc, method=None) -> None:
	"""`validate` of an Opportunity: a new one is as confidential as its Lead, whose name and numbers ERPNext has just copied into it. So is one
	that no user makes: it is not known what a job of another app copies."""
	if not (doc.is_new() and doc.opportunity_from == "Lead" and documents.is_governed(doc.doctype)):
		return
	if acting.is_unattended() or not copied_fields.keeps_apart(doc, doc.party_name):
		latest = frappe.db.get_value("Lead", doc.party_name, "confidentiality_level", for_update=True)
		doc.confidentiality_level = policy.current().strictest_of(
			doc.confidentiality_level, governed.level("Lead", doc.party_name), latest
		)


def change_level(doctype: str, name: str, level: str, reason: str) -> bool:
	"""Raise or lower a document. Raising requires write access, lowering also clearance on both levels and a reason.

	:returns: whether the document was raised
	:raises ClearanceMissingError: lowering without clearance
	:raises MissingDetailsError: lowering without a reason
	"""
	# Of two who change it at once, the later one sees what the earlier has decided.
	transactions.lock(doctype, name)
	doc = frappe.get_doc(doctype, name)
	doc.check_permission("write")
	restrictions.require(doctype, name)
	rules = policy.current()
	before = doc.confidentiality_level
	if before and rules.rank(level) < rules.rank(before):
		user = frappe.session.user
		here = documents.decide(doctype, name, access.WRITE, user)
		there = interactions.decide(
			access.Record(level, None, None, responsible_staff=user), access.WRITE, user
		)
		for decision in (here, there):
			if not decision.allowed:
				refuse(*decision.reasons, title=_("Level Cannot Be Lowered"), exc=ClearanceMissingError)
		_require_reason(before, level, reason)
	set_level(doctype, name, level)
	record_change(doctype, name, before, level, ": ".join(filter(None, (f"{before} → {level}", reason))))
	told = _("changed the confidentiality level: {0} → {1}. {2}").format(before or "–", level, reason)
	doc.add_comment("Info", told.strip())
	return not before or rules.rank(level) > rules.rank(before)


def may_lower(interaction: str, level: str) -> access.Decision:
	"""Whether the session user can lower an interaction, or what leaves it, to the level."""
	return access.may_lower(
		policy.subject(), policy.stored_record(interaction), policy.current(), level, clock.now()
	)


def require_may_lower(interaction: str, before: str, level: str, reason: str | None) -> None:
	"""Whatever makes an interaction, or a message of it, less confidential asks for clearance and a reason (M-1, P-1).

	:raises ClearanceMissingError: the session user cannot lower the level
	:raises MissingDetailsError: no reason is given
	"""
	rank = policy.current().rank
	if rank(level) >= rank(before):
		return
	decision = may_lower(interaction, level)
	if not decision.allowed:
		refuse(*decision.reasons, title=_("Level Cannot Be Lowered"), exc=ClearanceMissingError)
	_require_reason(before, level, reason)


def _require_reason(before: str, level: str, reason: str | None) -> None:
	validation.require_reason(
		reason, _("Give a reason for lowering the level from {0} to {1}.").format(bold(before), bold(level))
	)


def raise_to(doctype: str, name: str, level: str, new=None) -> bool:
	"""Raise a document to the level of an interaction about it.

	:param new: the document, if it was just inserted, so that nothing depends on it yet
	:returns: whether something can depend on it that is to be raised as well
	"""
	if not documents.is_governed(doctype):
		return False
	field = "confidentiality_level"
	# Another one may have raised it since this transaction began.
	before = new.get(field) if new else frappe.db.get_value(doctype, name, field, for_update=True)
	rules = policy.current()
	if not before or rules.rank(before) < rules.rank(level):
		if new:  # it is not cached yet
			# nosemgrep: frappe-sql-format-injection (a DocType with levels; values are bound)
			frappe.db.sql(f"update `tab{doctype}` set `{field}` = %s where `name` = %s", (level, name))
		else:
			set_level(doctype, name, level)
		record_change(doctype, name, before, level)
		return not new
	return False


def set_level(doctype: str, name: str, level: str) -> None:
	"""Write the level and apply it to what already exists: lapsed shares and follows end, files become private,
	other documents no longer show its title, nor copies of its fields; also to what was deleted.

	:raises frappe.DoesNotExistError: the level does not exist
	"""
	_set_on_live(doctype, name, level)
	copied_fields.withdraw_from_deleted(doctype, name)
	deleted_content.raise_about(doctype, name)


def _set_on_live(doctype: str, name: str, level: str) -> None:
	from client_comms.enforcement import private_files, sharing  # these check documents themselves

	validation.require_exists("Confidentiality Level", level)
	frappe.db.set_value(doctype, name, "confidentiality_level", level, update_modified=False)
	sharing.end_lapsed(doctype, name)
	sharing.end_lapsed_when_committed(doctype, name)
	private_files.make_private(doctype, name)
	link_titles.withdraw(doctype, name)
	copied_fields.withdraw(doctype, name)
	client_names.settle(doctype, name)


@transactions.again_if_undone
def backfill_levels(doctype: str, chunk: int = 500) -> None:
	"""Give documents without a level the strictest level of the interactions about them. Repeatable; commits
	in chunks.

	:param chunk: documents in a chunk, each with all interactions about it
	"""
	places.note_existing()
	rules = policy.current()
	last = ""
	while names := frappe.get_all(
		doctype,
		[["name", ">", last], ["confidentiality_level", "is", "not set"]],
		pluck="name",
		order_by="name asc",
		limit=chunk,
	):
		for name, found in former_names.levels_about(doctype, names).items():
			if level := rules.strictest_of(*found):
				_set_on_live(doctype, name, level)
		# nosemgrep: frappe-manual-commit (a job of its own; a killed one goes on where it stopped)
		frappe.db.commit()
		last = names[-1]
	client_names.settle_all()  # those that have kept a level from before
	# Once for all: what was deleted is looked through as text.
	copied_fields.withdraw_from_all_deleted()
	deleted_content.keep_levels()


def record_change(doctype: str, name: str, before: str | None, after: str, reason: str | None = None) -> None:
	"""Record that a level was raised or lowered; setting the first level of a record is neither."""
	if not before or before == after:
		return
	rules = policy.current()
	action = ledger.LEVEL_LOWERED if rules.rank(after) < rules.rank(before) else ledger.LEVEL_RAISED
	ledger.record(
		action,
		doctype,
		name,
		after,
		reason=reason or f"{before} → {after}",
		state={"confidentiality_level": after},
	)


def follow_settings(doc, method=None) -> None:
	"""`on_update` of Client Comms Settings: newly governed documents take the level of the interactions
	about them."""
	before = doc.get_doc_before_save()
	for doctype, setting in documents.SETTING.items():
		if doc.get(setting) and not (before and before.get(setting)):
			frappe.enqueue(backfill_levels, queue="long", enqueue_after_commit=True, doctype=doctype)
