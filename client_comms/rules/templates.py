"""Whether an approved text can be used for a message (clause D-3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from client_comms.rules.messages import Message, _

DRAFT = "Draft"
# An approver asked for another text or another use.
SENT_BACK = "Sent Back"
APPROVED = "Approved"
EXPIRED = "Expired"
WITHDRAWN = "Withdrawn"


@dataclass(frozen=True, slots=True)
class Template:
	"""A text and the terms of its approval.

	`highest_rank` is the rank of the strictest level for which it can be used. No `types` or `channels`: any.
	`text_is_approved` says whether the text is still the approved one. `valid_until` is the last
	day of use. `placeholders` are the fields that fill it.
	"""

	name: str
	language: str
	highest_rank: int
	status: str
	text_is_approved: bool = True
	valid_until: date | None = None
	types: frozenset[str] = frozenset()
	channels: frozenset[str] = frozenset()
	placeholders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Need:
	"""What a template is needed for; None means that the property does not matter.

	`rank` is that of the record's level, `fields` are those that can fill placeholders, `languages` are those to
	write in, the best first.
	"""

	on: date
	rank: int = 0
	communication_type: str | None = None
	channel: str | None = None
	fields: frozenset[str] | None = None
	languages: tuple[str, ...] = ()


def objections(template: Template, need: Need) -> tuple[Message, ...]:
	"""All reasons why the template must not be used for `need`; none if it can be (D-3)."""
	checks = (
		(template.status == WITHDRAWN, _("{template} was withdrawn.")),
		(
			template.status == EXPIRED
			or (template.valid_until is not None and template.valid_until < need.on),
			_("The approval of {template} has expired. Ask for it to be approved again."),
		),
		(
			template.status in (DRAFT, SENT_BACK) or not template.text_is_approved,
			_("The current text of {template} is not approved. Ask for it to be approved."),
		),
		(
			template.highest_rank < need.rank,
			_("{template} is not approved for records at this confidentiality level."),
		),
		(
			bool(need.communication_type and template.types)
			and need.communication_type not in template.types,
			_("{template} is not approved for this communication type."),
		),
		(
			bool(need.channel and template.channels) and need.channel not in template.channels,
			_("{template} is not approved for this channel."),
		),
		(
			need.fields is not None and not template.placeholders <= need.fields,
			_("{template} has placeholders that this document cannot fill."),
		),
	)
	return tuple(Message(text, {"template": template.name}) for holds, text in checks if holds)


def fitting(templates: Iterable[Template], need: Need) -> list[Template]:
	"""The templates that can be used for `need`, the best first.

	Requested languages come before others (`de` also serves `de-AT`), then templates for the exact type before
	those for all types; then by name.
	"""

	def distance(template: Template) -> tuple:
		return (
			_distance(template.language, need.languages),
			need.communication_type not in template.types,
			template.name,
		)

	return sorted((each for each in templates if not objections(each, need)), key=distance)


def _distance(language: str, wanted: tuple[str, ...]) -> int:
	for position, each in enumerate(wanted):
		if each.lower() == language.lower():
			return 2 * position
		if each.lower().split("-")[0] == language.lower().split("-")[0]:
			return 2 * position + 1
	return 2 * len(wanted)
