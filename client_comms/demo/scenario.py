"""The staff and customers of Nordlicht Solar, and what staff did in addition to writing mail.

Plain data around the mailbox: the staff of every role, the customers, the calls and meetings that were
logged, and the actions on conversations (acknowledged, promised, waiting, closed, …), each at its time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from client_comms import procedure
from client_comms.demo import mailbox
from client_comms.demo.stories import JANA, LENA, MAREN, OWN_DOMAIN, TIME_ZONE, TOM

Person = tuple[str, str]  # name and email address

NORA: Person = ("Nora Behrens", f"nora.behrens@{OWN_DOMAIN}")
HENRIK: Person = ("Henrik Paulsen", f"henrik.paulsen@{OWN_DOMAIN}")
FELIX: Person = ("Felix Wulf", f"felix.wulf@{OWN_DOMAIN}")
SABINE: Person = ("Sabine Reuter", f"sabine.reuter@{OWN_DOMAIN}")
INES: Person = ("Ines Carstens", f"ines.carstens@{OWN_DOMAIN}")

# Each with a role of the procedure, whose Role Profile they have, and further roles of ERPNext that the job needs.
STAFF = (
	(LENA, procedure.FRONTLINE_STAFF, ()),
	(NORA, procedure.FRONTLINE_STAFF, ()),
	(TOM, procedure.ACCOUNT_MANAGER, ("Sales Manager",)),
	(HENRIK, procedure.ACCOUNT_MANAGER, ("Sales Manager",)),
	(JANA, procedure.CUSTOMER_SUPPORT, ()),
	(FELIX, procedure.CUSTOMER_SUPPORT, ()),
	(MAREN, procedure.CUSTOMER_SUPPORT_MANAGER, ()),
	(SABINE, procedure.COMPLIANCE_OFFICER, ()),
	(INES, procedure.COMMUNICATIONS_MANAGER, ()),
)

# Customer, its type in ERPNext, the person who writes, the account manager.
CUSTOMERS = (
	("Ada Lang", "Individual", ("Ada Lang", "ada.lang@client-a.example"), HENRIK),
	("Atelier Dupont", "Company", ("Hélène Dupont", "helene.dupont@atelier-dupont.example"), HENRIK),
	("Bäckerei Lund", "Company", ("Birte Lund", "birte@baeckerei-lund.example"), HENRIK),
	("Hafenkooperative Kiel", "Company", ("Sarah O'Neill", "sarah@harbour-coop.example"), TOM),
	("Hansen Bau", "Company", ("Ole Hansen", "o.hansen@hansen-bau.example"), TOM),
	("Hof Jansen", "Company", ("Enno Jansen", "enno@hof-jansen.example"), HENRIK),
	("Hotel Förde", "Company", ("Clara Winter", "c.winter@hotel-foerde.example"), TOM),
	("Kirchengemeinde Thiel", "Company", ("Pastor Thiel", "buero@gemeinde-thiel.example"), HENRIK),
	("Kowalski Logistik", "Company", ("Piotr Kowalski", "p.kowalski@kowalski-logistik.example"), TOM),
	("Mehmet Yilmaz", "Individual", ("Mehmet Yilmaz", "m.yilmaz@client-b.example"), HENRIK),
	("Müller Metall", "Company", ("Jürgen Müller", "juergen.mueller@mueller-metall.example"), TOM),
	("Praxis Dr. Falk", "Company", ("Dr. Ines Falk", "falk@praxis-falk.example"), TOM),
	("Waldschule Kiel", "Company", ("Rektorat Waldschule", "office@waldschule.example"), HENRIK),
)

# What staff do to an interaction
ACKNOWLEDGE = "Acknowledged"
PROMISE = "Promised"
ANSWER = "Answered"
PAUSE = "Paused"
RESUME = "Resumed"
CLOSE = "Closed"
REOPEN = "Reopened"
ASSIGN = "Assigned"
WRITE = "Mail written"


@dataclass(frozen=True, slots=True)
class Log:
	"""A call, meeting, visit or letter that `by` logged afterwards; `fields` are of Client Interaction."""

	key: str
	at: datetime
	by: Person
	customer: str
	fields: dict = field(hash=False)


@dataclass(frozen=True, slots=True)
class Action:
	"""Something done to the conversation `key`, by its responsible staff unless `by` says otherwise.

	`until` belongs to PROMISE, `to` is the assignee of an action item for ASSIGN; the `note` of WRITE is the
	text sent to the client.
	"""

	key: str
	at: datetime
	does: str
	note: str | None = None
	until: datetime | None = None
	by: Person | None = None
	to: Person | None = None


def build(anchor: date, time_zone: str = TIME_ZONE) -> list[Log | Action]:
	"""Return what was logged and done up to `anchor`, in chronological order; times of day are those of `time_zone`."""
	zone = ZoneInfo(time_zone)

	def moment(day: date, clock: str) -> datetime:
		return datetime.combine(day, time.fromisoformat(clock), zone)

	found: list[Log | Action] = []
	for key, when, by, customer, fields, actions in _LOGS:
		day, clock = mailbox.first_moment(when, anchor)
		found.append(Log(key, moment(day, clock), by, customer, fields))
		found += _actions(key, day, actions, anchor, moment)
	begun: dict[str, date] = {}
	for mail in mailbox.build(anchor, time_zone):
		begun.setdefault(mail.key, mail.at.date())
	for key, actions in _ON_MAIL:
		found += _actions(key, begun[key], actions, anchor, moment)
	return sorted(found, key=lambda each: each.at)


def _actions(
	key: str, first_day: date, actions: tuple, anchor: date, moment: Callable[[date, str], datetime]
) -> Iterator[Action]:
	for days, clock, does, *more in actions:
		details = dict(*more)
		if "until" in details:
			until_days, until_clock = details["until"]
			details["until"] = moment(mailbox.business_day(first_day, until_days, anchor), until_clock)
		yield Action(key, moment(mailbox.business_day(first_day, days, anchor), clock), does, **details)


def _note(method: str, note: str) -> dict:
	return {"documentation_method": method, "note": note}


# Key of a conversation of the mailbox, and what was done to it: n-th business day after its first mail, time of
# day, what. Nothing here changes a deadline of the mail, which stays as the dry run computes it.
_ON_MAIL = (
	("roof-offer", ((4, "10:00", CLOSE),)),
	("leak", ((0, "18:35", ACKNOWLEDGE, {"note": "Called her back at once."}), (14, "16:10", CLOSE))),
	# Closed too early: the client writes again, which reopens it.
	("error-301", ((1, "16:00", CLOSE), (6, "10:00", CLOSE))),
	("bakery-roof", ((5, "11:00", CLOSE),)),
	(
		"hall-hansen",
		(
			(1, "09:40", ACKNOWLEDGE, {"note": "Rang to say that we have it."}),
			(2, "16:00", PROMISE, {"until": (3, "12:00"), "note": "Tom is back from a site on Wednesday."}),
			(9, "09:30", CLOSE),
		),
	),
	("metal-quote", ((10, "14:00", CLOSE),)),
	("clinic-question", ((6, "13:15", CLOSE),)),
	("portal-login", ((2, "10:00", CLOSE),)),
	("farm-barn", ((1, "10:20", ACKNOWLEDGE),)),
	(
		"hotel-charging",
		(
			(1, "11:00", ACKNOWLEDGE),
			(
				2,
				"16:30",
				PROMISE,
				{"until": (3, "17:00"), "note": "Waiting for the price of the wall boxes."},
			),
		),
	),
	(
		"invoice-twice",
		((0, "16:20", ACKNOWLEDGE, {"note": "Asked accounts to stop the reminder."}), (12, "15:40", CLOSE)),
	),
	("qingdao", ((1, "09:00", CLOSE),)),
	("noise", ((1, "10:10", ACKNOWLEDGE), (9, "16:00", CLOSE))),
	("closure-leak", ((0, "16:05", CLOSE),)),
	("closure-invoice", ((0, "15:35", CLOSE),)),
	("insurance", ((4, "09:00", CLOSE),)),
	(
		"data",
		(
			(
				2,
				"09:15",
				ASSIGN,
				{"by": MAREN, "to": SABINE, "note": "Find out from the log of the portal who saw the data"},
			),
		),
	),
	("expansion", ((3, "10:00", CLOSE),)),
	(
		"fitter",
		(
			(
				1,
				"10:40",
				ASSIGN,
				{"by": MAREN, "to": FELIX, "note": "Call Mr Hansen: our mail to him came back"},
			),
		),
	),
	(
		"allotment",
		(
			(1, "12:00", ACKNOWLEDGE),
			(2, "11:30", PROMISE, {"until": (5, "12:00"), "note": "Needs a word with our planner."}),
		),
	),
	("rental", ((4, "11:00", CLOSE),)),
	(
		"yield",
		(
			(1, "09:30", ACKNOWLEDGE),
			(
				2,
				"15:00",
				PROMISE,
				{"until": (20, "16:00"), "note": "The meter is read again at the end of the month."},
			),
		),
	),
	("storm", ((3, "14:20", CLOSE),)),
	("brewery", ((3, "16:00", CLOSE),)),
	(
		"sailing-club",
		(
			(0, "15:10", ACKNOWLEDGE),
			(
				1,
				"10:30",
				PAUSE,
				{"note": "Asked for photos of the boathouse; nothing to do before we have them."},
			),
		),
	),
	("warranty", ((0, "11:20", ACKNOWLEDGE, {"note": "Told him that we ask the manufacturer."}),)),
)

# Key, when, who logged it, customer, fields, and what was done to it, as above.
_LOGS = (
	(
		"call-meter-cupboard",
		(-7, "Wed", "10:05"),
		NORA,
		"Hof Jansen",
		{
			"communication_type": procedure.INITIAL_INQUIRY,
			"channel": "Phone",
			"direction": "Inbound",
			"subject": "New meter cupboard",
			"summary": "Needs a new meter cupboard before the barn is wired and asks for a price.",
		},
		(
			(0, "10:20", ACKNOWLEDGE, {"note": "On the phone."}),
			(0, "15:00", PAUSE, {"note": "He measures the wall first."}),
			(4, "09:15", RESUME),
			(5, "11:00", ANSWER, {"note": "Price given on the phone: 1,480 euros."}),
		),
	),
	(
		"meeting-hotel",
		(-7, "Thu", "15:30"),
		TOM,
		"Hotel Förde",
		{
			"communication_type": procedure.SERVICE_UPDATE,
			"channel": "Meeting",
			"direction": "Outbound",
			"subject": "Project meeting: cellar and wiring",
			"summary": "Walked through the cellar. The inverter goes beside the boiler room.",
			"evidence": [
				_note(procedure.MEETING_NOTES, "Present: Ms Winter, Tom Brandt. Start of work agreed.")
			],
			"action_items": [
				{
					"description": "Send the wiring plan to the hotel's electrician",
					"assigned_to": HENRIK[1],
					"status": "Open",
				}
			],
		},
		((2, "09:00", CLOSE),),
	),
	(
		"call-scaffold",
		(-7, "Fri", "11:50"),
		FELIX,
		"Bäckerei Lund",
		{
			"communication_type": procedure.FEEDBACK,
			"channel": "Phone",
			"direction": "Inbound",
			"subject": "Dust in the shop",
			"summary": "Drilling dust in the display. Wants to know who pays for the cleaning.",
		},
		(
			(0, "12:00", ACKNOWLEDGE, {"note": "On the phone."}),
			(1, "14:30", ANSWER, {"note": "We pay the cleaning; she sends the bill."}),
		),
	),
	(
		"call-delivery",
		(-5, "Thu", "09:30"),
		HENRIK,
		"Bäckerei Lund",
		{
			"communication_type": procedure.SERVICE_UPDATE,
			"channel": "Phone",
			"direction": "Outbound",
			"subject": "Battery arrives on Tuesday",
			"summary": "Told her that the battery arrives on Tuesday before eight, through the yard.",
			"evidence": [_note(procedure.MEETING_NOTES, "Agreed on Tuesday, 7:30. The yard gate is open.")],
		},
		(),
	),
	(
		"visit-school",
		(-4, "Wed", "14:00"),
		NORA,
		"Waldschule Kiel",
		{
			"communication_type": procedure.INITIAL_INQUIRY,
			"channel": "Visit",
			"direction": "Inbound",
			"subject": "Display for the school hall",
			"summary": "The caretaker came by: can a screen in the hall show what the roof makes?",
		},
		(
			(0, "14:05", ACKNOWLEDGE, {"note": "In person."}),
			(1, "10:00", WRITE, {"note": "Yes, it can. The screen costs 620 euros, and we mount it."}),
			(2, "09:00", CLOSE),
			(4, "13:30", REOPEN, {"note": "He asks for a second screen in the staff room."}),
		),
	),
	(
		"letter-parish",
		(-3, "Thu", "11:15"),
		FELIX,
		"Kirchengemeinde Thiel",
		{
			"communication_type": procedure.FEEDBACK,
			"channel": "Letter",
			"direction": "Inbound",
			"subject": "Letter of the parish council about the glare",
			"summary": "The roof blinds the neighbours in the evening. The council asks for a remedy by spring.",
			"evidence": [
				{
					"documentation_method": procedure.ESCALATION_REPORT,
					"note": "The letter is in the binder.",
					"physical_location": "Binder Complaints, cabinet 2",
					"custodian": MAREN[1],
				}
			],
		},
		(
			(1, "09:30", ACKNOWLEDGE, {"note": "Called the office."}),
			(2, "16:10", PROMISE, {"until": (7, "12:00"), "note": "An engineer measures the glare first."}),
			(6, "15:00", ANSWER, {"note": "Sent the offer of matt modules for the west side."}),
		),
	),
	(
		"chat-tariff",
		(-2, "Tue", "13:20"),
		LENA,
		"Mehmet Yilmaz",
		{
			"communication_type": procedure.INITIAL_INQUIRY,
			"channel": "Chat",
			"direction": "Inbound",
			"subject": "Which tariff with the balcony system?",
			"summary": "Asks whether a dynamic tariff makes sense with two modules.",
		},
		((0, "13:35", ANSWER, {"note": "Hardly, below 800 W. Explained in the chat."}),),
	),
	(
		"meeting-coop",
		(-2, "Fri", "10:30"),
		TOM,
		"Hafenkooperative Kiel",
		{
			"communication_type": procedure.SERVICE_UPDATE,
			"channel": "Meeting",
			"direction": "Outbound",
			"subject": "Annual review of the harbour system",
			"summary": "Went through the year: two days off the grid, one inverter replaced.",
			"evidence": [_note(procedure.MEETING_NOTES, "Present: Ms O'Neill, two members, Tom Brandt.")],
		},
		((1, "11:00", CLOSE),),
	),
	(
		"closure-noise",
		(-3, "Mon", "10:15"),
		JANA,
		"Hotel Förde",
		{
			"communication_type": procedure.RESOLUTION,
			"channel": "Phone",
			"direction": "Outbound",
			"subject": "Resolved: inverter in the cellar",
			"summary": "Ms Winter confirms that nothing is heard upstairs any more.",
		},
		(
			(
				0,
				"10:40",
				WRITE,
				{"note": "As we said on the phone: the matter is resolved. Thank you for telling us."},
			),
			(0, "10:45", CLOSE),
		),
	),
	(
		"portal-contract",
		(3, "16:25"),
		LENA,
		"Kowalski Logistik",
		{
			"communication_type": procedure.INITIAL_INQUIRY,
			"channel": "Portal",
			"direction": "Inbound",
			"subject": "Second depot in Rendsburg",
			"summary": "Filled in the form in the portal: 2,000 m² of flat roof, wants a first estimate.",
		},
		(
			(1, "09:50", ACKNOWLEDGE),
			(1, "16:00", PROMISE, {"until": (6, "12:00"), "note": "Estimate after the drone flight."}),
		),
	),
)
