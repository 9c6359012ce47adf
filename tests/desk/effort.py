"""What a task costs the user who does it: clicks, typed fields and seconds, and the table in which they are compared."""

import contextlib
import time
from dataclasses import dataclass

import pytest

KEY_MILLISECONDS = 30

OWED = "See what is owed and reply to the most urgent"
KNOWN, UNKNOWN = "Log a call by a known client", "Log a call by an unknown caller"
COMPLAINT, UNKNOWN_COMPLAINT = "Log a complaint by a known client", "Log a complaint by an unknown caller"
ACKNOWLEDGE, PROMISE = "Acknowledge receipt by email", "Promise an answer by email"
ANSWER = "Answer by email"
CLOSE = "Close although a document is missing: provide it first"
ACCESS = "Be refused, ask for access, be granted it"
REASSIGN = "Reassign ten"
MATRIX = "Change by when clients are owed an answer"
EMPLOYEE = "Set up a new employee"
CONSENT = "The client's yes on a phone"

# Task → the clicks and the typed fields that it takes at most, and the seconds where someone is on the telephone meanwhile.
LIMITS = {
	OWED: (2, 0, None),
	KNOWN: (3, 3, 15),
	UNKNOWN: (4, 4, 15),
	COMPLAINT: (3, 3, 15),
	UNKNOWN_COMPLAINT: (4, 4, 15),
	ACKNOWLEDGE: (4, 1, None),
	PROMISE: (4, 1, None),
	ANSWER: (2, 1, None),
	CLOSE: (2, 0, None),
	ACCESS: (3, 1, None),
	REASSIGN: (5, 1, None),
	MATRIX: (10, 3, None),
	EMPLOYEE: (4, 3, None),
	CONSENT: (2, 0, None),
}
NOTHING = {
	ACKNOWLEDGE: "the first answer is the acknowledgement",
	PROMISE: "an Issue knows no promise",
	CLOSE: "an Issue knows no documents that it needs",
	CONSENT: "ERPNext knows no consent",
}


@dataclass
class Effort:
	"""Of one task, by however many users: `with effort.on(page) as hand: hand.click(…)`."""

	clicks: int = 0
	fields: int = 0  # typed into, whatever the number of letters
	seconds: float = 0

	@contextlib.contextmanager
	def on(self, page):
		"""The time counts that passes inside, so a page is opened before and its result awaited inside."""
		begun = time.monotonic()
		yield Hand(self, page)
		self.seconds += time.monotonic() - begun

	def cells(self) -> str:
		return f"{self.clicks} | {self.fields} | {self.seconds:.1f}"


class Hand:
	"""A user's hand on mouse and keyboard, which counts."""

	def __init__(self, effort: Effort, page):
		self.effort, self.page = effort, page

	def click(self, target):
		target.click()
		self.effort.clicks += 1

	def type(self, text, leave=False):
		"""Into what has the focus; `leave` goes on to the next field."""
		self.page.keyboard.type(text, delay=KEY_MILLISECONDS)
		if leave:
			self.page.keyboard.press("Tab")
		self.effort.fields += 1

	def select(self, target, value):
		"""One of a short list: a click opens it, another one chooses."""
		target.select_option(value)
		self.effort.clicks += 2

	def search(self, field, text, choose=None):
		"""A link field, which is clicked unless it has the focus: type, then click what is offered."""
		box = field.locator("input")
		if not box.evaluate("(box) => box === document.activeElement"):
			self.click(box)
		self.type(text)
		self.click(field.locator("[role=option], .awesomplete li").filter(has_text=choose or text).first)


def table(tasks, ours: dict[str, Effort], theirs: dict[str, Effort], nothing: dict[str, str]) -> str:
	"""A row for each task; `nothing` says why ERPNext has no such thing."""
	lines = [
		"| task | clicks | fields | seconds | Issue: clicks | fields | seconds |",
		"|---|---|---|---|---|---|---|",
	]
	for task in tasks:
		own = ours[task].cells() if task in ours else " | | "
		beside = theirs[task].cells() if task in theirs else f"— {nothing.get(task, '')} | | "
		lines.append(f"| {task} | {own} | {beside} |")
	return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def costs(results):
	"""Which side → task → what it cost; in the end the table is written."""
	sides = {"ours": {}, "theirs": {}}
	yield sides
	results.mkdir(parents=True, exist_ok=True)
	(results / "effort.md").write_text(table(LIMITS, sides["ours"], sides["theirs"], NOTHING))


@pytest.fixture
def effort(costs):
	"""`effort(task)` is measured, and held against its limits when the test has ended well."""
	made = {}

	def begin(task):
		return made.setdefault(task, Effort())

	yield begin
	for task, cost in made.items():
		if not cost.seconds:
			continue  # the walk broke off
		clicks, fields, seconds = LIMITS[task]
		costs["ours"][task] = cost
		assert cost.clicks <= clicks and cost.fields <= fields, f"{task}: {cost}"
		assert seconds is None or cost.seconds < seconds, f"{task}: {cost}"


@pytest.fixture
def beside(costs):
	"""`beside(task)` is measured with an Issue."""
	return lambda task: costs["theirs"].setdefault(task, Effort())


@pytest.fixture
def employee(site):
	"""The address of an employee who comes; their user goes in the end."""
	address = f"nina.{site.generate_hash(length=6)}@own.example"
	yield address
	site.set_user("Administrator")
	site.db.rollback()
	site.delete_doc("User", address, force=True, ignore_missing=True)
	for contact in site.get_all("Contact", {"email_id": address}, pluck="name"):
		site.delete_doc("Contact", contact, force=True)
	site.db.commit()


def add_user(page, hand, address):
	hand.click(page.locator(".page-head:visible").get_by_role("button", name="Add User"))
	dialog = page.locator(".modal.show", has_text="New User")
	box = dialog.locator("[data-fieldname=email] input")
	box.wait_for()
	page.wait_for_function("() => window.cur_dialog?.display")
	if not box.evaluate("(box) => box === document.activeElement"):
		hand.click(box)
	hand.type(address, leave=True)
	hand.type("Nina")
	return dialog
