"""Calls of methods that do something only in a certain state of the documents.

A copy of data can be released if it is ready, has a file, and the identity of its client is confirmed. The documents are put
into that state before each call, Administrator's and each login's, and put back with everything else that the call did.
"""

from collections.abc import Iterator
from functools import partial

import frappe

from client_comms.leak_check.bait.record import insert_row
from client_comms.leak_check.census import arguments, attempts
from client_comms.leak_check.census.attempts import Attempt
from client_comms.leak_check.census.methods import Method
from client_comms.leak_check.census.scene import INTERACTION, READER, Scene
from client_comms.leak_check.census.state import Of, State
from client_comms.leak_check.census.states import STATES


def attempts_of(method: Method, scene: Scene) -> Iterator[Attempt]:
	"""The call in that state. It is made as every login, whether or not Administrator's shows anything."""
	if state := STATES.get(method.key):
		target = scene.target(state.about)
		required = arguments.Filling(optional=False)
		filled = (
			None if method.takes_anything else arguments.fill(method, target, scene, required, scene.word)
		)
		given = (filled or {}) | _resolved(state.given, scene)
		if method.doctype:
			document = {"dt": method.doctype, "dn": _resolved(Of(method.doctype), scene)}
			send = attempts.sending_to(method, document, given)
		else:
			send = attempts.sending(method, given, as_json=True)
		before = partial(_prepare, state, scene)
		yield Attempt(method.key, target, "in its state", send, controlled=False, before=before)


def _prepare(state: State, scene: Scene) -> None:
	names = _names(scene)
	for row in state.rows:
		values = _resolved(row.values, scene)
		if row.added or row.doctype not in names:
			insert_row(row.doctype, **({} if row.added else {"name": _added(scene, row.doctype)}), **values)
		else:
			frappe.db.set_value(row.doctype, names[row.doctype], values)
	if state.then:
		_resolved(state.then, scene)


def _added(scene: Scene, doctype: str) -> str:
	return f"{scene.hidden.name}-{frappe.scrub(doctype)}"


def _names(scene: Scene) -> dict[str, str]:
	facts = ("confidentiality_level", "communication_type", "matrix", "company", "channel")
	interaction = frappe.db.get_value(INTERACTION, scene.hidden.name, facts, as_dict=True)
	return {
		**scene.planted.parties,
		**scene.hidden.names,
		**interaction,
		INTERACTION: scene.hidden.name,
		"word": scene.word,
		"another interaction": scene.planted.baits[0].name,
		"lowest level": scene.planted.baits[0].label,
		"user": scene.logins[READER],
	}


def _resolved(value, scene: Scene):
	names = _names(scene)

	def of(what: str) -> str:
		return names.get(what) or _added(scene, what)

	def resolve(value):
		if isinstance(value, dict):
			return {key: resolve(each) for key, each in value.items()}
		if isinstance(value, list):
			return [resolve(each) for each in value]
		if isinstance(value, Of):
			return of(value.what)
		return value(of) if callable(value) else value

	return resolve(value)
