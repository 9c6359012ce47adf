"""Requests as a user, through Frappe's whole request handling, without a password."""

import contextvars
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from unittest import mock

import frappe
from frappe import _

from client_comms import ledger
from client_comms.enforcement import answers
from client_comms.exceptions import SiteDoesNotAnswerError
from client_comms.i18n import bold


@dataclass(frozen=True)
class Answer:
	"""The response to one request."""

	status: int
	body: bytes
	content_type: str

	@cached_property
	def text(self) -> str:
		return self.body.decode("utf-8", "replace")

	@property
	def ok(self) -> bool:
		return self.status < 400

	@property
	def message(self):
		"""The return value of a method; None if there is none or it was refused."""
		return self.json.get("message") if self.ok else None

	@property
	def data(self):
		"""The data of a REST resource; None if it was refused."""
		return self.json.get("data") if self.ok else None

	@cached_property
	def json(self) -> dict:
		try:
			parsed = json.loads(self.text)
		except ValueError:
			return {}
		return parsed if isinstance(parsed, dict) else {}


class Visitor:
	"""A logged-in user. Use it as a context manager: the session ends with it.

	:param url: address of the served site; without it requests are answered in this process, by the same
	    application that a web server runs
	"""

	def __init__(self, user: str, url: str | None = None):
		self.user = user
		self.url = url and url.rstrip("/")
		self._sid = None
		self._asked: dict[tuple, Answer] = {}
		self.methods: set[str] = set()  # that were called

	def __enter__(self):
		if self.user != "Guest":
			self._sid = _start_session(self.user)
		return self

	def __exit__(self, *_error):
		if self._sid:
			frappe.db.delete("Sessions", {"sid": self._sid})
			frappe.db.commit()  # nosemgrep: frappe-manual-commit (the session must not outlast the check)
			frappe.cache.hdel("session", self._sid)

	def require_answer(self) -> None:
		"""Make sure that this site answers: only this site knows the session.

		:raises SiteDoesNotAnswerError: another site or none answers
		"""
		import requests

		try:
			known = self.call("frappe.auth.get_logged_user").message == self.user
		except requests.RequestException:
			known = False
		if not known:
			frappe.throw(
				_(
					"This site does not answer at {0}. Set host_name in its configuration to the address under which it is served (bench --site {1} set-config host_name ADDRESS), or check it without the web server."
				).format(bold(self.url), frappe.local.site),
				exc=SiteDoesNotAnswerError,
				title=_("Site Does Not Answer"),
			)

	def call(self, method: str, /, **arguments) -> Answer:
		"""Call a whitelisted method as the desk does."""
		self.methods.add(method)
		return self.request("POST", f"/api/method/{method}", _as_form(arguments))

	def ask(self, method: str, /, **arguments) -> Answer:
		"""`call` for a read-only request that is the same for every record: sent only once."""
		key = (method, json.dumps(arguments, sort_keys=True))
		if key not in self._asked:
			self._asked[key] = self.call(method, **arguments)
		return self._asked[key]

	def get(self, path: str, /, **arguments) -> Answer:
		return self.request("GET", path, _as_form(arguments))

	def request(self, verb: str, path: str, arguments: dict, as_json: bool = False) -> Answer:
		"""Send one request; `arguments` are sent in the address of a GET and in the body of other methods.

		:param as_json: the body is JSON, in which values keep their types, and not a form
		"""
		# The request uses another connection: it sees what is committed, and we see what it commits.
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (the request must see what is written)
		answer = (
			self._over_http(verb, path, arguments, as_json)
			if self.url
			else self._in_process(verb, path, arguments, as_json)
		)
		frappe.db.commit()  # nosemgrep: frappe-manual-commit (to see what the request wrote)
		return answer

	def _in_process(self, verb: str, path: str, arguments: dict, as_json: bool) -> Answer:
		from frappe.app import application
		from werkzeug.test import Client

		client = Client(application)
		if self._sid:
			client.set_cookie("sid", self._sid)
		payload = {"query_string" if verb == "GET" else "json" if as_json else "data": arguments}
		# A separate context keeps `frappe.local` of the request apart from that of the check.
		with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
			try:
				response = contextvars.Context().run(
					_open,
					client,
					path,
					method=verb,
					headers={"X-Frappe-Site-Name": frappe.local.site, "Accept": "application/json"},
					buffered=True,
					**payload,
				)
			except Exception:  # a web server responds like this
				return Answer(500, b"", "")
		return Answer(response.status_code, response.get_data(), response.content_type or "")

	def _over_http(self, verb: str, path: str, arguments: dict, as_json: bool) -> Answer:
		import requests

		payload = {"params" if verb == "GET" else "json" if as_json else "data": arguments}
		response = requests.request(
			verb,
			self.url + path,
			cookies={"sid": self._sid} if self._sid else None,
			headers={"Accept": "application/json"},
			allow_redirects=False,
			timeout=60,
			**payload,
		)
		return Answer(response.status_code, response.content, response.headers.get("Content-Type", ""))


def _open(client, *arguments, **keywords):
	# The whole second wall would hide holes in the first; over HTTP, this process cannot take it away.
	with ledger.silenced(), mock.patch.object(answers, "after_request"):
		return client.open(*arguments, **keywords)


def _start_session(user: str) -> str:
	"""A session as after a login, but without one: no password is known, and no login should be recorded."""
	from frappe.sessions import Session, get_expiry_period

	sid = frappe.generate_hash()
	session = Session.__new__(Session)
	session.data = frappe._dict(
		user=user,
		sid=sid,
		data=frappe._dict(
			user=user,
			session_ip=None,
			last_updated=frappe.utils.now(),
			creation=frappe.utils.now(),
			session_expiry=get_expiry_period(),
			full_name=user,
			user_type=frappe.db.get_value("User", user, "user_type"),
			**{ledger.CHECK_SESSION: 1},
		),
	)
	session.insert_session_record()
	frappe.db.commit()  # nosemgrep: frappe-manual-commit (the request is answered on another connection)
	return sid


def _as_form(arguments: dict) -> dict:
	return {
		key: json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
		for key, value in arguments.items()
		if value is not None
	}
