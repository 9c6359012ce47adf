"""The result of a census, or of a part of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
	"""A login without clearance got at a hidden record."""

	method: str
	login: str
	target: str
	came: str  # how it came out
	how: str  # the call


@dataclass
class Census:
	methods: int = 0
	asked: dict[str, list[str]] = field(default_factory=dict)  # method -> what its control did
	not_askable: dict[str, str] = field(default_factory=dict)  # method -> why not
	unexplained: dict[str, str] = field(default_factory=dict)  # method -> how its calls ended
	answered: dict[str, int] = field(default_factory=dict)  # login -> calls
	refused: dict[str, int] = field(default_factory=dict)  # login -> calls
	findings: list[Finding] = field(default_factory=list)
	not_importable: dict[str, str] = field(default_factory=dict)  # module -> error
	cleared: list[str] = field(default_factory=list)  # logins that may read the record, and were not asked
	seconds: float = 0
	left: int = 0  # methods for which there was no time

	def add(self, parts: Iterable["Census"]) -> None:
		"""Add what other parts found. A method that any of them asked counts as asked."""
		answered, refused = Counter(self.answered), Counter(self.refused)
		for part in parts:
			for method, done in part.asked.items():
				self.asked.setdefault(method, []).extend(done)
			self.not_askable.update(part.not_askable)
			self.unexplained.update(part.unexplained)
			answered.update(part.answered)
			refused.update(part.refused)
			self.findings += [each for each in part.findings if each not in self.findings]
			self.seconds += part.seconds
		self.answered, self.refused = dict(answered), dict(refused)
		for reasons in (self.not_askable, self.unexplained):
			for method in self.asked.keys() & reasons.keys():
				del reasons[method]
