"""What could not be logged when it arrived: kept, told to the manager role, and open until it is logged (D-1).

A document is stored even when logging it fails, so it must not be forgotten with the Error Log: the report of
what nobody logged lists it, and `retrying` tries it again.
"""

import frappe
from frappe import _
from frappe.utils import strip_html

from client_comms import alerts, clock

FAILURE = "Intake Failure"
REASON_LENGTH = 1000
_SAVEPOINT = "client_comms_failure"


def keep(doc, error: Exception) -> None:
	"""Remember that a document could not be logged; the first one of a day is told to the manager role.

	If even that goes wrong, the Error Log has it: the document itself must be stored.
	"""
	frappe.db.savepoint(_SAVEPOINT)
	try:
		_keep(doc, error)
	except frappe.QueryDeadlockError:
		raise  # the database took back everything, the document too
	except Exception:
		frappe.db.rollback(save_point=_SAVEPOINT)
		frappe.log_error(
			title="A failure of logging could not be kept",
			reference_doctype=doc.doctype,
			reference_name=doc.name,
		)


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


def reason_of(error: Exception) -> str:
	"""The message of what went wrong, without markup; of an error without one, its name."""
	return (strip_html(str(error)) or type(error).__name__)[:REASON_LENGTH]


def forget(doctype: str, name: str) -> None:
	"""The document is logged, or no client matter."""
	frappe.db.delete(FAILURE, {"reference_doctype": doctype, "reference_name": name})


def follow_exemption(doc, method=None) -> None:
	"""`after_insert` of Logging Exemption: what nobody needs to log did not fail."""
	forget(doc.reference_doctype, doc.reference_name)
