"""Checks text messages at the gate before Frappe passes them to the SMS gateway (C-2, P-1, P-3).

Frappe has no hook before sending, so each of its ways to send a text message is wrapped; `notification` wraps that of
Notifications. What another app sends by calling Frappe in Python, such as reminders of appointments, is checked where it reaches the gateway (`reach_gateway`). The gateway is asked at once, so what the register says does not depend on what becomes of the request (`departures`), which may fail
later, such as at the second of two numbers, or be a GET request.
"""

import re
from collections.abc import Callable, Iterable

import frappe

from client_comms import roles
from client_comms.clients import parties
from client_comms.enforcement import guards, internal_recipients
from client_comms.enforcement.compose import call_previous
from client_comms.intake import messages
from client_comms.outgoing import advertising, departures, facts, gate, recipient_kinds, register, restricted

CHANNEL = messages.CHANNELS["SMS"]
_PASSED = "client_comms_numbers_that_passed"


@frappe.whitelist(methods=["POST"])
def send_sms(
	receiver_list: str | list[str],
	msg: str,
	sender_name: str = "",
	success_msg: bool | int | str = True,
	doctype: str | None = None,
	name: str | None = None,
	**others,
):
	"""Frappe's method of the same name, behind the gate.

	:param receiver_list: telephone numbers, as a list or as JSON
	:param doctype: with `name`, the document that the message is about, if there is one
	:raises OutgoingRefusedError: nothing of it is sent
	:raises frappe.PermissionError: the caller has no access to the desk
	:raises ClearanceMissingError: all numbers are of staff who cannot read the document
	:raises ReasonNeededError: a warning requires a reason (`outgoing_reason`)
	"""
	roles.require_desk()
	numbers = frappe.parse_json(receiver_list)
	numbers = numbers if isinstance(numbers, list) else [receiver_list]
	if doctype and name:
		frappe.has_permission(doctype, "email", doc=name, throw=True)
		numbers = internal_recipients.leave_out_of_text(doctype, name, numbers)
	require(numbers, doctype, name)
	return call_previous(
		"frappe.core.doctype.sms_settings.sms_settings.send_sms",
		receiver_list=numbers,
		msg=msg,
		sender_name=sender_name,
		success_msg=success_msg,
		doctype=doctype,
		name=name,
		**others,
	)


_OPEN_LEADS = "All Lead (Open)"


class GuardedSMSCenter:
	"""ERPNext's bulk messages: if a recipient is refused, the message names them and nothing is sent. Who has not consented to advertising is
	left out."""

	@frappe.whitelist()
	def create_receiver_list(self):
		"""ERPNext lists all Leads, also those hidden from the user, and puts the names that it is given into SQL as they are."""
		fields = [df.fieldname for df in self.meta.get_link_fields()]
		given = {field: self.get(field) for field in fields}
		# nosemgrep: frappe-sql-format-injection (this is what escapes them)
		self.update({field: frappe.db.escape(given[field] or "", percent=False)[1:-1] for field in fields})
		try:
			super().create_receiver_list()
		finally:
			self.update(given)
		if self.send_to == _OPEN_LEADS and guards.is_restricted():
			listed = {"status": "Open", "mobile_no": ("is", "set")}
			leads = guards.readable_rows("Lead", ("lead_name", "mobile_no"), listed)
			self.receiver_list = "".join(f"{title} - {number}\n" for _name, title, number in leads)

	def get_receiver_nos(self):
		return advertising.kept(super().get_receiver_nos())

	@frappe.whitelist(methods=["POST"])
	def send_sms(self):
		require(self.get_receiver_nos() if self.message else [])
		if self.message:
			advertising.tell(super().get_receiver_nos())
		return super().send_sms()


def require(numbers: Iterable[str], doctype: str | None = None, name: str | None = None) -> None:
	"""Check the message for each client behind `numbers`, or, if it is about a document, for the document's client; it is sent next.

	:raises OutgoingRefusedError, ReasonNeededError: see `outgoing.require`
	"""
	numbers = [str(number) for number in numbers if number]
	about = facts.context_of(doctype, name, channel=CHANNEL) if doctype and name else None
	if about and (about.governed or about.party):
		contexts, used = {about: numbers}, []
	else:
		contexts, unknown = {}, []
		for number in numbers:
			client = parties.client_of_number(number)
			if not client.party:
				unknown.append(number)
				continue
			context = facts.OutgoingContext(
				client.party_type,
				client.party,
				"",
				CHANNEL,
				level=facts.level_of_type(client.party_type),
				by_type=True,
				party_type=client.party_type,
				party=client.party,
				contact=client.contact,
			)
			contexts.setdefault(context, []).append(number)
		used = restricted.require(unknown)
	passed = []
	for context, addressed in contexts.items():
		recipients = recipient_kinds.sort_numbers(context, addressed)
		passed.append((context, recipients, *gate.require(context, recipients)))
	for each in passed:
		register.register_at_once(*each)
	departures.note([], used)
	frappe.flags[_PASSED] = {*map(_digits, numbers)}


def reach_gateway(send: Callable, arg: dict):
	"""Around what passes a text message to the gateway: those of its numbers that were not checked are now.

	:raises OutgoingRefusedError: nothing of it is sent
	"""
	passed = frappe.flags.pop(_PASSED, set())
	if unchecked := [number for number in arg["receiver_list"] if _digits(number) not in passed]:
		require(unchecked)
		frappe.flags.pop(_PASSED)
	return send(arg)


def _digits(number: str) -> str:
	"""Frappe takes other signs away."""
	return re.sub(r"\D", "", number)
