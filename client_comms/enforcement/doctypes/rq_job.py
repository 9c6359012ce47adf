"""What a background job was given, and why it failed (P-2), can quote any record: a notification with the words of a comment, a document that is submitted.

Users who cannot read every level see of it what names and counts, and where it failed; not texts.
"""

import json
import re
from typing import Any

import frappe

from client_comms.enforcement import guards

_LEFT_OUT = "…"
_LONGEST_NAME = 140
_ERROR = re.compile(r"^(\w[\w.]*):.*$")


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
			job.arguments = frappe.as_json(without_texts(json.loads(job.arguments or "{}")))
		except ValueError:
			job.arguments = _LEFT_OUT
		job.exc_info = without_messages(job.exc_info or "")


def without_texts(value: Any) -> Any:
	"""Names, paths and numbers of what a job was given; texts and HTML are left out."""
	if isinstance(value, dict):
		return {key: without_texts(each) for key, each in value.items()}
	if isinstance(value, list):
		return [without_texts(each) for each in value]
	if not isinstance(value, str):
		return value
	return value if len(value) <= _LONGEST_NAME and not re.search(r"[\s<>]", value) else _LEFT_OUT


def without_messages(traceback: str) -> str:
	"""Where a job failed, and by which error, without what the error says."""
	kept = []
	for line in traceback.splitlines():
		if line.startswith((" ", "Traceback ", "During handling", "The above exception")) or not line:
			kept.append(line)
		elif error := _ERROR.match(line):
			kept.append(f"{error[1]}: {_LEFT_OUT}")
	return "\n".join(kept)
