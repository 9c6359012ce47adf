"""Whether this app works on the site, in lines for an administrator: `bench --site SITE client-comms health`."""

from collections.abc import Callable
from dataclasses import dataclass

from frappe import _

from client_comms.enforcement import closing


@dataclass(frozen=True, slots=True)
class Line:
	"""What was checked and its result; `faults` says what is wrong and what to do, and is empty if all is well."""

	title: str
	text: str
	faults: tuple[str, ...] = ()

	@property
	def ok(self) -> bool:
		return not self.faults


def controls() -> Line:
	"""No other app, and no outdated cache, keeps Frappe from applying this app's controls."""
	found = closing.follow()
	text = _("{0} are disabled").format(len(found)) if found else _("Frappe applies all of them")
	return Line(_("Controls"), text, tuple(f"{each.message} {each.remedy}" for each in found))


CHECKS: tuple[Callable[[], Line], ...] = (controls,)


def check() -> list[Line]:
	return [line() for line in CHECKS]
