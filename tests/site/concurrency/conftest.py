"""Sessions in processes of their own, each with its connection, that are stepped through from a test."""

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# Answers each line, a JSON text of Python, with the value of its last expression, or with the error; commits when asked to.
SESSION = """
import ast, json, os, sys, traceback
import frappe

answers, sys.stdout = sys.stdout, sys.stderr
scope = {"frappe": frappe}


def begin(user):
	frappe.destroy()
	frappe.init(sys.argv[1], sites_path=sys.argv[2])
	frappe.connect()
	frappe.set_user(user)
	frappe.flags.mute_emails = True
	from client_comms import api, clock
	scope.update(api=api, clock=clock)
	frappe.db.rollback()


def step(code):
	tree = ast.parse(code)
	last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
	exec(compile(tree, "step", "exec"), scope)
	return eval(compile(ast.Expression(last.value), "step", "eval"), scope) if last else None


for line in sys.stdin:
	code, user = json.loads(line)
	try:
		value = begin(user) if user else step(code)
		answer = {"value": json.loads(frappe.as_json(value))}
	except BaseException as error:
		answer = {"error": type(error).__name__, "message": str(error), "traceback": traceback.format_exc()}
	print(json.dumps(answer), file=answers, flush=True)
"""


class SessionError(Exception):
	"""What a step raised: `kind` is the name of its class."""

	def __init__(self, answer):
		super().__init__(f"{answer['error']}: {answer['message']}\n{answer['traceback']}")
		self.kind = answer["error"]


class Session:
	"""A process with a connection of its own."""

	def __init__(self, site_name, sites_path):
		path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
		self.process = subprocess.Popen(
			[sys.executable, "-c", SESSION, site_name, str(sites_path)],
			cwd=sites_path,
			env={**os.environ, "PYTHONPATH": path},
			stdin=subprocess.PIPE,
			stdout=subprocess.PIPE,
			stderr=subprocess.DEVNULL,
			text=True,
		)
		self.answers = queue.Queue()
		threading.Thread(target=self._read, daemon=True).start()

	def _read(self):
		for line in self.process.stdout:
			self.answers.put(json.loads(line))

	def _send(self, code, user=None):
		self.process.stdin.write(json.dumps([code, user]) + "\n")
		self.process.stdin.flush()

	def begin(self, user):
		"""As a new request of a user."""
		self._send(None, user)
		self.result()

	def start(self, code):
		"""Begin a step; `result` waits for its end and returns the value of its last expression.

		:param code: Python, with `frappe`, `api` and `clock`; nothing is committed unless it says so
		"""
		self._send(code)

	def result(self, timeout=90):
		"""
		:raises SessionError: what the step raised
		"""
		answer = self.answers.get(timeout=timeout)
		if "error" in answer:
			raise SessionError(answer)
		return answer["value"]

	def do(self, code):
		self.start(code)
		return self.result()

	def is_waiting(self, seconds=1.0):
		"""Whether the step that was started has not ended after some time, because it waits for a lock."""
		try:
			answer = self.answers.get(timeout=seconds)
		except queue.Empty:
			return True
		self.answers.put(answer)
		return False

	def set_isolation(self, how):
		"""Whether the database refuses to lock what was changed since the transaction began: "on", as MariaDB 11.6 and later
		do, or "off", as earlier ones.
		"""
		if not self.do("frappe.db.sql(\"show variables like 'innodb_snapshot_isolation'\")"):
			if how == "on":
				pytest.skip("MariaDB before 11.6 has no innodb_snapshot_isolation, so it refuses no lock")
			return
		self.do(f"frappe.db.sql('set session innodb_snapshot_isolation = {how}')")

	def see(self):
		"""Begin a transaction, which goes on seeing what is committed now."""
		self.do("frappe.db.sql('select count(*) from tabUser')")

	def end(self):
		self.process.kill()
		self.process.wait()


@pytest.fixture(scope="session")
def processes(site_name, sites_path):
	made = [Session(site_name, sites_path) for _number in range(2)]
	yield made
	for each in made:
		each.end()


@pytest.fixture
def sessions(processes):
	"""Two of Administrator; `begin` makes one that of another user."""
	for each in processes:
		each.begin("Administrator")
	yield processes
	for each in processes:
		each.begin("Administrator")
