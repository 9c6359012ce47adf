"""Documents that could not be logged on arrival: recorded, reported to the manager role, and open until they
are logged (D-1).

A document is stored even if logging it fails. The Error Log, which Frappe clears, is not enough to remember it:
the report of unlogged interactions lists it, and `retry` tries it again.
"""

import frappe
from frappe import _
from pypika.terms import Criterion, ExistsCriterion

from client_comms import alerts, clock, transactions
from client_comms.enforcement import renaming, restrictions
from client_comms.i18n import words_to_keep

FAILURE, EXEMPTION = "Intake Failure", "Logging Exemption"
REASON_LENGTH = 1000


def attempt(doc, log):
	"""Log the document. An error must not prevent the document itself from being stored.

	:param log: takes the document; the `log` of one of the adapters
	:returns: the result of `log`; None if it failed, which is recorded
	"""
	title = _("{0} could not be logged as an interaction").format(_(doc.doctype))
	with transactions.part(title, doc.doctype, doc.name) as part, restrictions.logging():
		return log(doc)
	keep(doc, part.error)
	return None


def keep(doc, error: Exception) -> None:
	"""Record that a document could not be logged; the manager role is notified of the first one each day.

	If even that fails, it is only in the Error Log: the document itself must be stored.
	"""
	with transactions.part("A failure of logging could not be kept", doc.doctype, doc.name):
		_keep(doc, error)


def _keep(doc, error: Exception) -> None:
	first = not frappe.db.exists(FAILURE, {"creation": (">=", clock.now().date())})
	failure = frappe.get_doc(
		{
			"doctype": FAILURE,
			"reference_doctype": doc.doctype,
			"reference_name": doc.name,
			"reason": reason_of(error),
		}
	)
	failure.flags.ignore_links = True
	failure.insert(ignore_permissions=True, ignore_if_duplicate=True)
	if first:
		alerts.tell(
			alerts.managers(),
			lambda: _("An incoming document could not be logged as an interaction: see {0}").format(
				_("Unlogged Interactions")
			),
			FAILURE,
			failure.name,
		)


def are_kept(kept: str, doctype: str, table) -> ExistsCriterion:
	"""The condition that a document of the table failed (`FAILURE`), or was set aside by staff (`EXEMPTION`)."""
	row = frappe.qb.DocType(kept)
	about = (row.reference_doctype == doctype) & (row.reference_name == table.name)
	return ExistsCriterion(frappe.qb.from_(row).select(row.name).where(about))


def are_unbound(table) -> Criterion:
	"""The condition that a document of the table belongs to no interaction: an import may have left the field empty, not null."""
	return table.client_interaction.isnull() | (table.client_interaction == "")


def reason_of(error: BaseException) -> str:
	return words_to_keep(error, REASON_LENGTH)


def forget(doctype: str, name: str) -> None:
	"""The document was logged, or set aside."""
	frappe.db.delete(FAILURE, {"reference_doctype": doctype, "reference_name": name})


def follow_exemption(doc, method=None) -> None:
	"""`after_insert` of Logging Exemption: the document need not be logged, so its failure is removed."""
	forget(doc.reference_doctype, doc.reference_name)


def keep_single(doc, method=None, old=None, new=None, merge=False) -> None:
	"""`before_rename` of what can be logged: of two documents that are merged, each may have a failure or an exemption, and the one that
	stays can have one of each. Both reasons stay in it; Frappe would end with an error of the database.
	"""
	if not merge or renaming.is_only_queued():
		return
	for kept in (FAILURE, EXEMPTION):
		mine, theirs = (
			frappe.db.get_value(
				kept,
				{"reference_doctype": doc.doctype, "reference_name": name},
				["name", "reason"],
				as_dict=True,
			)
			for name in (old, new)
		)
		if not (mine and theirs):
			continue
		if mine.reason not in (None, "", theirs.reason):
			reason = "\n".join(filter(None, (theirs.reason, mine.reason)))
			frappe.db.set_value(kept, theirs.name, "reason", reason[: 2 * REASON_LENGTH])
		frappe.db.delete(kept, mine.name)
