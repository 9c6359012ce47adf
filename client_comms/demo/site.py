"""Loads the demonstration into a site: two months of Nordlicht Solar, received and handled as they happened.

Every mail passes through Frappe's own intake, and staff actions use the same methods as the desk, as the user
who did it, with the clock set to that time. Levels, deadlines, missed deadlines, notifications and to-dos are
results of the app; none is written here. No mail is sent.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from itertools import count

import frappe
from frappe import _
from frappe.core.doctype.communication.email import make as write_in_desk
from frappe.email.receive import InboundMail
from frappe.model import create_new
from frappe.query_builder.functions import Min
from frappe.utils import add_days, escape_html
from frappe.utils import data as frappe_time

from client_comms import api, clock, procedure, transactions
from client_comms.acting import acting_as
from client_comms.client_interactions.clocks import sweep
from client_comms.communication_governance import calendars, matrix
from client_comms.demo import company, governance, mailbox, privacy, scenario, stories
from client_comms.i18n import words_of
from client_comms.ledger import chaining
from client_comms.rules import documentation

INTERACTION = "Client Interaction"
TYPE_OF_KIND = {
	stories.SERVICE_UPDATE: procedure.SERVICE_UPDATE,
	stories.CLOSURE: procedure.RESOLUTION,
}
MANAGER = scenario.MAREN[1]
SWEEP_EVERY = timedelta(minutes=5)  # as the scheduler does
STEPS_PER_COMMIT = 20
# Where Frappe gets the time for a document's creation and for fields that default to now.
_FRAPPE_CLOCKS = (frappe_time, create_new)

Step = mailbox.MailItem | scenario.Log | scenario.Action


class NotLoadable(Exception):
	"""The demonstration cannot be loaded into this site; the message says what to do, in one line."""


def loaded_anchor() -> date | None:
	"""The last day of the site's demonstration, complete or not; None if there is none."""
	key = mailbox.build(clock.now().date())[0].key
	found = {"message_id": ("like", f"{key}.1.%.example")}
	message_id = frappe.db.get_value("Communication", found, "message_id", order_by="creation asc")
	return message_id and datetime.strptime(message_id.split("@")[0].split(".")[2], "%Y%m%d").date()


def load(anchor: date | None = None, watch: Callable[[list], Iterable] = iter) -> "Demonstration":
	"""Load the missing parts of the demonstration; a second run loads nothing.

	:param anchor: its last day; by default today, or that of the existing demonstration
	:param watch: wraps the list of steps, to show progress
	:raises NotLoadable: there is no company yet, the day is in the future, or a demonstration of another day exists
	"""
	present = loaded_anchor()
	anchor = anchor or present or clock.now().date()
	if not company.name_of():
		raise NotLoadable("This site has no company yet: finish ERPNext's setup wizard first.")
	if anchor > clock.now().date():
		raise NotLoadable(f"{anchor} is still to come: choose today or an earlier day.")
	if present and present != anchor:
		raise NotLoadable(f"The demonstration up to {present} is on this site: leave out --anchor.")
	muted, frappe.flags.mute_emails = frappe.flags.mute_emails, True
	try:
		demonstration = Demonstration(anchor)
		demonstration.play(watch)
		return demonstration
	finally:
		frappe.flags.mute_emails = muted


class Demonstration:
	"""The steps up to the anchor in chronological order, and their documents on the site.

	`done` counts the completed steps; `refused` lists those that the site's own rules did not allow; `users` are
	those that were created, all with `password`.
	"""

	def __init__(self, anchor: date):
		self.anchor = anchor
		self.password = frappe.generate_hash(length=12)
		self.users: list[str] = []
		self.done = 0
		self.refused: list[str] = []
		zone = calendars.default().time_zone
		# Frappe's automatic replies do not create a document.
		mails = [m for m in mailbox.build(anchor, zone) if m.kind != stories.AUTO_ACKNOWLEDGEMENT]
		self.steps: list[Step] = sorted([*mails, *scenario.build(anchor, zone)], key=lambda step: step.at)
		self.openings: dict[str, Step] = {}
		for step in self.steps:
			self.openings.setdefault(step.key, step)

	def interactions(self) -> dict[str, str]:
		"""Key of the conversation -> name of its interaction, if there is one."""
		found = {key: self.interaction(key) for key in self.openings}
		return {key: name for key, name in found.items() if name}

	def interaction(self, key: str) -> str | None:
		opening = self.openings[key]
		if isinstance(opening, scenario.Log):
			found = {"subject": opening.fields["subject"], "occurred_on": clock.to_stored(opening.at)}
			return frappe.db.get_value(INTERACTION, found)
		message = {"message_id": _message_id(opening)}
		return frappe.db.get_value("Communication", message, "client_interaction")

	def play(self, watch: Callable[[list], Iterable]) -> None:
		# What the ledger knows of the site gets its place before the clock is moved back: what waits is placed by its time.
		chaining.chain()
		with _at(clock.to_stored(self.steps[0].at) - timedelta(days=1)):
			self.users = company.make(self.anchor, self.password)
			with acting_as(scenario.INES[1]):
				privacy.approve_templates()
			governance.put_into_force(clock.now().date())
		for step in watch(self.steps):
			if self.is_done(step):
				continue
			at = clock.to_stored(step.at)
			_sweep_until(at)
			with _at(at):
				self.attempt(step)
			frappe.clear_messages()
			if self.done % STEPS_PER_COMMIT == 0:
				# nosemgrep: frappe-manual-commit (a command; what is committed is not done again)
				frappe.db.commit()
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (a command; the last steps)
		_sweep_until(clock.now())
		with _at(clock.to_stored(self.steps[-1].at)):
			governance.review_feedback()
			governance.review_records()

	def attempt(self, step: Step) -> None:
		"""Do the step; a site with a changed matrix, levels or controls may refuse it."""
		with transactions.part(only=(frappe.ValidationError, frappe.PermissionError)) as part:
			self.do(step)
			self.done += 1
		if part.error:
			what = step.does if isinstance(step, scenario.Action) else type(step).__name__
			self.refused.append(f"{step.key}, {what}: {words_of(part.error)}")

	def is_done(self, step: Step) -> bool:
		"""Whether the step was already done on the site."""
		if isinstance(step, mailbox.MailItem):
			return bool(frappe.db.exists("Communication", {"message_id": _message_id(step)}))
		name = self.interaction(step.key)
		if not name or isinstance(step, scenario.Log):
			return bool(name)
		if step.does == scenario.WRITE:
			return bool(frappe.db.exists("Communication", {"message_id": _message_id(step)}))
		if step.does == scenario.ASSIGN:
			item = {"parent": name, "description": step.note}
			return bool(frappe.db.exists("Interaction Action Item", item))
		event = {"parent": name, "event": step.does, "at": clock.to_stored(step.at)}
		return bool(frappe.db.exists("Interaction Event", event))

	def do(self, step: Step) -> None:
		if isinstance(step, scenario.Log):
			with acting_as(step.by[1]):
				_log(step.customer, occurred_on=clock.now(), **step.fields)
		elif isinstance(step, scenario.Action):
			name = self.interaction(step.key)
			if not name:
				frappe.throw(_("This interaction does not exist."))
			doc = frappe.get_doc(INTERACTION, name)
			with acting_as(step.by[1] if step.by else doc.responsible_staff):
				_ACTIONS[step.does](doc, step)
		elif step.direction == mailbox.INBOUND:
			_receive(step)
		else:
			self.send(step)

	def send(self, item: mailbox.MailItem) -> None:
		"""A mail of staff: written in the desk, or in their mail program with the mailbox in copy."""
		message = BytesParser().parsebytes(item.raw)
		author = parseaddr(message["From"])[1]
		name = self.interaction(item.key)
		if not name:
			if item.kind in TYPE_OF_KIND:
				self.begin(item, message, author)
			else:  # the site does not log mail
				_receive(item)
			return
		_take_over(name, author)
		answered, *reference = frappe.db.get_value(
			"Communication",
			{"client_interaction": name},
			["name", "reference_doctype", "reference_name"],
			order_by="communication_date desc",
		)
		if all(_may_email(author, *document) for document in ((INTERACTION, name), reference)):
			with acting_as(author):
				_write(reference, *_content(message), _message_id(item), answered)
				_set_issue(reference, "Replied")
		else:
			_receive(item)

	def begin(self, item: mailbox.MailItem, message: Message, author: str) -> None:
		"""A conversation that the company starts is logged first, then the mail is written from its form."""
		client = parseaddr(message["To"])[1]
		customer = next(name for name, _type, person, _manager in scenario.CUSTOMERS if person[1] == client)
		communication_type = TYPE_OF_KIND[item.kind]
		summary = _text(message).split("\n\n")[1]
		evidence = [
			{"documentation_method": method.name, "note": summary}
			for method in matrix.owed_documentation(
				matrix.in_force(company.name_of(), clock.now()), communication_type, procedure.EMAIL
			)
			if method.evidence == documentation.NOTE
		]
		with acting_as(author):
			name = _log(
				customer,
				communication_type=communication_type,
				channel="Email",
				direction="Outbound",
				occurred_on=clock.now(),
				subject=_subject(message),
				summary=summary,
				evidence=evidence,
			)
			_write((INTERACTION, name), *_content(message), _message_id(item))


def _log(customer: str, **fields) -> str:
	link = {"parenttype": "Contact", "link_doctype": "Customer", "link_name": customer}
	contact = frappe.db.get_value("Dynamic Link", link, "parent", order_by="creation asc")
	return api.log_interaction(
		company=company.name_of(), party_type="Customer", party=customer, contact=contact, **fields
	)["name"]


def _receive(item: mailbox.MailItem) -> None:
	account = frappe.get_doc("Email Account", {"email_id": item.account})
	InboundMail(item.raw, account).process()


def _write(
	reference: tuple[str, str],
	recipient: str,
	subject: str,
	text: str,
	message_id: str,
	in_reply_to: str | None = None,
) -> None:
	"""Write a mail like the desk does, but keep the id to which the client's answer refers. It reached the client."""
	doctype, name = reference
	written = write_in_desk(
		doctype=doctype,
		name=name,
		subject=subject,
		content=escape_html(text.strip()).replace("\n", "<br>"),
		recipients=recipient,
		in_reply_to=in_reply_to,
		send_email=False,
	)
	communication = frappe.get_doc("Communication", written["name"])
	communication.db_set({"message_id": message_id, "delivery_status": "Sent"}, update_modified=False)


def _may_email(user: str, doctype: str, name: str) -> bool:
	return bool(frappe.has_permission(doctype, "email", doc=name, user=user))


def _take_over(name: str, author: str) -> None:
	"""The user who answers becomes responsible, if the matrix allows it: they take it over, or the manager assigns it."""
	doc = frappe.get_doc(INTERACTION, name)
	roles = matrix.responsible_roles(doc.matrix, doc.communication_type)
	if author == doc.responsible_staff or not roles & set(frappe.get_roles(author)):
		return
	may_take = frappe.has_permission(INTERACTION, "write", doc=name, user=author)
	with acting_as(author if may_take else MANAGER):
		doc.responsible_staff = author
		doc.save()


def _assign(doc, action: scenario.Action) -> None:
	item = {
		"description": action.note,
		"assigned_to": action.to[1],
		"due_on": add_days(clock.now(), 3).date(),
	}
	doc.append("action_items", {**item, "status": "Open"})
	doc.save()


def _close(doc, action: scenario.Action) -> None:
	"""Attach the document that the matrix requires, such as the issue of a complaint, and close."""
	owed = {m.name: m for m in matrix.owed_documentation(doc.matrix, doc.communication_type, doc.channel)}
	for missing in doc.missing_documentation():
		if owed[missing.method].evidence == documentation.DOCUMENT:
			shown = {"reference_doctype": doc.reference_doctype, "reference_name": doc.reference_name}
			doc.append("evidence", {"documentation_method": missing.method, **shown})
			doc.save()
	api.close(doc.name)
	_set_issue((doc.reference_doctype, doc.reference_name), "Closed")


def _set_issue(reference: tuple[str, str], status: str) -> None:
	"""Set the status of an issue, which ERPNext leaves to its users."""
	if reference[0] == "Issue" and frappe.has_permission("Issue", "write", doc=reference[1]):
		issue = frappe.get_doc(*reference)
		issue.status = status
		issue.save()


def _write_to_client(doc, action: scenario.Action) -> None:
	address = frappe.db.get_value("Contact", doc.contact, "email_id")
	_write((INTERACTION, doc.name), address, f"Re: {doc.subject}", action.note, _message_id(action))


_ACTIONS = {
	scenario.ACKNOWLEDGE: lambda doc, action: api.acknowledge(doc.name, action.note),
	scenario.PROMISE: lambda doc, action: api.promise(doc.name, clock.to_stored(action.until), action.note),
	scenario.ANSWER: lambda doc, action: api.answer(doc.name, action.note),
	scenario.PAUSE: lambda doc, action: api.pause(doc.name, action.note),
	scenario.RESUME: lambda doc, action: api.resume(doc.name),
	scenario.REOPEN: lambda doc, action: api.reopen(doc.name, action.note),
	scenario.CLOSE: _close,
	scenario.ASSIGN: _assign,
	scenario.WRITE: _write_to_client,
}


def _sweep_until(end: datetime) -> None:
	"""Run the sweep at the times at which something was due, up to `end` (as stored)."""
	table = frappe.qb.DocType(INTERACTION)
	earliest = frappe.qb.from_(table).select(Min(table.next_check_at))
	run = None
	while (due := earliest.run()[0][0]) and due < end:
		missed = due.replace(minute=due.minute // 5 * 5, second=0) + SWEEP_EVERY
		# The next run continues what a run could not finish.
		run = max(missed, run + SWEEP_EVERY) if run else missed
		if run > end:
			return
		with _at(run):
			sweep.run()


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
	"""Set the time of the app and of Frappe's own timestamps to `moment` (as stored)."""
	real = frappe_time.now_datetime
	# Frappe distinguishes versions of a document by their microseconds, and misprints less than a tenth of a second.
	ticks = count(100_000)
	frappe.local.new_doc_templates = {}  # values that default to today are stored there
	for module in _FRAPPE_CLOCKS:
		module.now_datetime = lambda: moment + timedelta(microseconds=next(ticks))
	try:
		with clock.moved_to(moment):
			yield
	finally:
		for module in _FRAPPE_CLOCKS:
			module.now_datetime = real


def _message_id(step: Step) -> str:
	"""The id of a mail as Frappe stores it, without brackets."""
	if isinstance(step, mailbox.MailItem):
		return _bare(step.message_id)
	return f"{step.key}.{step.at:%Y%m%d%H%M}@{stories.OWN_DOMAIN}"


def _bare(message_id: str) -> str:
	return message_id.strip("<>")


def _content(message: Message) -> tuple[str, str, str]:
	return parseaddr(message["To"])[1], _subject(message), _text(message)


def _subject(message: Message) -> str:
	return str(make_header(decode_header(message["Subject"])))


def _text(message: Message) -> str:
	return message.get_payload(decode=True).decode().replace("\r\n", "\n")
