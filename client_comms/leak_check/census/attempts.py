"""One call of a method about one hidden document, and what came of it."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import frappe

from client_comms.enforcement import realtime
from client_comms.leak_check.census import arguments
from client_comms.leak_check.census.methods import Method
from client_comms.leak_check.census.sandbox import Trace
from client_comms.leak_check.census.scene import INTERACTION, Caller, Scene, Target
from client_comms.leak_check.visitor import Answer
from client_comms.rules import access

# What a recipe may answer: a response, which is searched, or whether the hidden text had an effect.
Send = Callable[[Caller], Answer | bool]
DOCUMENT = "Document"  # whose methods all documents have
# One document, by its label, for each way in which documents are hidden: by level, with their document, as rows, as copies, as files.
REPRESENTATIVES = (
	INTERACTION,
	"Communication",
	"Message of Lead",
	"Issue",
	"Comment",
	"File",
	"ToDo",
	"Interaction Evidence",
	"Communication Link",
	"Version",
	"Deleted Communication",
	"Email Queue",
	"Prepared Report",
	"Unhandled Email",
	"Unprocessed Email",
)


@dataclass(frozen=True)
class Attempt:
	"""`send` asks about `target`; a question has `untrue`, which asks the same about a word that no text contains."""

	method: str
	target: Target
	how: str
	send: Send
	untrue: Send | None = None
	action: str = access.READ  # what the rule must allow
	controlled: bool = True  # whether it counts only if Administrator's call works
	on: str = ""  # of a document method: on which document it is called
	before: Callable[[], None] | None = (
		None  # puts documents into the state in which the method does something
	)


def of_method(method: Method, scene: Scene) -> Iterator[Attempt]:
	"""All attempts that names and types suggest."""
	asked = _of_document_method if method.doctype else _of_function
	seen = set()
	for target in _targets(method, scene):
		for filling in arguments.FILLINGS:
			for attempt, key in asked(method, target, scene, filling):
				if key not in seen:
					seen.add(key)
					yield attempt


def _targets(method: Method, scene: Scene) -> list[Target]:
	"""The documents that the method speaks of, and, if it can name any, one for each way in which documents are hidden."""
	every = scene.targets()
	near = [each for each in every if arguments.speaks_of(method, each.doctype)]
	if method.doctype == DOCUMENT or arguments.names_a_record(method):
		others = REPRESENTATIVES
	else:
		others = () if near else (INTERACTION, "Communication")
	if not arguments.can_name(method):
		return near[:1] or every[:1]
	return near + [each for each in scene.labelled(*others) if each not in near]


def _of_function(method: Method, target: Target, scene: Scene, filling) -> Iterator[tuple[Attempt, str]]:
	given = arguments.fill(method, target, scene, filling, scene.word)
	if given is None:
		return

	def send(word: str) -> Send:
		return sending(method, arguments.fill(method, target, scene, filling, word))

	untrue = send(scene.absent) if filling.question else None
	yield (
		Attempt(method.key, target, _words(filling), send(scene.word), untrue),
		json.dumps(given, sort_keys=True, default=str),
	)


def sending(method: Method, given: dict, as_json: bool = False) -> Send:
	"""A call of a function."""
	verbs = frappe.allowed_http_methods_for_whitelisted_func[method.function]
	verb = "POST" if "POST" in verbs else verbs[0]
	as_json = as_json and verb != "GET"
	body = json.loads(json.dumps(given, default=str)) if as_json else _form(given)
	return lambda caller: caller.request(verb, f"/api/method/{method.path}", body, as_json=as_json)


def sending_to(method: Method, document: dict, given: dict) -> Send:
	"""A call of a method of a document, which is named (`dt` and `dn`) or sent along (`docs`)."""
	call = {"method": method.function.__name__, "args": json.dumps(given, default=str), **document}
	return lambda caller: caller.request("POST", "/api/method/run_doc_method", call)


def _of_document_method(
	method: Method, target: Target, scene: Scene, filling
) -> Iterator[tuple[Attempt, str]]:
	given = arguments.fill(method, target, scene, filling, scene.word)
	if given is None or filling.question:
		return
	for how, document in _documents(method, target, scene):
		yield (
			Attempt(
				method.key,
				target,
				f"{how} document, {_words(filling)}",
				sending_to(method, document, given),
				on=how,
			),
			json.dumps([document, given], sort_keys=True, default=str),
		)


def _documents(method: Method, target: Target, scene: Scene) -> Iterator[tuple[str, dict]]:
	"""The documents on which a method is called: the hidden one, one's own, and a new one that refers to it."""
	if method.doctype == DOCUMENT:
		yield "hidden", {"dt": target.doctype, "dn": target.name}
		if own := scene.own.get(target.doctype):
			yield "own", {"dt": target.doctype, "dn": own}
		return
	if frappe.get_meta(method.doctype).issingle:
		yield (
			"single",
			{
				"docs": json.dumps(
					{**arguments.built(method.doctype, target, scene), "name": method.doctype}, default=str
				)
			},
		)
		yield "single, stored", {"dt": method.doctype}
		return
	if hidden := scene.target(method.doctype):
		yield "hidden", {"dt": method.doctype, "dn": hidden.name}
	if own := scene.own.get(method.doctype):
		yield "own", {"dt": method.doctype, "dn": own}
	elif not hidden and (existing := arguments.existing(method.doctype)):
		yield "existing", {"dt": method.doctype, "dn": existing}
	yield "new", {"docs": json.dumps(arguments.built(method.doctype, target, scene), default=str)}


def _words(filling: arguments.Filling) -> str:
	parameters = "all parameters" if filling.optional else "required parameters"
	if filling.question:
		parameters = "a question"
	return f"{parameters} and switches" if filling.switches else parameters


def _form(given: dict) -> dict:
	return {
		key: json.dumps(value, default=str) if isinstance(value, dict | list | bool) else str(value)
		for key, value in given.items()
		if value is not None
	}


def shows(answer: Answer | bool, trace: Trace, caller: Caller, scene: Scene) -> str:
	"""Where the hidden text came out; empty if nowhere. What the caller sent themselves does not count."""
	if isinstance(answer, bool) or not isinstance(answer, Answer):
		return "answer" if answer else ""
	if scene.word in without_sent(text_of(answer), caller.sent, scene):
		return "answer"
	if any(scene.word in without_sent(text, caller.sent, scene) for text in trace.printed):
		return "print"
	return ""


def without_sent(text: str, sent: str, scene: Scene) -> str:
	"""A text without the words that the caller sent: the address of a file, which has the word in it."""
	if scene.word not in sent:
		return text
	return text.replace(scene.hidden.file_url, "").replace(scene.hidden.file_url.rpartition("/")[2], "")


def text_of(answer: Answer) -> str:
	"""The text of a response, also inside an archive or a spreadsheet."""
	body = answer.body
	if body.startswith(b"PK"):
		try:
			with zipfile.ZipFile(io.BytesIO(body)) as archive:
				return "\n".join(archive.read(each).decode("utf-8", "replace") for each in archive.namelist())
		except zipfile.BadZipFile:
			return ""
	if body.startswith(b"\x1f\x8b"):
		return gzip.decompress(body).decode("utf-8", "replace")
	return answer.text


def may_listen(room: str, user: str) -> bool:
	"""Whether a user's browser is let into a realtime room, as Frappe's socket server decides."""
	kind, _colon, rest = room.rpartition("/")[2].partition(":") if "/" not in room else room.partition(":")
	is_desk_user = frappe.db.get_value("User", user, "user_type") == "System User"
	if kind == "user":
		return rest == user
	if kind in ("doc", "open_doc"):
		doctype, _slash, name = rest.partition("/")
		try:
			return bool(frappe.has_permission(doctype, "read", doc=name, user=user))
		except frappe.DoesNotExistError:
			return False
	if kind == "doctype":
		return realtime.can_listen_to_list(rest, user) and bool(
			frappe.has_permission(rest, "read", user=user)
		)
	if kind == "website":
		return True
	return kind == "all" and is_desk_user
