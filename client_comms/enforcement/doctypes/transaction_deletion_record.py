"""ERPNext's tool that deletes all transactions of a company (P-2, R-3). It deletes rows with SQL, without asking who can read
or must keep them."""

import frappe
from frappe import _

from client_comms.enforcement import guards, legal_holds, refusals
from client_comms.exceptions import ClearanceMissingError, LegalHoldError
from client_comms.i18n import bold


class GuardedTransactionDeletionRecord:
	"""Keeps this app's records, which are evidence. Issues, Leads and Opportunities can be deleted by users with access to
	everything, while there is no Legal Hold."""

	def validate(self):
		super().validate()
		if guards.is_restricted():
			frappe.throw(
				_("This deletes every record of the company, including confidential ones.")
				+ "<br>"
				+ refusals.without_every_clearance(),
				exc=ClearanceMissingError,
				title=_("Clearance Missing"),
			)
		_require_no_hold()

	def delete_company_transactions(self):
		_require_no_hold()  # a hold can be placed between the form and the job
		return super().delete_company_transactions()

	def populate_doctypes_table(self, tables, doctype, *args):
		"""The only way to the list of what is deleted, in both versions."""
		if not guards.is_own(doctype):
			return super().populate_doctypes_table(tables, doctype, *args)


def _require_no_hold() -> None:
	if holds := legal_holds.active():
		names = ", ".join(sorted(bold(hold.name) for hold in holds.values()))
		frappe.throw(
			_("Nothing is deleted while these legal holds are active: {0}.").format(names)
			+ " "
			+ _("A Compliance Officer can release it."),
			exc=LegalHoldError,
			title=_("Legal Hold"),
		)
