"""Sends one call, and tells whether hidden text came out: in the answer, in print, or in what the call left behind."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import frappe

from client_comms.enforcement import guards
from client_comms.leak_check.census import attempts
from client_comms.leak_check.census.attempts import Attempt
from client_comms.leak_check.census.sandbox import Sandbox, Trace
from client_comms.leak_check.census.scene import Caller, KeptFiles, Scene

CHANGED, DIFFERS, OPENED = "changed the record", "answers differently to a true question", "opened the record"
LEFT, OVERHEARD = "left its text in {0}", "told it to {0}"
# Written by every request, and not shown to users.
_ASIDE = {"Sessions", "Singles", "DefaultValue", "Series", "Error Log", "Activity Log"}


@dataclass
class Outcome:
	"""What a call did. `came` says how hidden text came out, each way; empty if it did not."""

	came: list[str] = field(default_factory=list)
	ok: bool = False
	status: int = 0
	answer: str = ""
	error: str = ""
	trace: Trace = field(default_factory=Trace)
	called: set[str] = field(default_factory=set)


class Observer:
	def __init__(self, sandbox: Sandbox, scene: Scene, kept: KeptFiles):
		self.sandbox, self.scene, self.kept = sandbox, scene, kept
		self._before = self._state()
		self._began = frappe.utils.now()  # the call
		self.bystanders: dict[str, Caller] = {}  # kind of login -> a login that only looks on

	def observe(self, attempt: Attempt, caller: Caller) -> tuple[Outcome, dict[str, list[str]]]:
		"""The outcome for the caller, and for each bystander to whom hidden text came by it, how."""
		bystanders: dict[str, list[str]] = {}
		outcome = self._send(attempt, attempt.send, caller, bystanders)
		if attempt.untrue and outcome.ok and not outcome.came:
			untrue = self._send(attempt, attempt.untrue, caller)
			again = self._send(attempt, attempt.send, caller)
			if outcome.answer == again.answer and self._same(untrue.answer) != self._same(outcome.answer):
				outcome.came = [DIFFERS]
		return outcome, bystanders

	def marked(self, attempt: Attempt, caller: Caller) -> Trace:
		"""What an attempt looked up by its marks (`sandbox.mark`) without finding it."""
		self.sandbox.marked = True
		try:
			return self._send(attempt, attempt.send, caller).trace
		finally:
			self.sandbox.marked = False

	def _same(self, text: str) -> str:
		return text.replace(self.scene.word, self.scene.absent)

	def _send(self, attempt: Attempt, send, caller: Caller, bystanders: dict | None = None) -> Outcome:
		outcome = Outcome()
		caller.called, caller.sent = set(), ""
		self.scene.give_own(caller.user)
		with self.sandbox.undone() as trace:
			self._began = frappe.utils.now()
			if attempt.before:
				attempt.before()
			state = self._state() if attempt.before else self._before
			trace.begin()
			outcome.trace = trace
			try:
				answer = send(caller)
			except Exception as error:  # of a recipe whose first step was refused
				outcome.error = f"{type(error).__name__}: {error}"
			else:
				self._read(outcome, answer)
				outcome.called, saw_hidden = set(caller.called), trace.saw_hidden
				if not attempt.untrue:
					shown = attempts.shows(answer, trace, caller, self.scene)
					outcome.came = [shown] if shown else self._left(attempt, trace, caller, state)
					if bystanders is not None and self.bystanders:
						bystanders.update(self._told(trace))
				trace.saw_hidden = saw_hidden  # by the call, and not by what asks about it here
		self.kept.put_back()
		return outcome

	@staticmethod
	def _read(outcome: Outcome, answer) -> None:
		if isinstance(answer, attempts.Answer):
			outcome.ok, outcome.status, outcome.answer = answer.ok, answer.status, answer.text
			outcome.error = str(answer.json.get("exc_type") or "")
		else:
			outcome.ok, outcome.answer = bool(answer), str(answer)

	def _state(self) -> str:
		"""Of the documents that this app hides; Frappe decides who can change a board or a report, in which nothing is hidden."""
		return self.scene.state(each.doctype for each in self.scene.targets() if guards.is_held(each.doctype))

	def _left(self, attempt: Attempt, trace: Trace, caller: Caller, before: str) -> list[str]:
		"""What the call left behind that the caller can use now.

		:param before: the hidden rows before the call
		"""
		written = trace.written - _ASIDE
		if not written:
			return []
		if self._state() != before:
			return [CHANGED]
		if caller.user == "Administrator":
			return []
		if left := [LEFT.format(each) for each in self._copied(trace) if self._lists(caller, each)]:
			return left
		target = attempt.target
		shown = caller.call("frappe.client.get", doctype=target.doctype, name=target.name).text
		return [OPENED] if self.scene.word in shown else []

	def _copied(self, trace: Trace) -> Iterable[str]:
		"""DocTypes whose rows were written with the hidden text, and files, whose content is on disk."""
		word = self.scene.word
		copied = {doctype for doctype, statement in trace.writes if word in statement}
		return sorted((copied | ({"File"} & trace.written)) - _ASIDE - {""})

	def _lists(self, caller: Caller, doctype: str) -> bool:
		if frappe.db.exists("DocType", {"name": doctype, "istable": 1}):
			return False  # with its document
		sent = caller.sent  # by the call itself, and not by what asks about it here
		newest = caller.call(
			"frappe.client.get_list",
			doctype=doctype,
			fields=["*"],
			filters=[["modified", ">=", self._began]],
			order_by="modified desc",
			limit_page_length=5,
		)
		if self.scene.word in attempts.without_sent(newest.text, sent, self.scene):
			return True
		rows = newest.message if isinstance(newest.message, list) else []
		if doctype == "File":
			texts = (attempts.text_of(caller.get(row["file_url"])) for row in rows if row.get("file_url"))
		else:
			texts = (
				caller.call("frappe.client.get", doctype=doctype, name=row["name"]).text
				for row in rows
				if row.get("name")
			)
		return any(self.scene.word in attempts.without_sent(text, sent, self.scene) for text in texts)

	def _told(self, trace: Trace) -> dict[str, list[str]]:
		"""To which bystanders a call of a cleared user brings hidden text."""
		rooms = sorted({room for room, message in trace.realtime if self.scene.word in message})
		copied = list(self._copied(trace)) if trace.writes else []
		return {
			kind: [
				*dict.fromkeys(
					OVERHEARD.format(_kind(room))
					for room in rooms
					if attempts.may_listen(room, bystander.user)
				),
				*(LEFT.format(doctype) for doctype in copied if self._lists(bystander, doctype)),
			]
			for kind, bystander in self.bystanders.items()
		}


def _kind(room: str) -> str:
	"""A realtime room without the name of its document or user."""
	kind, _colon, rest = room.partition(":")
	return f"{kind} of {rest.partition('/')[0]}" if kind in ("doc", "open_doc", "doctype") else kind
