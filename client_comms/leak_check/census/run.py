"""Asks everything: first as Administrator, who shows what works, then that as every login without clearance."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack

import frappe
from frappe import _

from client_comms.enforcement import governed
from client_comms.leak_check import bait
from client_comms.leak_check.census import attempts, exempt, in_state, learning, methods, recipes
from client_comms.leak_check.census import scene as scenes
from client_comms.leak_check.census.attempts import Attempt
from client_comms.leak_check.census.census import Census, Finding
from client_comms.leak_check.census.kept import Kept
from client_comms.leak_check.census.observer import CHANGED, Observer, Outcome
from client_comms.leak_check.census.sandbox import Sandbox, Trace, files
from client_comms.leak_check.census.scene import ADMINISTRATOR, READER, Caller, KeptFiles
from client_comms.rules import access

_PER_METHOD = 20  # seconds of this process for the controls of one method, however busy the machine is
_GIVE_UP = 3  # calls that end the same, having read nothing of the record


class Preparation:
	"""The sandbox with its records and logins, for one census or several. Use as a context manager.

	:param user: a user of the site who is another login, of a kind of its own
	"""

	def __init__(self, user: str | None = None):
		self._stack, self._user = ExitStack(), user
		self.every, self.not_importable = methods.every()

	def __enter__(self):
		"""
		:raises frappe.ValidationError: the site does not allow tests; a census calls everything there is
		"""
		if not frappe.conf.allow_tests:
			frappe.throw(
				_(
					"A census calls every method. Take it on a copy of the site that allows tests (allow_tests)."
				)
			)
		bait.remove()
		before, stack = files(), self._stack
		stack.callback(bait.remove)
		stack.callback(lambda: [path.unlink() for path in files() - before])
		try:
			self.sandbox = stack.enter_context(Sandbox())
			self.scene = scenes.prepare(self._user)
			self.sandbox.hidden = self.scene.word
			kept = KeptFiles()
			kept.keep(files() - before)
			self.lender = learning.Lender(self.scene)
			self.observer = Observer(self.sandbox, self.scene, kept)
			self.administrator = stack.enter_context(Caller(ADMINISTRATOR, self.sandbox.run_jobs))
			self.callers = {
				kind: stack.enter_context(Caller(user, self.sandbox.run_jobs))
				for kind, user in self.scene.logins.items()
			}
		except BaseException:
			stack.close()
			raise
		return self

	def __exit__(self, *_error):
		self._stack.close()

	def take(
		self,
		wanted: Callable[[str], bool] = lambda method: True,
		logins: Iterable[str] | None = None,
		progress: Callable[[str], None] = lambda text: None,
		kept: Kept | None = None,
		minutes: float | None = None,
	) -> Census:
		"""Ask all `wanted` methods (by name) as all `logins` (by kind).

		:param kept: where results are kept; methods that are there already are not asked again
		:param minutes: after which no further method is begun; `Census.left` says how many are left
		"""
		until = time.monotonic() + minutes * 60 if minutes else float("inf")
		kinds = self.callers.keys() if logins is None else set(logins)
		callers = {kind: caller for kind, caller in self.callers.items() if kind in kinds}
		kept = kept or Kept()
		every = [each for each in self.every if wanted(each.key)]
		units = _units(self.scene, every, wanted)
		left = [unit for unit in units if unit not in kept.parts]
		for number, unit in enumerate(left):
			if time.monotonic() > until:
				break
			progress(f"{len(units) - len(left) + number + 1} of {len(units)}: {unit}")
			part = Census()
			started = time.monotonic()
			try:
				_Taker(self, part, callers).take(units[unit])
			except Exception as error:  # of one method, which must not end the census
				frappe.db.sql("select 1")  # without a connection, all others would fail as well
				part.unexplained[unit] = f"the census failed: {type(error).__name__}: {error}"
			part.seconds = time.monotonic() - started
			kept.add(unit, part)
		census = Census(methods=len(every), not_importable=self.not_importable, cleared=self.scene.cleared)
		census.add(kept.parts[unit] for unit in units if unit in kept.parts)
		census.left = sum(unit not in kept.parts for unit in units)
		return census


def _units(scene, every: list[methods.Method], wanted) -> dict[str, methods.Method | list[Attempt]]:
	"""What is asked at a time, by name: the recipes about a method, or a method itself."""
	units: dict[str, methods.Method | list[Attempt]] = {}
	for attempt in recipes.every(scene, wanted):
		units.setdefault(f"recipes: {attempt.method}", []).append(attempt)
	return {**units, **{method.key: method for method in every}}


class _Taker:
	"""Asks one unit."""

	def __init__(self, prepared: Preparation, census: Census, callers: dict[str, Caller]):
		self.observer, self.scene = prepared.observer, prepared.scene
		self.administrator, self.lender = prepared.administrator, prepared.lender
		self.census, self.callers = census, callers
		self.observer.bystanders = {kind: caller for kind, caller in callers.items() if kind != READER}

	def take(self, unit: methods.Method | list[Attempt]) -> None:
		if isinstance(unit, methods.Method):
			self._control_method(unit)
		else:
			for attempt in unit:
				self._control(attempt)

	def _ask(self, attempt: Attempt) -> None:
		"""Make a call that works as every login."""
		for kind, caller in self.callers.items():
			outcome, _told = self.observer.observe(attempt, caller)
			ended = self.census.answered if outcome.ok else self.census.refused
			ended[kind] = ended.get(kind, 0) + 1
			self._find(
				attempt,
				kind,
				(each for each in outcome.came if not (kind == READER and _reads(attempt, each))),
			)

	def _control_method(self, method: methods.Method) -> None:
		if reason := exempt.reason(method):
			self.census.not_askable[method.key] = reason
			return
		worked, ended, failed = set(), Counter(), defaultdict(Counter)
		done = Counter(_end(self._control(each)) for each in in_state.attempts_of(method, self.scene))
		until = time.process_time() + _PER_METHOD
		for attempt in attempts.of_method(method, self.scene):
			kind = (attempt.target, bool(attempt.untrue), attempt.on, "switches" in attempt.how)
			if kind in worked or any(times >= _GIVE_UP for times in failed[attempt.how].values()):
				continue
			if time.process_time() > until:
				ended["takes too long"] += 1
				break
			outcome = self._control(attempt)
			end = _end(outcome)
			ended[end] += 1
			if outcome.came:
				worked.add(kind)
			elif not outcome.trace.saw_hidden:
				failed[attempt.how][end] += 1
		if method.key in self.census.asked:
			return
		ended += done
		reason = exempt.by_learned_end(done) or exempt.by_end(method, ended)
		if not reason or (reason == exempt.NAMES_NOTHING and method.parameters):
			learned, lent = self._control_learned(method)
			if method.key in self.census.asked:
				return
			reason = exempt.by_learned_end(learned) or ("" if lent else reason)
			ended += learned
		if reason := reason or exempt.reviewed(method):
			self.census.not_askable[method.key] = reason
		else:
			self.census.unexplained[method.key] = "; ".join(end for end, _times in ended.most_common(3))

	def _control_learned(self, method: methods.Method) -> tuple[Counter, bool]:
		"""How calls end for which it was learned what the method takes, and whether that is any document; the first that is
		answered is enough."""
		ended, lent = Counter(), False
		until = time.process_time() + _PER_METHOD
		for attempt in learning.attempts_of(method, self.scene, self.lender, self._learn):
			if time.process_time() > until:
				break
			outcome = self._control(attempt)
			ended[_end(outcome)] += 1
			lent = lent or attempt.on == learning.LENT
			if outcome.came or outcome.ok:
				break
		return ended, lent

	def _learn(self, attempt: Attempt) -> Trace:
		return self.observer.marked(attempt, self.administrator)

	def _control(self, attempt: Attempt) -> Outcome:
		outcome, bystanders = self.observer.observe(attempt, self.administrator)
		for kind, came in bystanders.items():
			self._find(attempt, kind, came)
		if outcome.came or not attempt.controlled:
			self._ask(attempt)
		if outcome.came:
			for method in {attempt.method, *outcome.called}:
				done = f"{attempt.target.doctype}: {', '.join(outcome.came)}"
				self.census.asked.setdefault(method, []).append(done)
		return outcome

	def _find(self, attempt: Attempt, kind: str, came: Iterable[str]) -> None:
		for each in came:
			finding = Finding(attempt.method, kind, attempt.target.doctype, each, attempt.how)
			if finding not in self.census.findings and not exempt.finding(attempt.method, each, kind):
				self.census.findings.append(finding)


def _reads(attempt: Attempt, came: str) -> bool:
	"""Whether a login that may read the record got no more than that.

	The rule says who can change governed documents; what belongs to them follows Frappe's own permissions. That a text which
	this login may read came somewhere is not a finding, except in print, or where a surface says that the rule forbids it.
	"""
	if came == CHANGED:
		return attempt.target.doctype not in governed.doctypes()
	if came == "answer":
		return attempt.action == access.READ
	return came != "print"


def _end(outcome: Outcome) -> str:
	if outcome.trace.stopped_by:
		return outcome.trace.stopped_by
	if outcome.ok:
		return exempt.READ_IT if outcome.trace.saw_hidden else exempt.READ_NOTHING
	return f"{outcome.status} {outcome.error}"
