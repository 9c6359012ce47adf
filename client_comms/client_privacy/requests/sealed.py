"""What the run of an erasure has to know until its end and no one is to read (P-2): the client's addresses and names, what was planned, and what
the client will be told. It is encrypted with the site's key."""

import json

import frappe
from frappe.utils.password import decrypt, encrypt

from client_comms.client_privacy.erasure import runs


def of(run: str) -> dict:
	"""`{"markers": texts that identify the client, "records": {DocType: names}, "answer", "otherwise": see `answering.agree`, "kept": how many
	items the plan kept when the run began, "told": that the run has told the client}`, as far as it is known yet; empty once the run is done."""
	return opened(frappe.db.get_value(runs.RUN, run, "secret"))


def opened(secret: str | None) -> dict:
	"""The same of a run that is loaded."""
	return json.loads(decrypt(secret)) if secret else {}


def put(run: str, **values) -> None:
	"""Change some of it."""
	frappe.db.set_value(runs.RUN, run, "secret", encrypt(json.dumps({**of(run), **values})))
