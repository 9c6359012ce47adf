"""Computes emailed reports in the name of their user (P-2).

Frappe's scheduler computes Script and Query Reports as Administrator, to whom row conditions do not apply. Of a report on a DocType
that this app does not guard, rows can still name records of one that it does.
"""

import frappe

from client_comms import acting
from client_comms.enforcement import guards, report_files, spreadsheets
from client_comms.enforcement.doctypes import report
from client_comms.outgoing import facts, gate, recipient_kinds


class GuardedAutoEmailReport:
	"""Frappe's Auto Email Report; on records that this app guards, it contains what its `user` would see."""

	def send(self):
		"""Frappe queues it for each recipient separately, so recipients whom the gate refuses are found
		before any is queued."""
		with acting.unattended():
			context = facts.context_of(self.doctype, self.name, what=self.name)
			if context.governed:
				gate.require(context, recipient_kinds.sort_recipients(context, self.email_to.split()))
			super().send()

	def get_report_content(self):
		with report_files.writing():
			content = self._content()
		return content and spreadsheets.harmless(content, self.get_file_name())

	def _content(self):
		about = frappe.get_cached_value("Report", self.report, "ref_doctype")
		if not guards.is_held(about or ""):
			# Who entered or changed it says to whom it is sent, and in whose name.
			with report.for_all_of({frappe.session.user, self.user, self.owner, self.modified_by}):
				return super().get_report_content()
		if self.user == frappe.session.user:
			return super().get_report_content()
		with acting.acting_as(self.user):
			return super().get_report_content()
