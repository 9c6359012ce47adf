"""Whether a client has consented to something at a given time (clauses P-2 and P-3).

A consent is the client's decision on one purpose and, if it concerns sharing, one third party. Its
history is append-only; the last event up to the given time decides its status. If several consents
concern the same request, the least permissive wins: one refusal or withdrawal outweighs any number of
agreements, until the client decides differently on that same consent. Agreeing to a wider request counts
as such a decision and is recorded as one (`to_ask`, `answered_too`). An expired consent has no effect,
neither as a yes nor as a no.

Datetimes are compared with each other only: all naive in one time zone, or all aware.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from client_comms.rules.messages import Message, _

# Kinds of events, which are also the resulting statuses
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
SAID_NO = (CONSENT_REFUSED, CONSENT_WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Event:
	"""The client's decision at `at`; `valid_until` is the last moment at which an agreement is valid, None for no end."""

	kind: str
	at: datetime
	valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
	"""The client's decisions about a purpose.

	`third_party` None: it concerns only ourselves, such as marketing. `contact` None: it was given for
	the party as a whole. If `data_categories` is empty, it covers all data we hold.
	"""

	name: str
	purpose: str
	events: Sequence[Event]
	third_party: str | None = None
	contact: str | None = None
	data_categories: frozenset[str] = frozenset()

	def last_event(self, at: datetime) -> Event | None:
		"""The client's last decision up to `at`; of several at the same moment, the one recorded last."""
		# sorted() keeps the recorded order of simultaneous events.
		said = sorted((event for event in self.events if event.at <= at), key=lambda event: event.at)
		return said[-1] if said else None

	def status(self, at: datetime) -> str | None:
		"""`GIVEN`, `REFUSED`, `WITHDRAWN` or `EXPIRED` at `at`; None before the client's first decision."""
		last = self.last_event(at)
		if last is None:
			return None
		if last.kind == GIVEN and last.valid_until is not None and at > last.valid_until:
			return EXPIRED
		return last.kind


@dataclass(frozen=True, slots=True)
class Request:
	"""What we want to do: share data of `data_categories` with `third_party` for `purpose`.

	If `data_categories` is empty, they are unknown, so only a consent for all data covers it. `contact`
	is the person whose data it is, None for the party as a whole.
	"""

	purpose: str
	third_party: str | None = None
	contact: str | None = None
	data_categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Decision:
	"""Whether the request is covered, by which rule, and the consent that decided, if any."""

	allowed: bool
	rule: str
	consent: str | None
	reason: Message


def decide(consents: Iterable[Consent], request: Request, at: datetime) -> Decision:
	"""Whether the client's consents of that party cover `request` at `at` (P-3).

	Deny unless a valid consent covers the purpose, the third party, the person and all categories of
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
				values = {"consent": consent.name, "when": consent.last_event(at).at}
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
					{"consent": consent.name, "when": consent.last_event(at).at},
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
	expired = [consent for consent in concerned if consent.status(at) == EXPIRED]
	for consent in expired:
		if _same_person(consent, request):
			return _expired(consent, at)
	# Without a person, what one of the client's people agreed to is not enough, but it is what can be done something about.
	if request.contact is None and given:
		theirs = given[0]
		return Decision(
			False,
			CONSENT_TOO_NARROW,
			theirs.name,
			Message(
				_("Consent {consent} covers only {contact}, and no contact is recorded here."),
				{"consent": theirs.name, "contact": theirs.contact},
			),
		)
	if request.contact is None and expired:
		return _expired(expired[0], at)
	return Decision(False, NO_CONSENT, None, Message(_("The client has not given consent for this.")))


def _expired(consent: Consent, at: datetime) -> Decision:
	return Decision(
		False,
		CONSENT_EXPIRED,
		consent.name,
		Message(
			_("Consent {consent} expired on {when}."),
			{"consent": consent.name, "when": consent.last_event(at).valid_until},
		),
	)


def to_ask(consents: Iterable[Consent], request: Request, at: datetime) -> Request:
	"""What to ask the client so that their agreement allows `request` (P-3): the request, plus everything
	that a blocking refusal covered.

	A refusal that another person made for themselves can be lifted only by that person, so it is not included.
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
	"""The refusals and withdrawals that agreeing to `given` lifts: those that cover no more than `given` does.

	:param person: the contact who agreed
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
	"""A decision for the party applies to each of its people; one person's decision applies only to that person."""
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
