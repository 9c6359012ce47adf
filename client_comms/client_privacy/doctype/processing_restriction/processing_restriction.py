from datetime import timedelta

import frappe
from frappe import _
from frappe.utils import cint, cstr, escape_html

from client_comms import alerts, clock, compat, ledger, roles, written_by_app
from client_comms.client_privacy import telling
from client_comms.client_privacy.requests import told
from client_comms.clients import contacts
from client_comms.enforcement import restrictions
from client_comms.exceptions import ActionNotPossibleError
from client_comms.i18n import bold, moment
from client_comms.rules import restriction as rules


class ProcessingRestriction(written_by_app.WrittenByTheApp):
	"""The use of a client's data is restricted until a Compliance Officer lifts it (GDPR Art. 18, P-2).

	It begins with a request whose client's identity is confirmed, and ends after the client has been told.
	"""

	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from client_comms.client_privacy.doctype.restriction_exception.restriction_exception import (
			RestrictionException,
		)

		announced_by: DF.Link | None
		announced_on: DF.Datetime | None
		announced_otherwise: DF.SmallText | None
		announcement: DF.SmallText | None
		contact: DF.Link | None
		contact_only: DF.Check
		exceptions: DF.Table[RestrictionException]
		ground: DF.Literal[
			"Accuracy Contested", "Unlawful Processing", "Needed for Legal Claims", "Objection Pending"
		]
		lift_reason: DF.SmallText | None
		lifted_by: DF.Link | None
		lifted_on: DF.Datetime | None
		naming_series: DF.Literal["PR-.YYYY.-.#####"]
		party: DF.DynamicLink | None
		party_name: DF.Data | None
		party_type: DF.Link | None
		reason: DF.SmallText | None
		request: DF.Link | None
		restricted_by: DF.Link | None
		restricted_on: DF.Datetime | None
		status: DF.Literal["Active", "Lifting Announced", "Lifted"]
	# end: auto-generated types

	def onload(self):
		"""For the dialogs of the form: whether an email can tell the client."""
		if self.status in rules.IN_FORCE:
			telling.show(self, self)

	def validate(self):
		super().validate()
		if self.is_new():
			contacts.set_client(self)
			told.require_not_told(self.on)

	def refuse(self):
		written_by_app.throw_fixed(
			_(
				"Restrictions are evidence, and begin with a client's request. Use Restrict on the request, or the actions of the restriction."
			),
			_("Restriction Cannot Be Changed"),
		)

	def after_insert(self):
		self._record(ledger.RESTRICTION, {"ground": [None, self.ground]})

	def on_update(self):
		restrictions.clear_cache()

	@property
	def on(self) -> tuple[str, str]:
		"""The (DocType, name) of the client or the contact."""
		return ("Contact", self.contact) if cint(self.contact_only) else (self.party_type, self.party)

	# --- actions -------------------------------------------------------------------------------

	def allow(self, user: str, use: str, basis: str, reason: str, hours: int) -> None:
		"""An exception for one user, which the law must permit (GDPR Art. 18(2)).

		:param use: one of `rules.USES`
		:param basis: one of `rules.BASES`
		:raises ActionNotPossibleError: the restriction is lifted, or something is missing or unknown
		"""
		self._require_in_force()
		hours, reason = cint(hours), cstr(reason).strip()
		if use not in rules.USES or basis not in rules.BASES or not reason or not _is_bound(user):
			_refuse(_("Enter who is allowed what, on which legal basis, and why."))
		if not 1 <= hours <= rules.LONGEST_EXCEPTION * 24:
			_refuse(_("An exception lasts from one hour to {0} days.").format(rules.LONGEST_EXCEPTION))
		until = clock.now() + timedelta(hours=hours)
		self.append(
			"exceptions",
			{
				"user": user,
				"allows": use,
				"basis": basis,
				"reason": reason,
				"valid_until": until,
				"granted_by": frappe.session.user,
				"granted_on": clock.now(),
			},
		)
		self.save_by_app()
		self._record(ledger.EXCEPTION, {"user": [None, user], use: [None, f"{basis}: {reason}"]})
		self._tell_allowed(user, use, until)

	def _tell_allowed(self, user: str, use: str, until) -> None:
		"""The user hears what they can do, and until when. A click leads to the client, not to the restriction, which officers alone read."""
		about, link = self.on, None
		if not frappe.has_permission(about[0], "read", doc=about[1], user=user):
			about, link = (self.doctype, self.name), compat.desk_path("owed-today")
		alerts.tell(
			[user],
			lambda: _("Exception from the restricted use of a client's data until {0}: {1}").format(
				moment(until), _(use)
			),
			*about,
			link,
		)

	def announce(self, text: str, otherwise: str | None = None) -> None:
		"""Tell the client that the restriction will be lifted, before it is (GDPR Art. 18(3)).

		:param otherwise: how they were told if not by email, such as a letter and its date; then no email is sent
		:raises ActionNotPossibleError: it is lifted, or the text is missing; or the client gets no emails, and `otherwise` is missing
		"""
		self._require_in_force()
		text, otherwise = cstr(text).strip(), telling.entered(otherwise)
		if not text:
			_refuse(_("Enter what the client is told."))
		self.update(
			{
				"status": rules.ANNOUNCED,
				"announced_by": frappe.session.user,
				"announced_on": clock.now(),
				"announcement": text,
				"announced_otherwise": otherwise,
			}
		)
		self.save_by_app()
		self._record(ledger.LIFTING_ANNOUNCED, {"status": [rules.ACTIVE, rules.ANNOUNCED]})
		telling.tell(
			self,
			lambda: _("The restriction on the use of your data will be lifted"),
			lambda: escape_html(text),
			otherwise,
		)

	def lift(self, reason: str) -> None:
		"""End the restriction; the reason is kept.

		:raises ActionNotPossibleError: the client has not been told before, or the reason is missing
		"""
		self._require_in_force()
		if not rules.may_be_lifted(self.status):
			_refuse(
				_(
					"Tell the client first that the restriction will be lifted (GDPR Art. 18(3)): use Announce."
				)
			)
		if not (reason := cstr(reason).strip()):
			_refuse(_("Enter why the restriction is lifted."))
		before = self.status
		self.update(
			{
				"status": rules.LIFTED,
				"lifted_by": frappe.session.user,
				"lifted_on": clock.now(),
				"lift_reason": reason,
			}
		)
		self.save_by_app()
		self._record(ledger.RESTRICTION_LIFTED, {"status": [before, rules.LIFTED], "reason": [None, reason]})

	def _require_in_force(self):
		if self.status not in rules.IN_FORCE:
			_refuse(_("This restriction is lifted. The client can ask for another one."))

	def _record(self, action: str, changes: dict):
		ledger.record(action, *self.on, None, rule=self.name, changes=changes)


def begin(request, ground: str, reason: str):
	"""Restrict the use of the data of a request's client; returns the restriction.

	:param ground: one of `rules.GROUNDS`
	:raises ActionNotPossibleError: the client's identity is not confirmed, the data is restricted already, or something is missing
	"""
	request.confirm_identity()
	if ground not in rules.GROUNDS or not cstr(reason).strip():
		_refuse(_("Enter the ground and the reason."))
	fields = ("party_type", "party", "contact", "contact_only")
	doc = frappe.new_doc(restrictions.RESTRICTION)
	doc.update({field: request.get(field) for field in fields})
	doc.update(
		{
			"request": request.name,
			"status": rules.ACTIVE,
			"restricted_on": clock.now(),
			"restricted_by": frappe.session.user,
			"ground": ground,
			"reason": cstr(reason).strip(),
		}
	)
	if known := restrictions.active().get(doc.on):
		_refuse(_("The use of this client's data is restricted already: {0}.").format(bold(known.name)))
	doc.flags.by_the_app = True
	doc.insert(ignore_permissions=True)
	# Desks that are open ask for marks in their lists from now on: public/js/restriction.js
	frappe.publish_realtime("client_comms_restricted", after_commit=True)
	return doc


def _is_bound(user: str) -> bool:
	return bool(frappe.db.exists("User", {"name": user, "enabled": 1})) and not roles.is_outside(user)


def _refuse(text: str) -> None:
	frappe.throw(text, exc=ActionNotPossibleError, title=_("Not Possible"))
