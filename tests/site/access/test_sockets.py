"""What Frappe's own socket server brings to open browsers, over real sockets (P-2)."""

import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import frappe
import pytest
import requests

pytestmark = [pytest.mark.committed, pytest.mark.clause("P-2")]

PASSWORD = "correct-horse"
WORDS = "The neighbours complain"
SECONDS, SECONDS_TO_ASK = 30, 4
# Of a browser: what it hears, as one line of JSON each; what it says, read in the same way.
BROWSERS = """
const { io } = require("socket.io-client");
const [address, origin] = process.argv.slice(1);
const sockets = {};
const tell = (who, event, message) => console.log(JSON.stringify([who, event, message]));
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
	const [who, ...said] = JSON.parse(line);
	if (said[0] !== "connect") return sockets[who].emit(...said);
	const extraHeaders = { origin, ...said[1] };
	sockets[who] = io(address, { extraHeaders, transports: ["websocket"], forceNew: true });
	sockets[who].on("connect", () => tell(who, "connect"));
	sockets[who].onAny((event, message) => tell(who, event, message));
});
"""


class Browsers:
	"""`say("ann", "doc_open", …)` as a browser; `heard("ann")` is what came since, as (event, message)."""

	def __init__(self, address: str, origin: str, environment: dict):
		self._process = subprocess.Popen(
			["node", "-e", BROWSERS, address, origin],
			env=environment,
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			text=True,
		)
		self._lines = []
		threading.Thread(target=self._read, daemon=True).start()

	def _read(self):
		for line in self._process.stdout:
			self._lines.append(tuple(json.loads(line)))

	def say(self, who, *said):
		self._process.stdin.write(json.dumps([who, *said]) + "\n")
		self._process.stdin.flush()

	def until(self, who, event):
		"""Wait for an event, and forget what came before."""
		deadline = time.monotonic() + SECONDS
		while time.monotonic() < deadline:
			if any(line[:2] == (who, event) for line in self._lines):
				return self._lines.clear()
			time.sleep(0.05)
		pytest.fail(f"{who} never heard {event}: {self._lines}")

	def heard(self, who):
		"""What came before a message to all, which is sent now."""
		frappe.realtime.emit_via_redis("end", {}, "website")
		deadline = time.monotonic() + SECONDS
		while not any(line[:2] == (who, "end") for line in self._lines):
			assert time.monotonic() < deadline, f"{who} hears nothing"
			time.sleep(0.05)
		heard = [line[1:] for line in self._lines if line[0] == who]
		self._lines.clear()
		return heard

	def close(self):
		self._process.terminate()
		self._process.wait(20)


@pytest.fixture
def browsers(http, site_name, sites_path, results):
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		port = probe.getsockname()[1]
	realtime = Path(frappe.__file__).resolve().parents[1]
	environment = {
		**os.environ,
		"FRAPPE_BENCH_ROOT": str(sites_path.parent),
		"FRAPPE_SITE": site_name,
		"FRAPPE_SOCKETIO_PORT": str(port),
		"NODE_PATH": str(realtime / "node_modules"),
	}
	with (results / "sockets.log").open("w") as log:
		server = subprocess.Popen(
			["node", "socketio.js"], cwd=realtime, env=environment, stdout=log, stderr=subprocess.STDOUT
		)
	opened = Browsers(f"http://127.0.0.1:{port}/{site_name}", http, environment)
	yield opened
	opened.close()
	server.terminate()
	server.wait(20)


@pytest.fixture
def opened(browsers, http):
	"""`opened(user)` opens a browser in which a user is logged in; `opened("Guest")` that of a visitor."""

	def open_browser(user):
		session = requests.Session()
		if user != "Guest":
			answer = session.post(f"{http}/api/method/login", data={"usr": user, "pwd": PASSWORD})
			answer.raise_for_status()
		browsers.say(user, "connect", {"cookie": f"sid={session.cookies.get('sid', 'Guest')}"})
		browsers.until(user, "connect")
		return user

	return open_browser


@pytest.fixture
def told(browsers):
	"""`told(user, ("Contact",), ("Note", name))`: those of these lists and documents of which a browser hears."""

	def ask(user, *asked):
		rooms = {}
		for doctype, *name in asked:
			browsers.say(user, "doc_subscribe" if name else "doctype_subscribe", doctype, *name)
			rooms[f"doc:{doctype}/{name[0]}" if name else f"doctype:{doctype}"] = (doctype, *name)
		heard, last = set(), time.monotonic() + SECONDS_TO_ASK
		while time.monotonic() < last:  # the server asks the site before it lets a browser in
			for room in rooms:
				frappe.realtime.emit_via_redis("probe", room, room)
			heard |= {rooms[room] for event, room in browsers.heard(user) if event == "probe"}
			time.sleep(0.2)
		return heard

	return ask


def test_a_socket_hears_of_what_its_user_can_read(opened, told, make_user, log):
	hidden, plain = log("Feedback/Complaint"), log("Service Update", confidentiality_level="Standard")
	frappe.db.commit()
	staff = opened(make_user("Frontline Staff", "Support Team", password=PASSWORD))
	portal = opened(make_user("Customer", password=PASSWORD, user_type="Website User"))
	documents = [(doc.doctype, doc.name) for doc in (plain, hidden, hidden.events[0])]
	lists = [("Client Interaction",), ("Contact",), ("User",), ("File",)]
	heard = told(staff, *documents, *lists)
	assert documents[0] in heard and lists[0] in heard and not heard & {*documents[1:]}
	own = ("User", portal)
	assert told(portal, own, *documents, *lists) == {own}
	assert not told(opened("Guest"), *documents, *lists)


def test_a_socket_that_stays_open_when_access_ends(browsers, opened, told, make_user, log):
	"""Frappe lets it in once. It goes on hearing that something happened, and nothing of what it was."""
	subject = log("Service Update", confidentiality_level="Standard")
	frappe.db.commit()
	staff = opened(make_user("Frontline Staff", password=PASSWORD))
	assert told(staff, (subject.doctype, subject.name))
	subject.db_set("confidentiality_level", "Sensitive")
	frappe.db.commit()
	assert not frappe.has_permission(subject.doctype, doc=subject.name, user=staff)
	browsers.heard(staff)
	subject.reload().add_comment("Comment", WORDS)
	frappe.db.commit()
	heard = browsers.heard(staff)
	assert "client_comms_timeline_changed" in [event for event, _message in heard]
	assert WORDS not in json.dumps(heard)


def test_a_list_hears_of_a_record_without_who_saved_it(browsers, opened, told, make_user, http):
	staff = opened(make_user("Frontline Staff", "Support Team", password=PASSWORD))
	assert told(staff, ("ToDo",))
	writer = make_user("Support Team", api_key=frappe.generate_hash(length=12), api_secret=PASSWORD)
	token = f"token {frappe.db.get_value('User', writer, 'api_key')}:{PASSWORD}"
	answer = requests.post(
		f"{http}/api/resource/ToDo",
		json={"description": WORDS, "allocated_to": writer},
		headers={"Authorization": token},
	)
	assert answer.ok, answer.text
	name = answer.json()["data"]["name"]
	try:
		heard = browsers.heard(staff)
		assert ("list_update", {"doctype": "ToDo", "name": name}) in heard
		assert writer not in json.dumps(heard)
	finally:
		frappe.db.rollback()
		frappe.delete_doc("ToDo", name, force=True)
		frappe.db.commit()
