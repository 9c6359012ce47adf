"""The definition of a surface, and common code of the probes.

A surface is a function of a `Visitor`, a `Bait` and what was `Planted` around it. It returns the response, which is
searched for the secret word, or, if only a number or a change of the record could reveal it, whether that happened.
"""

from collections.abc import Callable
from dataclasses import dataclass

import frappe

from client_comms.leak_check.bait import INTERACTION, Bait, Planted
from client_comms.leak_check.visitor import Answer, Visitor
from client_comms.rules import access

ROWS = ("Interaction Action Item", "Interaction Evidence", "Interaction Event")

BY_HOOK = "Another app overrides has_permission or permission_query_conditions of client_comms, or Frappe's cache is outdated: run bench clear-cache, then check the hooks of the other apps."
_LAST = "run bench migrate, which moves client_comms behind it; bench client-comms health names the app."
BY_METHOD = f"Another app overrides {{method}} in place of {{ours}}: {_LAST}"
BY_TOOL = f"Another app's class of {{doctype}} comes before {{ours}}: {_LAST}"
BY_CLASS = BY_TOOL.format(doctype="Report", ours="client_comms.enforcement.doctypes.report.GuardedReport")
BY_FILE = BY_TOOL.format(doctype="File", ours="client_comms.enforcement.doctypes.file.GuardedFile")
BY_EVENT = "A document event of client_comms does not run: run bench clear-cache, and look for custom code that writes without Frappe's documents."

BY_REQUEST = "Another app replaces before_request: run bench clear-cache."


@dataclass(frozen=True)
class Surface:
	"""`action` is what the rule must allow for the word to come back; `close` says what to do if it comes back anyway."""

	name: str
	probe: Callable[[Visitor, Bait, Planted], Answer | bool]
	close: str
	action: str = access.READ
	# Whether it must be open to Administrator: a surface that is not was not really checked.
	control: bool = True

	def shows(self, visitor: Visitor, bait: Bait, planted: Planted) -> bool:
		"""Whether the record's content came back."""
		came = self.probe(visitor, bait, planted)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (what a probe put back stays so)
		return bait.word in came.text if isinstance(came, Answer) else bool(came)


REGISTERED: list[Surface] = []


def surface(name: str, close: str = BY_HOOK, action: str = access.READ, control: bool = True):
	def register(probe):
		REGISTERED.append(Surface(name, probe, close, action, control))
		return probe

	return register


def overridden(method: str) -> str:
	"""How to close a surface that is guarded by a wrapped method of Frappe or ERPNext."""
	ours = frappe.get_hooks("override_whitelisted_methods", app_name="client_comms").get(
		method, ["client_comms"]
	)
	return BY_METHOD.format(method=method, ours=ours[-1])


def all_planted(planted: Planted, doctype: str) -> tuple:
	return "in", [each.names[doctype] for each in planted.baits]


def about(bait: Bait) -> list:
	"""A question about hidden text whose answer is a number."""
	return [[INTERACTION, "summary", "like", f"{bait.word}%"]]


def shown_in_file(answer: Answer, bait: Bait) -> bool:
	return answer.ok and bait.word in answer.text.replace(f"{bait.word}%", "")


def linked_by_own(visitor, doctype, values):
	"""The visitor's own document that links to the hidden one."""
	made = visitor.call("frappe.client.insert", doc={"doctype": doctype, **values}).message
	return made and made["name"]
