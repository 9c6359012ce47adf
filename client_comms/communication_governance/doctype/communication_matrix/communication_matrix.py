import frappe
from frappe import _
from frappe.core.doctype.version.version import get_diff
from frappe.utils import add_years, flt, get_link_to_form, getdate

from client_comms import clock, roles, transactions, validation, written_by_app
from client_comms.communication_governance import matrix as matrices
from client_comms.document import Document
from client_comms.exceptions import FourEyesError
from client_comms.i18n import bold
from client_comms.left_empty import LeavesEmpty

_OF_APPROVAL = ("approved_by", "approved_on", "docstatus")
_BY_THE_APP = ("approved_by", "approved_on", "last_reminded_on")
_FORM = "Submit"  # what the desk's form sends with a document
_LONGEST_DAYS = 1000  # business days, some four years


class CommunicationMatrix(LeavesEmpty, Document):
	"""One version of the matrix: what each communication type requires, who handles it and how confidential it is (M-1).

	A submitted version is never edited; amending it creates the next one (T-4).
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.communication_governance.doctype.communication_matrix_documentation.communication_matrix_documentation import (
			CommunicationMatrixDocumentation,
		)
		from client_comms.communication_governance.doctype.communication_matrix_party.communication_matrix_party import (
			CommunicationMatrixParty,
		)
		from client_comms.communication_governance.doctype.communication_matrix_priority.communication_matrix_priority import (
			CommunicationMatrixPriority,
		)
		from client_comms.communication_governance.doctype.communication_matrix_rule.communication_matrix_rule import (
			CommunicationMatrixRule,
		)

		amended_from: DF.Link | None
		approved_by: DF.Link | None
		approved_on: DF.Date | None
		change_summary: DF.SmallText | None
		company: DF.Link | None
		documentation: DF.Table[CommunicationMatrixDocumentation]
		effective_from: DF.Datetime
		last_reminded_on: DF.Date | None
		next_review_on: DF.Date | None
		parties: DF.Table[CommunicationMatrixParty]
		priorities: DF.Table[CommunicationMatrixPriority]
		reclassify_open: DF.Check
		rules: DF.Table[CommunicationMatrixRule]
		version_label: DF.Data
	# end: auto-generated types

	LEFT_EMPTY = ("company",)

	def onload(self):
		"""For the form of a draft, which tells its authors who approves it."""
		if self.docstatus.is_draft() and not self.is_new():
			self.set_onload("who_submits", self.who_else_approves(self))

	def validate(self):
		self.keep_approval()
		self.validate_rules()
		self.validate_priorities()
		self.validate_days()
		self.validate_tables_name_known_types()
		self.validate_documentation()
		self.validate_parties()
		self.warn_about_parties()

	def before_submit(self):
		"""A version has an approver, an approval date, a description and a day of its next review (T-2, T-4)."""
		self.validate_second_person()
		self.validate_moment_is_its_own()
		self.validate_description()
		if not self.flags.shipped:
			self.approved_by, self.approved_on = frappe.session.user, clock.now().date()
		self.set_review()
		self.validate_what_arrives()

	def before_update_after_submit(self):
		self.keep_approval()
		validation.require_filled(self, "next_review_on")
		self.validate_review()

	def on_cancel(self):
		self.warn_if_none_is_left()

	def keep_approval(self):
		"""Submitting approves a version, and who submits it is who approved it, whatever a request says (T-4)."""
		if not self.flags.shipped:
			written_by_app.keep_fields(self, *_BY_THE_APP)

	def set_review(self):
		"""A year ahead; also where a version that is copied, to take effect later, still has the day of the one that it replaces."""
		begins = getdate(self.effective_from)
		if not self.next_review_on or getdate(self.next_review_on) <= begins:
			self.next_review_on = add_years(max(begins, clock.now().date()), 1)

	def validate_description(self):
		"""A version that replaces another says what it changes (T-4); programs that submit one are not asked."""
		if not transactions.is_request() or frappe.form_dict.get("action") != _FORM:
			return
		replaced = self.amended_from or matrices.in_force(self.company, self.effective_from)
		if replaced and not validation.plain(self.change_summary).strip():
			frappe.throw(
				_("This version replaces {0}. Enter in {1} what it changes, then submit it.").format(
					get_link_to_form(self.doctype, replaced), bold(_(self.meta.get_label("change_summary")))
				),
				title=_("Change Summary Missing"),
			)

	def validate_review(self):
		if getdate(self.next_review_on) <= getdate(self.effective_from):
			frappe.throw(
				_(
					"The next review must be after the version takes effect on {0}. Choose a later day."
				).format(bold(self.get_formatted("effective_from"))),
				title=_("Review Too Early"),
			)

	def validate_second_person(self):
		"""Who wrote a version cannot bring it into force alone (M-1, T-4)."""
		if not self.flags.shipped and (who_html := self.who_else_approves(self.get_doc_before_save())):
			frappe.throw(who_html, exc=FourEyesError, title=_("Second Person Required"))

	def who_else_approves(self, saved) -> str | None:
		"""Why the session user cannot approve it, and who can, as HTML; None if they can.

		:param saved: the draft as it is stored
		"""
		authors = self.authors(saved)
		needs_another = frappe.get_cached_doc("Client Comms Settings").four_eyes_on_matrix
		if not needs_another or frappe.session.user not in authors:
			return None
		why_html = _("You wrote or changed this version, so someone else must submit it.")
		return f"{why_html} {roles.who_else(*roles.roles_with(self.doctype, 'submit'), besides=authors)}"

	def authors(self, before) -> set[str]:
		"""The users who wrote the draft or changed it since `before`, also while submitting it."""
		changed = frappe.get_all(
			"Version", {"ref_doctype": self.doctype, "docname": self.name}, pluck="owner"
		)
		last = before.modified_by if before and not self.differs_from(before) else frappe.session.user
		return {self.owner, last, *changed}

	def differs_from(self, saved) -> bool:
		"""Whether it says anything else than the draft that was saved; the approval itself does not count."""
		found = get_diff(saved, self)
		if not found:
			return False
		fields = [change for change in found.changed if change[0] not in _OF_APPROVAL]
		rows = [change for *_row, changes in found.row_changed for change in changes]
		# A form sends an empty text where nothing is stored.
		is_changed = any(was or now for _field, was, now in (*fields, *rows))
		return is_changed or bool(found.added or found.removed)

	def validate_what_arrives(self):
		"""The version needs a rule for every type that arrives automatically: without one, documents could
		not be logged (D-1)."""
		settings = frappe.get_cached_doc("Client Comms Settings")
		if missing := matrices.without_rule(self, matrices.types_that_arrive(settings)):
			frappe.throw(
				_(
					"The source rules in {1} turn documents into {0}, but this version has no rule for it. Add one, or change the source rules first."
				).format(
					bold(", ".join(_(each) for each in missing)),
					bold(_("Client Comms Settings")),
				),
				title=_("Rule Missing"),
			)

	def warn_if_none_is_left(self):
		"""Amending starts with cancelling; until the amended version is submitted, nothing can be logged."""
		if matrices.in_force(self.company, clock.now()):
			return
		frappe.msgprint(
			_(
				"No communication matrix is in force for {0} now. Incoming documents cannot be logged until you submit one: amend this version or create a new one. They will be logged then."
			).format(bold(self.company or _("all companies"))),
			title=_("No Communication Matrix"),
			indicator="orange",
		)

	def validate_moment_is_its_own(self):
		"""If two versions took effect at the same time, it would be unclear which is in force (T-4)."""
		other = frappe.db.get_value(
			self.doctype,
			{
				"docstatus": 1,
				"effective_from": self.effective_from,
				"company": self.company or ("is", "not set"),
				"name": ("!=", self.name),
			},
		)
		if other:
			frappe.throw(
				_("{0} already takes effect at that time. Choose a later time for this version.").format(
					get_link_to_form(self.doctype, other)
				),
				title=_("Effective Date Already Used"),
			)

	def validate_rules(self):
		seen = set()
		for row in self.rules:
			if row.communication_type in seen:
				frappe.throw(
					_("Row {0}: {1} already has a rule. Each communication type can have only one.").format(
						row.idx, bold(_(row.communication_type))
					),
					title=_("Duplicate Communication Type"),
				)
			seen.add(row.communication_type)

	def validate_priorities(self):
		seen = set()
		for row in self.priorities:
			if (row.communication_type, row.priority) in seen:
				frappe.throw(
					_(
						"Deadlines by Priority, row {0}: {1} already has deadlines for {2}. Remove one of the rows."
					).format(row.idx, bold(_(row.communication_type)), bold(_(row.priority))),
					title=_("Duplicate Priority"),
				)
			seen.add((row.communication_type, row.priority))

	def validate_days(self):
		days = (0, _LONGEST_DAYS)
		for row in [*self.rules, *self.priorities]:
			validation.require_in_range(row, {"acknowledge_within_days": days, "respond_within_days": days})
			if row.respond_within_days and flt(row.acknowledge_within_days) > row.respond_within_days:
				frappe.throw(
					_(
						"{0}, row {1}: {2} would be acknowledged after it is answered. Allow fewer days for the acknowledgement."
					).format(self.meta.get_label(row.parentfield), row.idx, bold(_(row.communication_type))),
					title=_("Acknowledgement After Answer"),
				)

	def validate_tables_name_known_types(self):
		types = {row.communication_type for row in self.rules}
		for row in [*self.documentation, *self.parties, *self.priorities]:
			if row.communication_type not in types:
				frappe.throw(
					_("{0}, row {1}: {2} has no rule in this version. Add one first.").format(
						self.meta.get_label(row.parentfield), row.idx, bold(_(row.communication_type))
					),
					title=_("Communication Type Without a Rule"),
				)

	def validate_documentation(self):
		seen = set()
		for row in self.documentation:
			key = (row.communication_type, row.documentation_method, row.channel or None)
			if key in seen:
				frappe.throw(
					_("{0}, row {1}: {2} is already required for {3}. Remove one of the rows.").format(
						_(self.meta.get_label("documentation")),
						row.idx,
						bold(_(row.documentation_method)),
						bold(_(row.communication_type)),
					),
					title=_("Duplicate Documentation"),
				)
			seen.add(key)

	def validate_parties(self):
		"""Every type has a responsible party (M-1, F-2)."""
		for row in self.parties:
			if row.party == "Role" and not row.role:
				frappe.throw(
					_("Row {0}: choose the role that is responsible for {1}.").format(
						row.idx, bold(_(row.communication_type))
					),
					title=_("Role Missing"),
				)
		owned = {row.communication_type for row in self.parties}
		if orphans := [row.communication_type for row in self.rules if row.communication_type not in owned]:
			frappe.throw(
				_("{0} has no responsible party. Add one.").format(bold(", ".join(_(o) for o in orphans))),
				title=_("Responsible Party Missing"),
			)

	def warn_about_parties(self):
		"""A responsible role needs a clearance for the level of its type, and permission for interactions: without, the manager role gets
		everything (M-1, F-2)."""
		if self.flags.shipped:
			return
		levels = {row.communication_type: row.confidentiality_level for row in self.rules}
		cleared = {
			(row.parent, row.role)
			for row in frappe.get_all(
				"Level Clearance",
				{"parenttype": "Confidentiality Level", "can_read": 1},
				["parent", "role"],
				order_by=None,
			)
		}
		permitted = {row.role for row in frappe.get_meta("Client Interaction").permissions if row.read}
		found = []
		for row in self.parties:
			level = levels.get(row.communication_type)
			if row.party != "Role" or not (row.role and level):
				continue
			if (level, row.role) not in cleared:
				told = _("{0} is responsible for {1}, but has no clearance for {2}. Add a row to that level.")
				found.append(told.format(bold(_(row.role)), bold(_(row.communication_type)), bold(_(level))))
			elif row.role not in permitted:
				told = _(
					"{0} is responsible for {1}, but has no permission for Client Interaction. Add it in the Role Permissions Manager."
				)
				found.append(told.format(bold(_(row.role)), bold(_(row.communication_type))))
		if found:
			frappe.msgprint(
				"<br>".join(
					[*found, _("Until then, the manager role of the settings gets these interactions.")]
				),
				title=_("Responsible Role Without Access"),
				indicator="orange",
			)
