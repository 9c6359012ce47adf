"""Plans, does and finishes the erasure of a client (P-2): every place, what happens to it, and what law or hold keeps."""

from collections.abc import Iterator

import frappe
from frappe import _

from client_comms import transactions
from client_comms.client_privacy.doctype.data_subject_request.data_subject_request import (
	OPEN,
	REFUSED,
)
from client_comms.client_privacy.erasure import records, runs
from client_comms.client_privacy.requests import (
	answering,
	data_map,
	erased_tags,
	erased_texts,
	gone_names,
	late_arrivals,
	queued_emails,
	sealed,
	subjects,
)
from client_comms.enforcement import legal_holds, restrictions
from client_comms.exceptions import ActionNotPossibleError, RecordIsKeptError
from client_comms.i18n import bold
from client_comms.rules.messages import _ as N_
from client_comms.rules.retention import ANONYMISE, DELETE, KEEP, MASK

REQUEST = "Data Subject Request"
_CLIENTS = ("Contact", "Lead", "Prospect", "Supplier", "Customer")  # and those who speak for them
_PAPER, _QUEUE = "Physical File", "Email Queue"
_NOT_MAPPED = N_("Not in the data map: decide by hand")
_FIRST, _RECORDS, _OTHERS, _MASTERS, _LAST, _SHARED = -1, 0, 3, 5, 6, 9  # steps


def plan(run) -> None:
	"""The planner of a run for a request; what is in its plan already is to be gone before."""
	request = frappe.get_doc(REQUEST, run.request)
	earlier = sealed.of(run.name)
	subject = subjects.of_request(request, earlier.get("markers", ()))
	sought = _sought(subject, earlier.get("records", {}))
	sealed.put(run.name, markers=subject.markers, records=sought)
	runs.add_items(run.name, _emails(subject))
	kept_parties: dict[str, str] = {}
	for entry in data_map.entries():
		names = data_map.rows(entry.doctype, subject)
		runs.add_items(run.name, _items(entry, names, subject))
		if names and entry.erasure == MASK:
			kept_parties.update(
				dict.fromkeys(("Customer", "Supplier"), _("Its accounting documents must stay"))
			)
	for doctype in ("Customer", "Supplier", "Lead", "Prospect"):
		for other, names in data_map.unmapped_links(doctype, subject.records.get(doctype, ())):
			why = _(_NOT_MAPPED)
			runs.add_items(run.name, [runs.item(other, name, KEEP, why) for name in names])
			kept_parties[doctype] = _("{0} refers to it").format(_(other))
	runs.add_items(run.name, _paper(request))
	runs.add_items(run.name, _masters(subject, kept_parties))
	runs.add_items(run.name, _shared(subject))


def approve(run, answer: str | None, otherwise: str | None) -> None:
	"""Whether the client still wants it and is who they say, and what they are told when it is done.

	:param answer: what they are told; not needed if the request was answered before
	:param otherwise: as in `DataSubjectRequest.close`
	:raises ActionNotPossibleError: it was refused, the client's identity is no longer confirmed, the use of their data is restricted, or see
	    `answering.agree`
	"""
	request = transactions.locked(REQUEST, run.request)
	request.check_permission("write")
	if request.status == REFUSED:
		frappe.throw(
			_("Request {0} was refused, so nothing is erased. Discard this run.").format(bold(request.name)),
			exc=ActionNotPossibleError,
			title=_("Request Was Refused"),
		)
	request.require_identity()
	require_unrestricted(request)
	if request.status == OPEN:
		answering.agree(run, request, answer, otherwise)


def require_unrestricted(request) -> None:
	"""While the use of the client's data is restricted, a run would keep all of it, and the request would be answered all the same.

	:raises ActionNotPossibleError: it is
	"""
	found = restrictions.of((request.party_type, request.party), ("Contact", request.contact))
	if found:
		frappe.throw(
			_(
				"The use of this client's data is restricted ({0}), so every record is kept unchanged. Announce that the restriction will be lifted, lift it, and then erase; or tell the client with Answer or Refuse in {1} why the data stay."
			).format(bold(found.name), bold(request.name)),
			exc=ActionNotPossibleError,
			title=_("Use of Data Is Restricted"),
			primary_action=restrictions.next_step(found, request.doctype, request.name),
		)


def begin(run) -> None:
	"""Before the first record: what happened since the plan is planned as well.

	:raises ActionNotPossibleError: an email about the request could not be sent yet, which would go with the rest of the queue; or a
	    hold keeps what was to go when the run was approved
	"""
	answering.send_waiting(run.request)
	answering.require_as_planned(run)
	before = {(row.reference_doctype, row.reference_name): row.action for row in _stored_items(run.name)}
	frappe.db.delete(runs.ITEM, {"run": run.name})
	plan(run)
	planned = set()
	for row in _stored_items(run.name):
		planned.add((row.reference_doctype, row.reference_name))
		if (row.reference_doctype, row.reference_name) not in before:
			frappe.db.set_value(runs.ITEM, row.name, "reason", _late(row.reason), update_modified=False)
	left = [each for each, action in before.items() if action != KEEP and each not in planned]
	runs.add_items(run.name, [runs.item(*each, KEEP, _why_left(each[0])) for each in left if _exists(*each)])
	sealed.put(run.name, kept=frappe.db.count(runs.ITEM, {"run": run.name, "state": runs.ITEM_KEPT}))


def before_step(run, step: int) -> None:
	"""The client is told when all else is done, and before the own records go, because the address goes with those."""
	if step >= _MASTERS:
		answering.tell(run)


def add_late(run) -> bool:
	"""After the last record: what came while the run went on, such as a message of the client, is added; whether there was anything."""
	secret = sealed.of(run.name)
	if not secret:
		return False
	records_of = {doctype: tuple(names) for doctype, names in secret["records"].items()}
	addresses = tuple(subjects.addresses_among(secret["markers"]))
	new = subjects.come_since(run.creation, records_of, addresses)
	for doctype, names in new.records.items():
		records_of[doctype] = (*records_of.get(doctype, ()), *names)
	if new.records:
		markers = sorted({*secret["markers"], *new.markers})
		sealed.put(run.name, markers=markers, records=records_of)
	subject = subjects.Subject(records_of, addresses, ())
	known = {(row.reference_doctype, row.reference_name) for row in _stored_items(run.name)}
	found = [
		each for each in _emails(subject) if (each["reference_doctype"], each["reference_name"]) not in known
	]
	found += _masters(new, {})
	for entry in data_map.entries():
		names = late_arrivals.rows(entry, subject, secret["markers"], run.creation)
		found += _items(entry, [each for each in names if (entry.doctype, each) not in known], subject)
	items = [{**item, "reason": _late(item["reason"])} for item in found]
	runs.add_items(run.name, items)
	return bool(items)


def _stored_items(run: str) -> list:
	fields = ["name", "reference_doctype", "reference_name", "action", "reason"]
	return frappe.get_all(runs.ITEM, {"run": run}, fields, order_by="name asc")


def _late(reason: str) -> str:
	return f"{reason} ({_('it came after the plan')})"


def _why_left(doctype: str) -> str:
	if doctype not in data_map.mapped():
		return _(_NOT_MAPPED)
	return _("It was changed after the plan, and is no longer about the client")


def _exists(doctype: str, name: str) -> bool:
	return bool(frappe.db.table_exists(doctype) and frappe.db.exists(doctype, name))


def _items(entry: data_map.Entry, names: list[str], subject: subjects.Subject) -> Iterator[dict]:
	held = legal_holds.of_each(entry.doctype, names)
	others = set()
	if entry.erasure != MASK:
		others = data_map.of_others(entry.doctype, names, subject) | data_map.shared(
			entry.doctype, names, subject
		)
	actions = _actions(entry, names)
	for name in names:
		if hold := held.get(name):
			yield runs.item(entry.doctype, name, KEEP, legal_holds.stored_sentence(hold))
		elif name in others:
			why = _("Belongs to another client: only this client's addresses, numbers, names and links go")
			yield runs.item(entry.doctype, name, MASK, why, _OTHERS)
		else:
			yield runs.item(entry.doctype, name, actions[name], data_map.reason(entry))


def _actions(entry: data_map.Entry, names: list[str]) -> dict[str, str]:
	"""Name → action; what levels say is read once."""
	if entry.erasure != data_map.BY_LEVEL:
		return dict.fromkeys(names, entry.erasure)
	levels = dict(frappe.get_all("Confidentiality Level", fields=["name", "retention_action"], as_list=True))
	rows = frappe.get_all(
		entry.doctype, {"name": ("in", [*names, ""])}, ["name", "confidentiality_level"], order_by=None
	)
	return {row.name: levels.get(row.confidentiality_level) or ANONYMISE for row in rows}


def _emails(subject: subjects.Subject) -> Iterator[dict]:
	yield from (runs.item(*each, _FIRST) for each in queued_emails.planned(subject))


def _paper(request) -> Iterator[dict]:
	about = {"party_type": request.party_type, "party": request.party}
	for name in (
		[] if request.contact_only else frappe.get_all(_PAPER, about, pluck="name", order_by="name asc")
	):
		yield runs.item(_PAPER, name, KEEP, _("Paper: have the custodian destroy it"))


def _masters(subject: subjects.Subject, kept_parties: dict[str, str]) -> Iterator[dict]:
	for doctype in data_map.MASTERS:
		names = subject.records.get(doctype, ())
		held = legal_holds.of_each(doctype, names)
		for name in names:
			step = _LAST if doctype in kept_parties or doctype == "Customer" else _MASTERS
			if hold := held.get(name):
				yield runs.item(doctype, name, KEEP, legal_holds.stored_sentence(hold), step)
			elif doctype in kept_parties:
				yield runs.item(doctype, name, MASK, kept_parties[doctype], step)
			else:
				yield runs.item(doctype, name, DELETE, _("The client's own record"), step)


def _shared(subject: subjects.Subject) -> Iterator[dict]:
	"""What has a name, address or number of the client as well: it is not replaced, because it may mean the other one."""
	for text, (doctype, name) in sorted(subject.shared_names.items()):
		said = _("It has {0} as well, so this text is left everywhere")
		if doctype in _CLIENTS:
			said = _(
				"It has {0} as well, so it stays, and so does this text everywhere. If it is the same person, enter a request for it too."
			)
		why = said.format(text)
		yield runs.item(doctype, name, KEEP, why, _SHARED)
	for login, contact in subject.logins_of_others.items():
		why = _(
			"Contact {0} logs in with it as well: disable it by hand if it is this client's alone"
		).format(contact)
		yield runs.item("User", login, KEEP, why, _SHARED)


def mask(doctype: str, names: list[str]) -> None:
	"""Empty the fields that need not be kept, in documents that the law keeps."""
	if doctype in data_map.MASTERS:
		records.anonymise(doctype, names, keep=(*data_map.KEPT_OF_MASTER, "title"))
		return
	entry = next((each for each in data_map.entries() if each.doctype == doctype), None)
	if entry is None:  # an app took it out after the plan
		raise RecordIsKeptError(_(_NOT_MAPPED))
	values = {field: None for field in entry.masked if frappe.get_meta(doctype).has_field(field)}
	if values:
		frappe.db.set_value(doctype, {"name": ("in", names)}, values, update_modified=False)


def finish(run) -> bool:
	"""Before the certificate: remove the client's addresses, numbers and names from all other tables, the request and caches.

	:returns: False if something of the client came meanwhile, which is to be erased first; then this is to be called again
	"""
	secret = sealed.of(run.name)
	if not secret:
		return True  # done before the run was interrupted
	answering.tell(run)  # whose own records are all kept
	request = frappe.get_doc(REQUEST, run.request)
	secret = gone_names.seal(run.name, secret)
	sought = erased_texts.Sought(secret["markers"], secret["records"])
	kept = _kept(run.name)
	erased_tags.forget(sought, kept)
	left = erased_texts.everywhere(sought, kept)
	if add_late(run):
		return False
	request.forget_client()
	erased_texts.caches(secret["markers"])
	runs.add_items(
		run.name, [runs.item(doctype, name, KEEP, _(reason), _SHARED) for doctype, name, reason in left]
	)
	frappe.db.set_value(runs.RUN, run.name, "secret", None)
	return True


def _kept(run: str) -> erased_texts.Kept:
	"""What must not be touched: held records with all that belongs to them, and documents that the law keeps or that have
	the client's name as well."""
	items = frappe.get_all(
		runs.ITEM,
		{"run": run},
		["name", "reference_doctype", "reference_name", "action", "step"],
		order_by=None,
	)
	stays, held, named = set(), set(), set()
	for item in items:
		if item.step == _OTHERS and item.action == MASK:
			named.add((runs.ITEM, item.name))
		elif item.action in (MASK, KEEP):
			of_client = item.action == KEEP and item.step != _SHARED
			(held if of_client else stays).add((item.reference_doctype, item.reference_name))
			named.add((runs.ITEM, item.name))
	return erased_texts.Kept(frozenset(stays | named), frozenset(held))


def _sought(subject: subjects.Subject, earlier: dict) -> dict[str, list[str]]:
	"""The records to look for once they are gone, by DocType.

	:param earlier: those of an earlier plan; what is gone since then, or has another name, is looked for as well
	"""
	sought = {doctype: list(names) for doctype, names in subject.records.items()}
	for doctype, names in earlier.items():
		sought.setdefault(doctype, []).extend(name for name in names if not _exists(doctype, name))
	return sought
