"""Whether a client has agreed to something, at a moment (clauses P-2 and P-3).

A consent is the client's word on one purpose and, where it is about handing something on, one third
party. Its events only grow; the last one that is not after the moment says how it stands. Of several
consents that concern the same request the least permissive wins: one refusal or withdrawal outweighs any
number of agreements, and only the client's later word on that same consent lifts it: a yes to more than it was
about is such a word, too, and is recorded as one (`to_ask`, `answered_too`). A consent that has expired says nothing any more, neither yes nor no.

Datetimes are compared with each other only: all naive in one time zone, or all aware.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from client_comms.rules.messages import Message, _

# Kinds of events, which are also the statuses they leave
GIVEN, REFUSED, WITHDRAWN = "Given", "Refused", "Withdrawn"
EXPIRED = "Expired"
WORDS = (GIVEN, REFUSED, WITHDRAWN)

# Identifiers of the rule that decided
BY_CONSENT = "consent"
NO_CONSENT = "no-consent"
CONSENT_REFUSED = "consent-refused"
CONSENT_WITHDRAWN = "consent-withdrawn"
CONSENT_EXPIRED = "consent-expired"
CONSENT_TOO_NARROW = "consent-too-narrow"


@dataclass(frozen=True, slots=True)
class Event:
	"""The client's word at `at`; `valid_until` is the last moment an agreement holds, None for no end."""

	kind: str
	at: datetime
	valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
	"""What the client said about a purpose.

	`third_party` None: it is about what we do ourselves, such as marketing. `contact` None: it is the word of
	the party as a whole. `data_categories` empty: it is about everything we hold.
	"""

	name: str
	purpose: str
	events: Sequence[Event]
	third_party: str | None = None
	contact: str | None = None
	data_categories: frozenset[str] = frozenset()

	def standing(self, at: datetime) -> Event | None:
		"""The client's last word up to `at`; of several at one moment, the one recorded last."""
		# sorted() keeps the recorded order of events of one moment.
		said = sorted((event for event in self.events if event.at <= at), key=lambda event: event.at)
		return said[-1] if said else None

	def status(self, at: datetime) -> str | None:
		"""`GIVEN`, `REFUSED`, `WITHDRAWN` or `EXPIRED` at `at`; None before the client said anything."""
		last = self.standing(at)
		if last is None:
			return None
		if last.kind == GIVEN and last.valid_until is not None and at > last.valid_until:
			return EXPIRED
		return last.kind


@dataclass(frozen=True, slots=True)
class Request:
	"""What we would like to do: for `purpose`, with data of `data_categories`, towards `third_party`.

	`data_categories` empty: not known which, so that only a consent for everything covers it. `contact`
	is the person whose data it is, None for the party as a whole.
	"""

	purpose: str
	third_party: str | None = None
	contact: str | None = None
	data_categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
	"""Whether the request is covered, by which rule, and the consent that decided; None when there is none."""

	allowed: bool
	rule: str
	consent: str | None
	reason: Message


def decide(consents: Iterable[Consent], request: Request, at: datetime) -> Decision:
	"""Whether the client's consents of that party cover `request` at `at` (P-3).

	Deny unless a consent that stands covers the purpose, the third party, the person and all categories of
	data, and no refusal or withdrawal concerns any of it.
	"""
	concerned = sorted(
		(consent for consent in consents if _concerns(consent, request)), key=lambda consent: consent.name
	)
	for status, rule, text in (
		(WITHDRAWN, CONSENT_WITHDRAWN, _("The client withdrew consent {consent} on {when}.")),
		(REFUSED, CONSENT_REFUSED, _("The client refused consent {consent} on {when}.")),
	):
		for consent in concerned:
			if consent.status(at) == status and _touches(consent, request):
				values = {"consent": consent.name, "when": consent.standing(at).at}
				return Decision(False, rule, consent.name, Message(text, values))

	given = [consent for consent in concerned if consent.status(at) == GIVEN]
	for consent in given:
		if _covers(consent, request):
			return Decision(
				True,
				BY_CONSENT,
				consent.name,
				Message(
					_("The client consented on {when}: {consent}."),
					{"consent": consent.name, "when": consent.standing(at).at},
				),
			)
	for consent in given:
		if _same_person(consent, request):
			return Decision(
				False,
				CONSENT_TOO_NARROW,
				consent.name,
				Message(
					_("Consent {consent} covers only: {categories}."),
					{"consent": consent.name, "categories": ", ".join(sorted(consent.data_categories))},
				),
			)
	for consent in concerned:
		if consent.status(at) == EXPIRED and _same_person(consent, request):
			return Decision(
				False,
				CONSENT_EXPIRED,
				consent.name,
				Message(
					_("Consent {consent} expired on {when}."),
					{"consent": consent.name, "when": consent.standing(at).valid_until},
				),
			)
	return Decision(False, NO_CONSENT, None, Message(_("The client has not given consent for this.")))


def to_ask(consents: Iterable[Consent], request: Request, at: datetime) -> Request:
	"""What to ask the client so that their yes lets `request` pass (P-3): that, and all that a no in its way is about.

	What another person said for themselves is theirs to take back, so they are not asked about it here.
	"""
	asked = [request]
	for consent in consents:
		in_the_way = _concerns(consent, request) and consent.status(at) in (REFUSED, WITHDRAWN)
		if in_the_way and consent.contact in (None, request.contact) and _touches(consent, request):
			asked.append(consent)
	everything = any(not each.data_categories for each in asked)
	return replace(
		request,
		contact=None if any(each.contact is None for each in asked) else request.contact,
		data_categories=frozenset()
		if everything
		else frozenset().union(*(each.data_categories for each in asked)),
	)


def answered_too(
	consents: Iterable[Consent], given: Consent, person: str | None, at: datetime
) -> list[Consent]:
	"""The refusals and withdrawals that the client's yes to `given` takes back: those about no more than it is about.

	:param person: the contact who said yes
	"""
	theirs = {given.contact} if given.contact else {None, person}
	return [
		consent
		for consent in consents
		if consent.name != given.name
		and _concerns(consent, given)
		and consent.status(at) in (REFUSED, WITHDRAWN)
		and consent.contact in theirs
		and (not given.data_categories or frozenset() < consent.data_categories <= given.data_categories)
	]


def _concerns(consent: Consent, other: "Request | Consent") -> bool:
	return (consent.purpose, consent.third_party) == (other.purpose, other.third_party)


def _same_person(consent: Consent, request: Request) -> bool:
	"""The party's word holds for each of its people; one person's word holds for that person alone."""
	return consent.contact is None or consent.contact == request.contact


def _covers(consent: Consent, request: Request) -> bool:
	if not _same_person(consent, request):
		return False
	if not consent.data_categories:
		return True
	return bool(request.data_categories) and request.data_categories <= consent.data_categories


def _touches(consent: Consent, request: Request) -> bool:
	"""Whether a refusal or withdrawal concerns any part of the request: its people and its data."""
	people = consent.contact is None or request.contact is None or consent.contact == request.contact
	data = (
		not consent.data_categories
		or not request.data_categories
		or bool(consent.data_categories & request.data_categories)
	)
	return people and data
