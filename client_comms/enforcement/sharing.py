"""Who can be given access to a record through shares, assignments, responsibility or grants (D-5, P-2).

Frappe checks DocShares after all hooks, so a share overrides a denial: it can exist only if its user can read
the record anyway, and must end when they no longer can. The same is true for what else it lets them do.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

import frappe
from frappe import _
from frappe.utils import create_batch

from client_comms import clock, roles, transactions
from client_comms.enforcement import (
	compose,
	dependents,
	documents,
	filed,
	governed,
	guards,
	interactions,
	internal_recipients,
	policy,
	refusals,
)
from client_comms.enforcement.readers import Reader
from client_comms.enforcement.row_conditions import meeting
from client_comms.exceptions import ClearanceMissingError
from client_comms.i18n import bold, name_of, translate
from client_comms.rules import access

INTERACTION = governed.INTERACTION
_SHARE, _FOLLOW = "DocShare", "Document Follow"
_FEW, _AT_ONCE = 20, 1000  # shares or follows that are judged one by one, and in one query
_CHUNK = 100  # of those that are judged one by one daily, between two commits
_CHANGES = {"write": access.WRITE, "submit": access.WRITE}
_RIGHTS = {**_CHANGES, "share": access.SHARE}


def require_clearance(user: str, level: str) -> None:
	"""Refuse a user who could not open the record even by taking part.

	:raises ClearanceMissingError: the level has no clearance row for the user, training is not current, or
	    the user is disabled
	"""
	if not frappe.db.get_value("User", user, "enabled"):
		frappe.throw(
			_("User {0} is disabled. Choose someone else.").format(name_of(user)),
			exc=ClearanceMissingError,
			title=_("User Disabled"),
		)
	decision = clearance(user, level)
	cleared = access.roles_cleared(policy.current(), level, access.READ)
	if decision.allowed or not cleared:
		return _allow(decision, user)
	return _allow(decision, user, roles.who_else(*sorted(cleared), besides=[user]))


def clearance(user: str, level: str) -> access.Decision:
	"""Whether taking part would let the user open a record of the level."""
	return _taking_part(policy.subject(user), level)


def is_cleared(subject: access.Subject, level: str | None) -> bool:
	"""The same for someone whose roles and training are known."""
	return _taking_part(subject, level).allowed


def _taking_part(subject: access.Subject, level: str | None) -> access.Decision:
	record = access.Record(level, None, None, responsible_staff=subject.user)
	return access.decide(subject, record, policy.current(), access.READ, clock.now())


def validate(doc, docshare) -> None:
	"""Accept a share only for users who can read the record anyway, for reasons that do not expire.

	Until it is stored, the level is not raised: who raises it would not see the share, which would outlast it.

	:raises ClearanceMissingError: shared with everyone, or with a user who cannot read the record
	"""
	if docshare.everyone:
		frappe.throw(
			_(
				"An interaction cannot be shared with everyone. Share it with people who have clearance for {0}."
			).format(bold(_(doc.confidentiality_level))),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)
	_lock(doc.doctype, doc.name)
	record = policy.stored_record(doc.name, lasting=True)
	level = policy.current().level(record.level)
	if level and level.require_training:
		frappe.throw(
			_(
				"{0} requires current training, so interactions of this level cannot be shared. Create an Interaction Access Grant instead."
			).format(bold(_(level.name))),
			exc=ClearanceMissingError,
			title=_("Not Shared"),
		)
	_require(record, docshare.user, access.READ)
	if docshare.write or docshare.submit:
		_require(record, docshare.user, access.WRITE)
	if docshare.share:
		_require(record, docshare.user, access.SHARE)


def _lock(doctype: str, name: str) -> None:
	"""
	:raises BusyError: its level was changed after this transaction began, which would judge by the former one
	"""
	transactions.lock(doctype, name)
	seen, latest = (
		frappe.db.get_value(doctype, name, "confidentiality_level", for_update=lock) for lock in (False, True)
	)
	if seen != latest:
		transactions.refuse_as_busy(name)


def _lock_record_of(doctype: str, name: str) -> None:
	record_type, record = dependents.owner_of(doctype, name)
	if record and (interaction := governed.interaction_of(record_type, record)):
		_lock(INTERACTION, interaction)
	elif record and documents.is_governed(record_type):
		_lock(record_type, record)


def refuse_share(doc, method=None) -> None:
	"""Before any DocShare is stored: messages are read through their interaction and cannot be shared
	separately; other governed documents can be shared only with users who can read them, and can do what else the share allows.

	:raises ClearanceMissingError: the share would open a document for which its user has no clearance
	"""
	if doc.share_doctype == governed.COMMUNICATION:
		if interaction := frappe.db.get_value("Communication", doc.share_name, "client_interaction"):
			frappe.throw(
				_("This message belongs to {0}. Give access to the interaction instead.").format(
					bold(interaction)
				),
				exc=ClearanceMissingError,
				title=_("Not Shared"),
			)
	elif doc.share_doctype != INTERACTION:
		_lock_record_of(doc.share_doctype, doc.share_name)  # as in `validate`
		action, refusal = next(_refused(doc.share_doctype, doc.share_name, doc), (None, None))
		if refusal is None:
			return
		who = bold(_("Everyone")) if doc.everyone else name_of(doc.user)
		cannot_read = _("{0} cannot read {1}, which is confidential.").format(who, bold(doc.share_name))
		reasons = [translate(reason) for reason in refusal.reasons if not doc.everyone]
		frappe.throw(
			"<br>".join([cannot_read, *reasons] if action == access.READ else reasons),
			exc=ClearanceMissingError,
			title=_("Clearance Missing"),
		)


def end_follow_without_clearance(doc, method=None) -> None:
	"""Followers are emailed changes without a check: only users with lasting access can follow a record.

	Frappe makes users follow documents that they create or comment on, so this is not refused but ended immediately.
	"""
	refusal = _refusal(doc.ref_doctype, doc.ref_docname, doc)
	if refusal is not None:
		frappe.db.delete(_FOLLOW, {"name": doc.name})
		internal_recipients.tell_left_out({doc.user: refusal}, _("Not Following"))


def end_lapsed(doctype: str, name: str) -> None:
	"""End shares and follows of one record, and of what belongs to it, that its level or participants no longer justify."""
	if doctype in governed.doctypes():
		_end_of_all(doctype, name)
		_end_of_dependents(doctype, name)


def _end_of_all(doctype: str, names) -> None:
	_end({"share_doctype": doctype, "share_name": names}, {"ref_doctype": doctype, "ref_docname": names})


def end_lapsed_when_committed(doctype: str, name: str) -> None:
	"""The same once more after the commit: until then, this transaction does not see a share for which it has waited, if it began before that
	was stored. One that comes later waits for this transaction, and is judged by what it has changed."""

	def end() -> None:
		# What is committed must not end in an error, nor keep jobs from being enqueued; otherwise they end within a day.
		with suppress(frappe.QueryDeadlockError):
			with transactions.step("Shares of a record that was raised have not ended", doctype, name):
				end_lapsed(doctype, name)

	frappe.db.after_commit.add(end)


def end_lapsed_of_interaction(doc) -> None:
	"""The same for an interaction and everything whose access depends on it."""
	end_lapsed(doc.doctype, doc.name)
	end_lapsed_when_committed(doc.doctype, doc.name)
	for doctype in governed.held_with_interaction():
		if names := frappe.get_all(doctype, {"client_interaction": doc.name}, pluck="name"):
			_end_of_all(doctype, ("in", names))
	if doc.reference_name:
		end_lapsed(doc.reference_doctype, doc.reference_name)


def end_lapsed_of_user(doc, method=None) -> None:
	"""A user's roles changed, or the user was disabled: end the shares and follows that are no longer justified."""
	_end({"user": doc.name}, {"user": doc.name})


def end_lapsed_of_todo(doc, method=None) -> None:
	"""Assignees take part in a document until the assignment ends."""
	if doc.reference_name and documents.is_governed(doc.reference_type):
		end_lapsed(doc.reference_type, doc.reference_name)


def end_lapsed_of_owner(doc, method=None) -> None:
	"""A Lead or Opportunity got another owner."""
	if not doc.is_new() and doc.has_value_changed(documents.RESPONSIBLE_FIELD[doc.doctype]):
		end_lapsed(doc.doctype, doc.name)


def end_lapsed_of_role(doc, method=None) -> None:
	"""A disabled role is removed from its users without saving their documents."""
	if doc.disabled and doc.has_value_changed("disabled"):
		end_all_lapsed()


def end_lapsed_of_level(doc, method=None) -> None:
	"""What decides about access changed at a level: its clearances, its need to know, its training or its rank."""
	before = doc.get_doc_before_save()
	if before is None or _decides(before) != _decides(doc):
		end_all_lapsed()


def _decides(level) -> tuple:
	columns = ("role", "oversight", *(f"can_{action}" for action in access.ACTIONS))
	clearances = {tuple(row.get(column) for column in columns) for row in level.clearances}
	return level.rank, level.need_to_know, level.require_training, clearances


def end_all_lapsed() -> None:
	"""Check every share and follow. Repeatable."""
	_end({}, {})


@transactions.again_if_undone
def end_daily() -> None:
	"""Daily, for access that ends without an event (expired training, roles removed without saving the user). One that cannot be judged stays
	until the next day, and does not hold back the others."""
	for number, (given_by, each) in enumerate(_those_in_doubt({}, {}), 1):
		with transactions.part("Access could not be judged", each.doctype, each.document):
			_end_if_lapsed(given_by, each)
		if not number % _CHUNK:
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (a job; a killed one has done those before)


def _end_of_dependents(doctype: str, name: str) -> None:
	"""The same for what belongs to a record, or is filed there; two queries, unless such documents are shared or followed."""
	known = [*dependents.OWNER_FIELDS, *governed.bound()]
	shared = frappe.get_all(
		_SHARE, {"share_doctype": ("in", known)}, pluck="share_doctype", distinct=True, order_by=None
	)
	followed = frappe.get_all(
		_FOLLOW, {"ref_doctype": ("in", known)}, pluck="ref_doctype", distinct=True, order_by=None
	)
	for dependent in {*shared, *followed}:
		if names := _belonging(dependent, doctype, name):
			_end_of_all(dependent, ("in", names))


def _belonging(dependent: str, doctype: str, name: str) -> list[str]:
	if dependent not in dependents.OWNER_FIELDS:
		return filed.all_naming(dependent, doctype, name)
	owner = dict(zip(dependents.OWNER_FIELDS[dependent], (doctype, name), strict=True))
	return frappe.get_all(dependent, owner, pluck="name")


def _end(shares: dict, follows: dict) -> None:
	"""End the lapsed ones among `shares` (filters of DocShare) and `follows` (filters of Document Follow)."""
	for given_by, each in _those_in_doubt(shares, follows):
		_end_if_lapsed(given_by, each)


def _those_in_doubt(shares: dict, follows: dict) -> Iterator[tuple[str, frappe._dict]]:
	"""Those that the rule has to decide, each with its DocType."""
	asked = {"share_doctype": ("in", held()), **shares}
	fields = ["name", "user", "everyone", "share_doctype as doctype", "share_name as document", *_RIGHTS]
	for share in _in_doubt(frappe.get_all(_SHARE, asked, fields, order_by="name asc")):
		yield _SHARE, share
	asked = {"ref_doctype": ("in", held()), **follows}
	fields = ["name", "user", "ref_doctype as doctype", "ref_docname as document"]
	for follow in _in_doubt(frappe.get_all(_FOLLOW, asked, fields, order_by="name asc")):
		yield _FOLLOW, follow


def _end_if_lapsed(given_by: str, given: frappe._dict) -> None:
	if _refusal(given.doctype, given.document, given) is None:
		return
	if given_by == _FOLLOW:
		frappe.db.delete(_FOLLOW, {"name": given.name})
		return
	flags = {"ignore_share_permission": True}
	frappe.delete_doc(_SHARE, given.name, ignore_permissions=True, force=True, flags=flags)


def _in_doubt(given: list) -> list:
	"""Of many shares or follows, those about which the rule has to decide one by one: of most a query for each user and DocType finds that they
	can stay."""
	if len(given) <= _FEW:
		return given
	users = {each.user for each in given if each.user}
	enabled = set(frappe.get_all("User", {"name": ("in", users), "enabled": 1}, pluck="name", order_by=None))
	by_reader: dict[tuple[str, str], dict[str, list]] = defaultdict(lambda: defaultdict(list))
	left, found_by_condition = [], _found_by_condition()
	for each in given:
		if each.get("everyone") or each.user not in enabled or each.doctype not in found_by_condition:
			left.append(each)
			continue
		for action in _actions(each.doctype, each):
			by_reader[each.user, action][each.doctype].append(each)
	doubted = {}
	for (user, action), by_doctype in by_reader.items():
		reader = Reader(user, action, by_row=False, lasting=True)
		for doctype, of_doctype in by_doctype.items():
			condition = governed.condition(doctype, reader)
			for chunk in create_batch(of_doctype, _AT_ONCE):
				met = meeting(doctype, (each.document for each in chunk), condition)
				doubted |= {each.name: each for each in chunk if each.document not in met}
	return [*left, *doubted.values()]


def _found_by_condition() -> tuple[str, ...]:
	return (INTERACTION, *governed.held_with_interaction(), *filter(documents.is_governed, documents.SETTING))


def held() -> tuple[str, ...]:
	"""The DocTypes of which no document is shared with or followed by users without clearance for it, or for its record."""
	with_own_rule = {*compose.own("has_permission")} - documents.SETTING.keys()
	return tuple({*governed.doctypes(), *dependents.OWNER_FIELDS, *with_own_rule})


def _refusal(doctype: str, name: str, given) -> access.Decision | None:
	"""The decision because of which a DocShare or Document Follow (`given`) must end; None if it can stay."""
	_action, decision = next(_refused(doctype, name, given), (None, None))
	return decision


def _refused(doctype: str, name: str, given) -> Iterator[tuple[str, access.Decision]]:
	"""What the user cannot do with a document, of that which a DocShare or Document Follow (`given`) allows. What belongs to a record,
	such as a to-do or a file, is as confidential as the record. So is a document about a client with a rule of its own, such as a
	preference, with what belongs to it.

	Frappe checks shares after all hooks, so a share without clearance would override the level.
	"""
	user = "Guest" if given.get("everyone") else given.user
	record_type, record = dependents.owner_of(doctype, name)
	if record_type not in governed.doctypes():
		if guards.objects(doctype, name, user=user):
			yield access.READ, access.Decision(False, access.NO_CLEARANCE, ())
		return
	for action in _actions(doctype, given):
		decision = governed.decide(record_type, record, action, user, lasting=True)
		if decision is None:
			return
		enabled = user == "Guest" or frappe.db.get_value("User", user, "enabled")
		if not (decision.allowed and enabled):
			yield action, decision


def _actions(doctype: str, given) -> list[str]:
	"""What a DocShare or Document Follow of a document lets its user do with the record. Who can read a record can change what was added
	to it, except what someone said about it (`dependents`)."""
	added = _CHANGES if doctype == "Comment" else {}
	rights = _RIGHTS if doctype in governed.doctypes() else added
	return [*dict.fromkeys([access.READ, *(rights[each] for each in rights if given.get(each))])]


def _require(record: access.Record, user: str, action: str) -> None:
	_allow(interactions.decide(record, action, user), user)


def _allow(decision: access.Decision, user: str, instead: str = "") -> None:
	"""
	:param instead: who could take part, as a sentence in HTML
	"""
	if decision.allowed:
		return
	lines = [_("{0} cannot take part in this interaction.").format(name_of(user))]
	lines += refusals.helpful(decision)
	frappe.throw(
		"<br>".join([*lines, *filter(None, [instead])]),
		exc=ClearanceMissingError,
		title=_("Clearance Missing"),
	)
