import frappe
from frappe import _
from frappe.utils import getdate

from client_comms import clock, roles, validation, written_by_app
from client_comms.document import Document
from client_comms.exceptions import FourEyesError
from client_comms.i18n import bold
from client_comms.policy_frames import GAP

_TEXT = ("policy_title", "body", "document")
_BY_THE_APP = ("announced_on", "approved_by", "approved_on", "last_reminded_on")


class SOPPolicy(Document):
	"""One version of a policy: the procedure itself or a related policy (T-2 to T-4).

	Submitting approves it. Versions of one policy share its title; the one in force is the submitted one with the latest
	`effective_from` up to today.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.sop_communication_type.sop_communication_type import (
			SOPCommunicationType,
		)
		from client_comms.communication_governance.doctype.sop_role.sop_role import SOPRole

		amended_from: DF.Link | None
		announced_on: DF.Date | None
		approved_by: DF.Link | None
		approved_on: DF.Date | None
		attestation_required: DF.Check
		author: DF.Link
		body: DF.TextEditor | None
		change_summary: DF.SmallText
		communication_types: DF.TableMultiSelect[SOPCommunicationType]
		document: DF.Attach | None
		effective_from: DF.Date
		last_reminded_on: DF.Date | None
		next_review_on: DF.Date
		policy_kind: DF.Literal[
			"Procedure",
			"Client Confidentiality",
			"Email and Communication",
			"Data Retention and Privacy",
			"Other",
		]
		policy_owner: DF.Link
		policy_title: DF.Data
		roles: DF.TableMultiSelect[SOPRole]
		version_label: DF.Data
	# end: auto-generated types

	def onload(self):
		"""For the form of a draft, which tells its authors who approves it."""
		if self.docstatus.is_draft() and not self.is_new():
			self.set_onload("who_submits", self.who_else_approves(self))

	def validate(self):
		written_by_app.keep_fields(self, *_BY_THE_APP)
		self.policy_title = (self.policy_title or "").strip()
		self.validate_text()
		self.validate_dates()

	def before_submit(self):
		self.validate_second_person()
		self.validate_no_placeholders()
		self.validate_day_is_its_own()
		self.approved_by = frappe.session.user
		self.approved_on = clock.now().date()

	def before_update_after_submit(self):
		written_by_app.keep_fields(self, *_BY_THE_APP)
		self.validate_dates()

	def validate_text(self):
		if not validation.plain(self.body) and not self.document:
			frappe.throw(
				_("Enter the text of the policy, or attach a file that contains it."), title=_("Text Missing")
			)

	def validate_dates(self):
		validation.require_filled(self, "effective_from", "next_review_on")
		if getdate(self.next_review_on) <= getdate(self.effective_from):
			frappe.throw(
				_("The next review must be after the policy takes effect on {0}.").format(
					bold(self.get_formatted("effective_from"))
				),
				title=_("Review Too Early"),
			)

	def validate_second_person(self):
		"""Users who wrote or changed a version cannot approve it, even if another author is named (T-4)."""
		if who_html := self.who_else_approves(self.get_doc_before_save()):
			frappe.throw(who_html, exc=FourEyesError, title=_("Second Approver Required"))

	def who_else_approves(self, saved) -> str | None:
		"""Why the session user cannot approve it, and who can, as HTML; None if they can.

		:param saved: the draft as it is stored
		"""
		authors = self.authors(saved)
		if frappe.session.user not in authors:
			return None
		why = _(
			"You wrote or changed this version, and submitting it approves it. Ask someone else to submit it."
		)
		return f"{why} {roles.who_else(*roles.roles_with(self.doctype, 'submit'), besides=authors)}"

	def authors(self, before) -> set[str]:
		"""The named author, and the users who entered the draft or changed it since `before`, also while submitting it."""
		changed = frappe.get_all(
			"Version", {"ref_doctype": self.doctype, "docname": self.name}, pluck="owner"
		)
		is_as_saved = before and all(self.get(field) == before.get(field) for field in _TEXT)
		last = before.modified_by if is_as_saved else frappe.session.user
		return {self.author, self.owner, last, *changed}

	def validate_no_placeholders(self):
		"""The policies that the app ships are frames; their gaps must be filled before the policy can be approved."""
		gaps = [found[0] for found in GAP.finditer(validation.plain(self.body))]
		if gaps:
			frappe.throw(
				_(
					"The text still contains gaps: {0}. Replace each with what applies to your organisation."
				).format(bold(", ".join(dict.fromkeys(gaps)))),
				title=_("Text Incomplete"),
			)

	def validate_day_is_its_own(self):
		"""If two versions took effect on the same day, it would be unclear which is in force (T-4)."""
		if other := frappe.db.get_value(
			self.doctype,
			{
				"policy_title": self.policy_title,
				"effective_from": self.effective_from,
				"docstatus": 1,
				"name": ("!=", self.name),
			},
		):
			frappe.throw(
				_("{0} already takes effect on that day. Choose a later day for this version.").format(
					frappe.utils.get_link_to_form(self.doctype, other)
				),
				title=_("Effective Date Already Used"),
			)

	def revision_history(self) -> list:
		"""For the print; see `history`."""
		return history(self.policy_title)


def history(title: str) -> list:
	"""The approved versions of a policy that the user can read, oldest first: version, date, description, approved by (T-4)."""
	return frappe.get_list(
		"SOP Policy",
		{"policy_title": title, "docstatus": (">", 0)},
		[
			"name",
			"version_label",
			"effective_from",
			"change_summary",
			"approved_by",
			"approved_on",
			"docstatus",
		],
		order_by="effective_from asc, creation asc",
		limit=0,
	)


def on_doctype_update():
	"""The version in force is searched by title and day."""
	frappe.db.add_index("SOP Policy", ["policy_title", "docstatus", "effective_from"], "policy_in_force")
