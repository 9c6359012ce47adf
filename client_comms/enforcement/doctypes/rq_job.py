"""What a background job was given, and why it failed (P-2), can quote any record: a notification with the words of a comment, a document that is submitted.

Users who cannot read every level see of it what names and counts, and where it failed; not texts, and of a document only which one it is.
"""

import json
import re
from typing import Any

import frappe

from client_comms.enforcement import guards

_LEFT_OUT = "…"
_GIVEN = "kwargs"  # what the method of the job was given by name
_OF_DOCUMENT = ("doctype", "name")
# What stands under these keys is a name: `document_name`, `users`, `job_id`.
_NAMING = re.compile(
	r"(?:^|_)(?:action|company|docname|docnames|event|fieldname|id|method|name|names|queue|site|status|user|users)$"
)
_NAME = re.compile(r"[\w.,:@/#+-]{0,140}")
# The only names with spaces
_KIND, _DOCTYPE = re.compile(r"(?:^|_)(?:doctype|type)$"), re.compile(r"[\w -]{0,140}")
_HEAD = ("Traceback ", "During handling", "The above exception")
_ERROR = re.compile(r"^(\w[\w.]*)(?::.*)?$")


class GuardedJob:
	"""Frappe's RQ Job, which no database has."""

	def load_from_db(self):
		loaded = super().load_from_db()
		_leave_out([self])
		return loaded

	@classmethod
	def get_list(cls, *args, **kwargs):
		# The versions pass what they have, and take what their function wants.
		jobs = frappe.call(super().get_list, *args, **kwargs)
		_leave_out(jobs)
		return jobs


def _leave_out(jobs: list) -> None:
	if not guards.is_restricted():
		return
	for job in jobs:
		try:
			job.arguments = frappe.as_json(of_job(json.loads(job.arguments or "{}")))
		except ValueError:
			job.arguments = _LEFT_OUT
		job.exc_info = without_messages(job.exc_info or "")


def of_job(arguments: dict) -> dict:
	"""What a job was called with, without texts. What its method was given by name is not a document, even if it names a DocType."""
	given = arguments.get(_GIVEN)
	shown = without_texts({key: value for key, value in arguments.items() if key != _GIVEN})
	return {**shown, _GIVEN: _each(given) if isinstance(given, dict) else _LEFT_OUT} if given else shown


def without_texts(value: Any, name: re.Pattern | None = None) -> Any:
	"""Names and numbers; of a document, which one it is, because a text of it can be a single word, an address or an amount.

	:param name: what a text has to be, to be a name here; without it, none is
	"""
	if isinstance(value, dict):
		return _each(
			{key: value[key] for key in _OF_DOCUMENT if key in value} if "doctype" in value else value
		)
	if isinstance(value, list):
		return [without_texts(each, name) for each in value]
	if not isinstance(value, str):
		return value
	return value if name and name.fullmatch(value) else _LEFT_OUT


def _each(values: dict) -> dict:
	return {key: without_texts(each, _name_under(key)) for key, each in values.items()}


def _name_under(key: str) -> re.Pattern | None:
	if _KIND.search(key):
		return _DOCTYPE
	return _NAME if _NAMING.search(key) else None


def without_messages(traceback: str) -> str:
	"""Where a job failed, and by which error, without what the error says, on however many lines."""
	kept, says = [], False
	for line in traceback.splitlines():
		if line.startswith(_HEAD):
			says = False
		elif says or line.lstrip().startswith(("|", "+")):  # the latter of several errors at once
			continue
		elif line and not line.startswith(" "):
			error = _ERROR.match(line)
			line, says = f"{error[1] if error else _LEFT_OUT}: {_LEFT_OUT}", True
		kept.append(line)
	return "\n".join(kept)
