"""What the census asks about, and as whom: hidden records, logins without clearance, and documents of their own."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import frappe
from frappe.utils import now

from client_comms import procedure
from client_comms.enforcement import documents, governed
from client_comms.leak_check import bait
from client_comms.leak_check.visitor import Visitor
from client_comms.rules import access

INTERACTION = bait.INTERACTION
ADMINISTRATOR, GUEST = "Administrator", "Guest"
# A login of each kind, by its roles. None is cleared for the strictest level.
ROLES = {
	"Sales User": ("Sales User",),
	"Support Team": ("Support Team",),
	"Frontline Staff": (procedure.FRONTLINE_STAFF,),
	"System Manager": ("System Manager",),
	"Compliance Officer": (procedure.COMPLIANCE_OFFICER,),
	"Everything but clearance": (
		procedure.FRONTLINE_STAFF,
		"System Manager",
		"Sales User",
		"Sales Manager",
		"Support Team",
		"Report Manager",
		"Website Manager",
		"Newsletter Manager",
		"Accounts Manager",
		"Accounts User",
		"Employee",
		"HR Manager",
		"HR User",
		"Item Manager",
		"Manufacturing Manager",
		"Manufacturing User",
		"Projects Manager",
		"Projects User",
		"Purchase Manager",
		"Purchase User",
		"Quality Manager",
		"Sales Master Manager",
		"Stock Manager",
		"Stock User",
	),
}
CLIENT = "Client of the portal"
READING = f"{bait.MARK} reader"  # the role of the next
READER = "Cleared to read only"  # and neither to print nor to export, email, share or change
# The bait's own labels for documents that are not the first of their DocType.
_LABELS = {
	"Message of Lead": "Communication",
	"Message of Issue": "Communication",
	"Email of Message": "Email Queue",
}
_DELETED = "Deleted "


@dataclass(frozen=True)
class Target:
	"""A document whose text must not come back."""

	doctype: str
	name: str
	label: str = ""  # of those with the same DocType


@dataclass
class Scene:
	planted: bait.Planted
	hidden: bait.Bait
	own: dict[str, str] = field(default_factory=dict)  # DocType -> a document of the login's own
	lent: list[tuple[str, str]] = field(default_factory=list)  # DocType and name of documents lent to methods
	owner: str = ""  # of the first `given` of these
	given: int = 0
	logins: dict[str, str] = field(default_factory=dict)  # kind -> user
	cleared: list[str] = field(default_factory=list)  # kinds that the rule lets read the hidden record

	@property
	def word(self) -> str:
		return self.hidden.word

	@property
	def absent(self) -> str:
		"""A word of the same length that no text contains."""
		return self.word[:-1] + "x"

	def targets(self) -> list[Target]:
		found = [Target(INTERACTION, self.hidden.name, INTERACTION)]
		for label, name in self.hidden.names.items():
			doctype = _LABELS.get(label) or ("Deleted Document" if label.startswith(_DELETED) else label)
			found.append(Target(doctype, str(name), label))
		return found

	def labelled(self, *labels: str) -> list[Target]:
		return [each for each in self.targets() if each.label in labels]

	def target(self, doctype: str) -> Target | None:
		return next((each for each in self.targets() if each.doctype == doctype), None)

	def give_own(self, user: str) -> None:
		"""Make the documents of one's own, and those lent, those of `user`. Most calls are of the same login as the last."""
		every = (*self.own.items(), *self.lent)
		for doctype, name in every if user != self.owner else every[self.given :]:
			table = frappe.qb.DocType(doctype)
			frappe.qb.update(table).set(table.owner, user).where(table.name == name).run()
			frappe.clear_document_cache(doctype, name)
		self.owner, self.given = user, len(every)

	def state(self, doctypes: Iterable[str]) -> str:
		"""The hidden rows of these DocTypes, to be compared."""
		rows = {}
		for doctype in sorted(set(doctypes) & {each.doctype for each in self.targets()}):
			names = [each.name for each in self.targets() if each.doctype == doctype]
			table = frappe.qb.DocType(doctype)
			query = frappe.qb.from_(table).select("*").where(table.name.isin(names)).orderby(table.name)
			rows[doctype] = query.run(as_dict=True)
		return json.dumps(rows, default=str)


def prepare(user: str | None = None) -> Scene:
	"""Plant the records and make the logins, in the sandbox; `user`, of the site, becomes one of them."""
	logins = {kind: _user(kind, roles) for kind, roles in ROLES.items()}
	logins[READER] = _user(READER, (*ROLES["Everything but clearance"], _reading_role()))
	logins[CLIENT] = _user(CLIENT, ("Customer",), user_type="Website User")
	_contact(logins[CLIENT])
	_outgoing_mail()
	settings = frappe.get_doc("Client Comms Settings")
	for switch in documents.SETTING.values():
		settings.db_set(switch, 1)
	planted = bait.plant(logins[CLIENT])
	hidden = planted.baits[-1]  # the newest, which was raised to the strictest level
	_hide_everywhere(hidden)
	scene = Scene(planted, hidden, logins={**logins, GUEST: GUEST, **({user: user} if user else {})})
	scene.own = dict(_own(planted))
	for kind, user in list(scene.logins.items()):
		decided = governed.decide(INTERACTION, hidden.name, access.READ, user)
		if kind != READER and decided and decided.allowed:
			scene.cleared.append(kind)
			del scene.logins[kind]
	return scene


def _hide_everywhere(hidden: bait.Bait) -> None:
	"""The Opportunity that the interaction is about has the word in its title, and no level."""
	level = frappe.db.get_value(INTERACTION, hidden.name, "confidentiality_level")
	frappe.db.set_value("Opportunity", f"{hidden.name}-ABOUT", "confidentiality_level", level)


def _user(kind: str, roles: tuple[str, ...], **fields) -> str:
	address = f"{bait.MARK}.{frappe.scrub(kind)}@example.com"
	if not frappe.db.exists("User", address):
		user = frappe.get_doc(
			{
				"doctype": "User",
				"email": address,
				"first_name": kind,
				"send_welcome_email": 0,
				"roles": [{"role": role} for role in roles],
				**fields,
			}
		)
		user.flags.no_welcome_mail = True
		user.insert(ignore_permissions=True)
	return address


def _reading_role() -> str:
	if not frappe.db.exists("Role", READING):
		frappe.get_doc({"doctype": "Role", "role_name": READING}).insert(ignore_permissions=True)
	for name in frappe.get_all("Confidentiality Level", pluck="name"):
		level = frappe.get_doc("Confidentiality Level", name)
		level.append("clearances", {"role": READING, "can_read": 1, "oversight": 1})
		level.save(ignore_permissions=True)
	return READING


def _outgoing_mail() -> None:
	"""An account, without which many methods fail before they do anything. Nothing is sent."""
	if not frappe.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1}):
		account = f"{bait.MARK} account"
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"name": account,
				"email_account_name": account,
				"email_id": f"{bait.MARK}@example.com",
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"no_smtp_authentication": 1,
				"smtp_server": "localhost",
			}
		).db_insert()


def _contact(user: str) -> None:
	if not frappe.db.exists("Contact", {"user": user}):
		frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": CLIENT,
				"user": user,
				"email_ids": [{"email_id": user, "is_primary": 1}],
			}
		).insert(ignore_permissions=True)


def _own(planted: bait.Planted) -> Iterator[tuple[str, str]]:
	text = f"{bait.MARK} own"
	values = {
		"Communication": {
			"communication_type": "Communication",
			"communication_medium": "Other",
			"sent_or_received": "Sent",
			"subject": text,
			"content": text,
		},
		"ToDo": {"description": text, "status": "Open"},
		"Issue": {"subject": text, "status": "Open"},
		"Event": {"subject": text, "starts_on": now(), "event_type": "Private", "status": "Open"},
		"Contact": {"first_name": text},
		"Note": {"title": text},
		"File": {"file_name": f"{text}.txt", "is_private": 1, "file_url": "/private/files/none.txt"},
		"Comment": {"comment_type": "Comment", "content": text},
		"Customer": {"customer_name": text, "customer_type": "Individual"},
		"Report": {
			"report_name": f"{text} report",
			"ref_doctype": "ToDo",
			"report_type": "Report Builder",
			"is_standard": "No",
		},
	}
	for doctype, fields in values.items():
		name = f"{bait.MARK.upper()}-OWN-{frappe.scrub(doctype)}"
		doc = frappe.get_doc(
			{"doctype": doctype, "name": name, "creation": now(), "modified": now(), **fields}
		)
		doc.db_insert()
		yield doctype, name


class Caller(Visitor):
	"""A Visitor of the census: nothing is remembered between requests, and what was called is noted.

	:param after: called after each request
	"""

	def __init__(self, user: str, after: Callable[[], None]):
		super().__init__(user)
		self._after = after
		self.called: set[str] = set()
		self.sent = ""  # all arguments, of which a response may repeat some

	def request(self, verb: str, path: str, arguments: dict, as_json: bool = False):
		prefix = "/api/method/"
		if path.startswith(prefix):
			self.called.add(path.removeprefix(prefix))
		self.sent += json.dumps(arguments, default=str)
		answer = super().request(verb, path, arguments, as_json)
		self._after()
		return answer

	def ask(self, method: str, /, **arguments):
		return self.call(method, **arguments)


class KeptFiles:
	"""The planted files, which are put back after a request deleted or changed them."""

	def __init__(self):
		self._contents: dict[Path, bytes] = {}

	def keep(self, paths: Iterable[Path]) -> None:
		self._contents = {path: path.read_bytes() for path in paths}

	def put_back(self) -> None:
		for path, content in self._contents.items():
			if not path.exists() or path.stat().st_size != len(content):
				path.write_bytes(content)
