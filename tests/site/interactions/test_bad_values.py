"""Invalid values, and values that would reveal a document's title or run in other users' browsers, are
refused on entry."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import frappe
import pytest

import client_comms
from client_comms import api, clock, document
from client_comms.api.self_service import receipt, submit
from client_comms.client_interactions import reporting
from client_comms.client_interactions.report.interaction_ageing import interaction_ageing
from client_comms.client_interactions.report.late_logs import late_logs
from client_comms.client_interactions.report.preferences_to_ask_for import preferences_to_ask_for
from client_comms.client_interactions.report.response_compliance import response_compliance
from client_comms.client_interactions.report.team_board import team_board
from client_comms.client_interactions.report.unlogged_interactions import unlogged_interactions
from client_comms.client_privacy import third_parties
from client_comms.client_privacy.report.channel_deviations import channel_deviations
from client_comms.client_privacy.report.disclosure_register import disclosure_register
from client_comms.clients import parties
from client_comms.communication_governance.report.review_results import review_results
from client_comms.communication_governance.report.wording_findings import wording_findings
from client_comms.exceptions import ActionNotPossibleError

STANDARD = "Standard"


def test_only_clients_are_clients(make_user, as_user):
	user = make_user("Frontline Staff")
	error = frappe.log_error(title="Password of the server is 1234")
	with as_user(user), pytest.raises(frappe.ValidationError, match="not a client type"):
		api.log_interaction(
			party_type="Error Log",
			party=error.name,
			communication_type="Initial Inquiry",
			channel="Phone",
			direction="Inbound",
			subject="Roof",
			summary="Asks for an offer.",
			responsible_staff=user,
		)


@pytest.mark.parametrize("color", ['red" onmouseover="alert(1)', "red", "#12"])
def test_a_color_is_a_color(color):
	level = frappe.get_doc("Confidentiality Level", STANDARD)
	level.color = color
	with pytest.raises(frappe.ValidationError, match="is not a color"):
		level.save()
	level.reload()
	level.color = "#CB2929"
	level.save()


def test_number_series_of_other_doctypes_are_known(site):
	from client_comms.setup import uninstall

	assert not "XQ-00001".startswith(uninstall._series_of_others())
	frappe.get_doc(
		{
			"doctype": "Property Setter",
			"doctype_or_field": "DocField",
			"doc_type": "Sales Invoice",
			"field_name": "naming_series",
			"property": "options",
			"value": "XQ-.#####\nACC-SINV-.YYYY.-",
		}
	).insert()
	assert "XQ-00001".startswith(uninstall._series_of_others())


# --- consent and identity ---------------------------------------------------------------------------

SHARING, EVE = "Sharing with a Third Party", "eve@adviser.example"


@pytest.fixture
def client(make_client, mailbox, adviser):
	anna = make_client("Anna Client", "anna@bad-values.example")
	return {"party_type": anna.party_type, "party": anna.party}


@pytest.fixture
def consent(client):
	def give(**fields):
		return frappe.get_doc(
			{
				"doctype": "Client Consent",
				**client,
				"purpose": SHARING,
				"third_party": "Adviser",
				"collected_through": "Phone",
				**fields,
			}
		).insert()

	return give


def test_an_end_that_is_none_or_too_early_changes_nothing(consent):
	given = consent()
	for end, says in (
		("soon", "not a date and time"),
		("2026-13-45", "not a date and time"),
		("2020-01-01", "must be after"),
		("2020-01-01T00:00:00+01:00", "must be after"),
		(str(clock.now() - timedelta(minutes=1)), "must be after"),
	):
		with pytest.raises(frappe.ValidationError, match=says):
			api.give_consent(given.name, valid_until=end)
		assert [row.event for row in frappe.get_doc("Client Consent", given.name).events] == ["Given"]


def test_an_end_with_an_offset_is_that_moment(consent):
	end = (clock.now() + timedelta(days=30)).replace(microsecond=0)
	offset = clock.to_aware(end).isoformat()
	assert (
		frappe.utils.get_datetime(api.give_consent(consent().name, valid_until=offset)["valid_until"]) == end
	)
	assert consent(valid_until=offset).valid_until == end


def test_a_consent_until_a_day_is_valid_on_that_day(consent):
	today = str(clock.now().date())
	assert str(consent(valid_until=today).valid_until) == f"{today} 23:59:59"
	assert api.give_consent(consent().name, valid_until=today)["valid_until"] == clock.end_of(today)


def test_a_withdrawal_takes_effect_at_once_also_if_a_later_day_is_entered(consent):
	said = consent(status="Withdrawn", withdrawn_on=str(clock.now() + timedelta(days=3)))
	assert (said.status, said.withdrawn_on) == ("Withdrawn", said.events[-1].at)
	assert frappe.utils.get_datetime(said.withdrawn_on) <= clock.now()


@pytest.mark.parametrize(
	("fields", "says"),
	[
		({"given_on": "2026-01-10 10:00:00", "valid_until": "2026-01-09"}, "must be after"),
		({"given_on": "2026-01-10 10:00:00", "valid_until": "2026-01-10 10:00:00"}, "must be after"),
		({"given_on": "long ago"}, "not a date and time"),
		({"valid_until": "for ever"}, "not a date and time"),
	],
)
def test_a_consent_does_not_end_before_it_begins(client, consent, fields, says):
	with pytest.raises(frappe.ValidationError, match=says):
		consent(**fields)
	assert not frappe.db.count("Client Consent", {"party": client["party"]})


def test_a_consent_reaches_us_in_a_way_there_is(consent):
	given = consent()
	for act in (api.give_consent, api.refuse_consent, api.withdraw_consent):
		with pytest.raises(frappe.ValidationError, match=r"Choose one of these: In Person, Phone"):
			act(given.name, through="Pigeon")
	api.give_consent(given.name, through="In Person")


@pytest.mark.parametrize(
	"recipients", ["", " , ", "[", "[1]", '{"a": 1}', '[["a@b.example"]]', "eve", f"{EVE}, <eve@>", []]
)
def test_recipients_are_addresses(client, recipients):
	with pytest.raises(frappe.ValidationError, match="not an email address"):
		api.may_share(**client, recipients=recipients)


@pytest.mark.parametrize("recipients", [EVE, f'["{EVE}"]', [EVE], f"Eve <{EVE}>, anna@bad-values.example"])
def test_recipients_are_written_in_several_ways(client, recipients):
	assert EVE in {row["recipient"] for row in api.may_share(**client, recipients=recipients)}


@pytest.mark.parametrize("recipients", ["[", "[1]", '{"a": 1}'])
def test_the_gate_is_asked_about_addresses(recipients):
	with pytest.raises(frappe.ValidationError, match="not an email address"):
		api.check_outgoing(recipients=recipients)


def test_a_purpose_of_our_own_lets_nothing_go_to_others(client, consent, set_settings):
	(answer,) = api.may_share(**client, recipients=EVE, purpose="Marketing")
	assert not answer["allowed"] and "does not concern third parties" in answer["why"]
	with pytest.raises(frappe.ValidationError, match="does not concern third parties"):
		api.request_consent(**client, purpose="Marketing", third_party="Adviser")
	with pytest.raises(frappe.ValidationError, match="concerns a third party"):
		api.request_consent(**client, purpose=SHARING)
	with pytest.raises(frappe.ValidationError, match="does not concern third parties"):
		set_settings(sharing_purpose="Marketing")
	assert not frappe.db.count("Client Consent", {"party": client["party"]})
	assert not frappe.db.count("Client Access Link", {"party": client["party"]})


def test_a_request_is_for_something(client, set_settings):
	set_settings(sharing_purpose=None)
	with pytest.raises(frappe.ValidationError, match="Choose the purpose of the consent"):
		api.request_consent(**client, third_party="Adviser")


@pytest.mark.parametrize(
	"sent",
	[
		{"answers": "["},
		{"answers": '["Given"]'},
		{"answers": '{"CC-1": ["Given"]}'},
		{"answers": "1"},
		{"preference": "{"},
		{"preference": '["Email"]'},
		{"preference": '{"channels": 5}'},
		{"preference": '{"channels": [["Email"]]}'},
		{"preference": '{"never": ["Pigeon"]}'},
		{"preference": '{"language": {"a": 1}}'},
		{"preference": '{"language": "xx-none"}'},
	],
)
def test_what_the_page_never_sends_is_not_an_answer(client, make_user, as_user, sent):
	user = make_user("Customer", user_type="Website User")
	contact = frappe.db.get_value("Contact Email", {"email_id": "anna@bad-values.example"}, "parent")
	frappe.db.set_value("Contact", contact, "user", user)
	with as_user(user):
		with pytest.raises(ActionNotPossibleError, match="cannot be done here"):
			submit(**sent)
		with pytest.raises(ActionNotPossibleError, match="cannot be done here"):
			receipt("CC-NONE")
	assert not frappe.db.count("Communication Preference", {"party": client["party"]})


# --- what is sent for an interaction -----------------------------------------------------------------

LONG = "ä" * 40_000  # bytes: twice as many


@pytest.fixture
def send(make_user, as_user):
	"""`send(summary=…)` logs an interaction as a user of the procedure would by the API."""
	user = make_user("Frontline Staff")
	frappe.get_doc({"doctype": "Customer", "customer_name": "Anna Client"}).insert()

	def log(**fields):
		sent = {
			"party_type": "Customer",
			"party": "Anna Client",
			"communication_type": "Initial Inquiry",
			"channel": "Phone",
			"direction": "Inbound",
			"subject": "Roof",
			"summary": "Asks for an offer.",
			"responsible_staff": user,
			**fields,
		}
		with as_user(user):
			return api.log_interaction(**sent)

	return log


@pytest.mark.parametrize(
	("fields", "told"),
	[
		({"summary": LONG}, "Summary.* is too long"),
		({"summary": "a\ud800b"}, "Summary.* contains a character that cannot be stored"),
		({"summary": "<p><br></p>"}, "Enter a summary of the discussion"),
		({"summary": "<div>&nbsp;\u200b</div>"}, "Enter a summary of the discussion"),
		({"summary": ["a"]}, "Summary.* must be a single value"),
		({"communication_type": {"a": 1}}, "Communication Type.* must be a single value"),
		({"subject": {"a": 1}}, "Subject.* must be a single value"),
		({"status": "Closed", "colour": "red"}, "Unknown field .*status, colour"),
		({"reference_doctype": "Nonsense", "reference_name": "x"}, "DocType .*Nonsense.* does not exist"),
		({"occurred_on": "soon"}, "soon.* is not a date and time"),
		({"occurred_on": "soon", "responsible_staff": None}, "soon.* is not a date and time"),
		({"action_items": "junk"}, "Action Items.* must be a list of rows"),
		({"action_items": "[" * 100_000}, "Action Items.* must be a list of rows"),
		({"action_items": {"description": "Call"}}, "Action Items.* must be a list of rows"),
		({"action_items": ["Call"]}, "Action Items.* must be a list of rows"),
		({"action_items": [{"what": "Call"}]}, "Action Items, row 1: Unknown field .*what"),
		({"action_items": [{"description": {"a": 1}}]}, "row 1, Description.* must be a single value"),
		(
			{"action_items": [{"description": "Call", "assigned_to": "Administrator", "due_on": "soon"}]},
			"soon.* is not a date. Enter it like",
		),
		({"evidence": [{"note": LONG}]}, "Evidence, row 1, Note.* is too long"),
		({"evidence": [{"reference_doctype": "Nonsense"}]}, "DocType .*Nonsense.* does not exist"),
	],
)
def test_what_an_interaction_cannot_hold_is_refused(send, fields, told):
	before = frappe.db.count("Client Interaction")
	with pytest.raises(frappe.ValidationError, match=told):
		send(**fields)
	assert frappe.db.count("Client Interaction") == before


REPORTS = [
	*(
		interaction_ageing,
		late_logs,
		preferences_to_ask_for,
		response_compliance,
		team_board,
		unlogged_interactions,
	),
	*(channel_deviations, disclosure_register, review_results, wording_findings),
]


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.__name__.rpartition(".")[2])
def test_the_period_of_a_report_has_days(report):
	for field in ("from_date", "to_date"):
		with pytest.raises(frappe.ValidationError, match=r"soon.* is not a date"):
			report.execute({field: "soon"})
	assert report.execute({"from_date": "2026-11-30", "to_date": "9999-12-31"})


def test_the_last_second_of_a_day_is_in_the_period_of_a_report(log):
	record = log("Initial Inquiry")
	frappe.db.set_value("Client Interaction", record.name, "occurred_on", "2026-11-20 23:59:59.500000")
	days = {"from_date": "2026-11-20", "to_date": "2026-11-20"}
	between = ("occurred_on", "between", reporting.period(days, date(2026, 1, 1)))
	for conditions in (reporting.conditions(days), [between]):
		assert record.name in frappe.get_all("Client Interaction", [*map(list, conditions)], pluck="name")


@pytest.mark.parametrize(
	"report", [interaction_ageing, response_compliance, review_results, wording_findings]
)
def test_reports_are_grouped_by_what_there_is(report):
	with pytest.raises(frappe.ValidationError, match=r"not grouped by .*Moon.*Choose one of these: "):
		report.execute({"group_by": "Moon"})


def test_what_an_interaction_can_hold_is_logged(send):
	data = frappe.get_last_doc("Data Category").name
	logged = send(
		cmd="client_comms.api.log_interaction",
		summary="&lt;3 ä 😀",
		data_categories=[{"data_category": data}],
		evidence='[{"documentation_method": "Email Copy", "note": "Kept on paper"}]',
	)
	assert logged["evidence"][0]["note"] == "Kept on paper"
	assert logged["data_categories"][0]["data_category"] == data


@pytest.mark.parametrize("action", ["acknowledge", "answer", "pause", "promise"])
def test_a_note_that_is_too_long_is_refused(send, action):
	name = send()["name"]
	until = {"until": frappe.utils.add_days(None, 3)} if action == "promise" else {}
	with pytest.raises(frappe.ValidationError, match=r"Note.* is too long"):
		getattr(api, action)(name, note=LONG, **until)
	assert len(frappe.get_doc("Client Interaction", name).events) == 2  # Logged, Received


@pytest.mark.parametrize(
	("until", "promised"),
	[
		("2026-11-26", "2026-11-26 17:00:00"),  # the close of business
		("20261126", "2026-11-26 17:00:00"),
		("26.11.2026", "is not a date and time"),  # 5.11.2026 would be read as the eleventh of May
		(date(2026, 11, 26), "2026-11-26 17:00:00"),
		("2026-11-26T00:00", "2026-11-26 00:00:00"),
		("2026-11-26 11:30", "2026-11-26 11:30:00"),
		("2026-11-28", "not a business day"),  # a Saturday
		("2026-12-24", "not a business day"),
		("9999-12-31", "out of range"),
	],
)
def test_a_day_alone_is_promised_until_business_closes(inquiry, clock_at, set_calendar, until, promised):
	set_calendar(["09:00-12:00", "13:00-17:00"], holidays=["2026-12-24"])
	case = inquiry(responsible_staff="Administrator")
	with clock_at("2026-11-23 11:00"):
		if promised.startswith("2026"):
			assert api.promise(case.name, until)["promised_for"] == promised
		else:
			with pytest.raises(frappe.ValidationError, match=promised):
				api.promise(case.name, until)


def test_questions_about_what_is_not_there():
	matrix = frappe.db.get_value("Communication Matrix", {"docstatus": 1})
	with pytest.raises(frappe.ValidationError, match="is not a date and time"):
		api.simulate_matrix(matrix, since="the day before")
	for doctype in ("Nonsense", ""):
		with pytest.raises(frappe.DoesNotExistError, match=r"DocType .* does not exist"):
			api.explain_access(doctype, "x")


# --- settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
	("changes", "told"),
	[
		({"break_glass_hours": 10**9}, "from 1 to 168"),
		({"break_glass_hours": 0}, "from 1 to 168"),
		({"reading_ease": 101}, "from 0 to 100"),
		({"reading_ease": "easy"}, "is not a number"),
		({"reopen_within_days": -1}, "from 0 to 3650"),
		({"confirm_details_months": 10**9}, "from 0 to 1200"),
		({"digest_at": "25:00"}, "not a time of day"),
		({"quiet_from": "late", "quiet_until": "07:00"}, "not a time of day"),
		({"own_email_domains": "own.example\nGmail.com"}, "Anyone can have a mailbox at .*gmail.com"),
	],
)
def test_settings_out_of_range_are_refused(set_settings, changes, told):
	with pytest.raises(frappe.ValidationError, match=told):
		set_settings(**changes)


def test_an_escalation_step_out_of_range_is_refused():
	settings = frappe.get_doc("Client Comms Settings")
	settings.escalation_steps[1].after_working_hours = 10**9
	with pytest.raises(frappe.ValidationError, match=r"Escalation Steps, row 2.* from 0 to 8760"):
		settings.save()


@pytest.mark.parametrize("months", [-1, 10**9])
def test_months_of_retention_out_of_range_are_refused(months):
	level = frappe.get_doc("Confidentiality Level", STANDARD)
	level.retention_months = months
	with pytest.raises(frappe.ValidationError, match=r"Retention Months.* from 0 to 1200"):
		level.save()


@pytest.mark.parametrize(
	("hours", "told"),
	[
		({"end_time": "24:00"}, "24:00.* is not a time of day.* midnight as 00:00"),
		({"end_time": "-10:00"}, "is not a time of day"),
		({"start_time": 9}, "is not a time of day"),
		({"weekday": "Someday"}, "Someday.* is not a weekday"),
	],
)
def test_hours_that_no_clock_shows_are_refused(hours, told):
	calendar = frappe.get_last_doc("Response Calendar")
	calendar.set("hours", [{"weekday": "Monday", "start_time": "09:00", "end_time": "17:00", **hours}])
	with pytest.raises(frappe.ValidationError, match=told):
		calendar.save()


def test_a_matrix_with_days_that_no_calendar_has_is_refused():
	matrix = frappe.copy_doc(frappe.get_last_doc("Communication Matrix", {"docstatus": 1}))
	matrix.rules[0].respond_within_days = 10**8
	with pytest.raises(frappe.ValidationError, match=r"Rules, row 1, Respond Within Days.* from 0 to 1000"):
		matrix.insert()


def test_two_versions_do_not_take_effect_at_the_same_moment():
	first = frappe.get_last_doc("Communication Matrix", {"docstatus": 1, "company": ("is", "not set")})
	company = frappe.db.get_value("Company", {})
	for own in (None, company):
		second = frappe.copy_doc(first)
		second.update({"version_label": f"Second {own}", "company": own, "docstatus": 0})
		second.insert()
		if own:
			second.submit()  # of the company's own there was none at that moment
			continue
		with pytest.raises(frappe.ValidationError, match="already takes effect at that time"):
			second.submit()
		second.reload()
		second.effective_from = frappe.utils.add_to_date(first.effective_from, minutes=1)
		second.save()
		second.submit()


# --- domains -----------------------------------------------------------------------------------------


def test_a_domain_written_in_two_ways_is_one(set_settings):
	adviser = {"doctype": "Third Party", "third_party_name": "Adviser"}
	frappe.get_doc({**adviser, "email_domains": "münchen.de\nxn--mnchen-3ya.de"}).insert()
	assert frappe.db.get_value("Third Party", "Adviser", "email_domains") == "münchen.de"
	for address in ("eve@xn--mnchen-3ya.de", "Eve@MÜNCHEN.de", "eve@mail.münchen.de"):
		assert third_parties.of(address) == "Adviser"
	with pytest.raises(frappe.ValidationError, match=r"belongs to the third party .*Adviser"):
		frappe.get_doc(
			{**adviser, "third_party_name": "Other", "email_domains": "xn--mnchen-3ya.de"}
		).insert()

	set_settings(own_email_domains="köln.de\nxn--kln-sna.de")
	assert frappe.db.get_single_value("Client Comms Settings", "own_email_domains") == "köln.de"
	assert parties.is_own("fiona@xn--kln-sna.de") and parties.is_own("fiona@köln.de")
	with pytest.raises(frappe.ValidationError, match="one of your own domains"):
		frappe.get_doc({**adviser, "third_party_name": "Us", "email_domains": "xn--kln-sna.de"}).insert()


def test_everyones_domain_is_not_a_third_party():
	adviser = frappe.get_doc(
		{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": "gmail.com"}
	)
	with pytest.raises(frappe.ValidationError, match="Enter the third party's full email address"):
		adviser.insert()
	adviser.email_domains = "eve@gmail.com"
	adviser.insert()


# --- days that cannot be right ---------------------------------------------------------------------

# Frappe reads the first day of all as an empty field.
CANNOT_BE = r"(cannot be right\. Enter a day from .*1950 to .*2199|is not a date)"
NO_DAYS = ["0001-01-01", "1900-01-01", "1949-12-31", "2200-01-01", "9999-12-31"]
DATES = sorted(
	(doctype, df["fieldname"])
	for path in Path(client_comms.__file__).parent.glob("*/doctype/*/*.json")
	if (read := json.loads(path.read_text())).get("doctype") == "DocType"
	for doctype in [read["name"]]
	for df in read["fields"]
	if df["fieldtype"] in ("Date", "Datetime") and not read.get("is_virtual")
)


@pytest.mark.parametrize("day", NO_DAYS)
@pytest.mark.parametrize("as_sent", [str, date.fromisoformat, datetime.fromisoformat])
def test_no_document_takes_a_day_that_cannot_be_right(site, day, as_sent):
	assert len(DATES) > 50
	for doctype, field in DATES:
		doc = frappe.new_doc(doctype)
		doc.set(field, as_sent(day))
		with pytest.raises(frappe.ValidationError, match=CANNOT_BE):
			document.require_storable(doc)
		doc.set(field, as_sent("1950-01-01"))
		document.require_storable(doc)


@pytest.mark.parametrize("day", NO_DAYS)
def test_days_that_cannot_be_right_are_refused_with_one_message(send, day):
	with pytest.raises(frappe.ValidationError, match=f"Occurred On.*{CANNOT_BE}"):
		send(occurred_on=f"{day} 10:00:00")
	with pytest.raises(frappe.ValidationError, match=f"Action Items, row 1, Due On.*{CANNOT_BE}"):
		send(action_items=[{"description": "Call", "assigned_to": "Administrator", "due_on": day}])
	doc = frappe.get_doc("Client Interaction", send()["name"])
	for act in (
		lambda: api.promise(doc.name, day),
		lambda: api.promise(doc.name, f"{day} 10:00:00"),
		lambda: api.pause(doc.name, "Holidays", f"{day} 10:00:00"),
	):
		frappe.clear_messages()
		with pytest.raises(frappe.ValidationError) as refused:
			act()
		assert str(refused.value)
	assert len(frappe.get_doc("Client Interaction", doc.name).events) == len(doc.events)


def test_what_has_such_a_day_already_can_still_be_saved(send):
	doc = frappe.get_doc("Client Interaction", send()["name"])
	doc.append(
		"action_items", {"description": "Call", "assigned_to": "Administrator", "due_on": "2026-12-01"}
	)
	doc.save()
	frappe.db.set_value("Interaction Action Item", doc.action_items[0].name, "due_on", "9999-12-31")
	doc.reload().save()
	doc.action_items[0].due_on = "1900-01-01"
	with pytest.raises(frappe.ValidationError, match="cannot be right"):
		doc.save()


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_that_has_no_name_in_the_site_s_zone(value):
	with pytest.raises(frappe.ValidationError, match="is not a date and time"):
		clock.parse(value)


@pytest.mark.parametrize("value", ["1", "May", "17:00", "2026-12", "12.2026"])
def test_a_part_of_a_day_is_none(value, make_user):
	training = frappe.get_doc(
		{"doctype": "SOP Training", "training_name": "Greeting", "valid_months": 12}
	).insert()
	for act in (
		lambda: clock.parse_day(value),
		lambda: api.complete_training(make_user(), training.name, completed_on=value),
	):
		with pytest.raises(frappe.ValidationError, match="is not a date"):
			act()


@pytest.mark.parametrize("value", ["2026-12-31", "20261231", "2026-12-31T10:00:00Z", " 2026-12-31 10:00"])
def test_a_day_as_programs_write_it(value):
	assert str(clock.parse_day(value)) == "2026-12-31"


@pytest.mark.parametrize("value", ["2027-01-15T23:30:00Z", "20270115 10:00", "2027-01-15 10:00:00+02:00"])
def test_a_field_has_what_was_read_of_a_day_and_not_an_error_of_the_database(value, make_user):
	doc = frappe.get_doc({"doctype": "Staff Absence", "user": make_user("Frontline Staff")})
	doc.update({"from_date": value, "to_date": value}).insert()
	assert str(frappe.db.get_value(doc.doctype, doc.name, "from_date")) == "2027-01-15"


@pytest.mark.parametrize(
	("value", "stored"),
	[
		("2027-01-15T12:00:00Z", "2027-01-15 13:00:00"),
		("20270115 10:00", "2027-01-15 10:00:00"),
		("2027-01-15", "2027-01-15 00:00:00"),
	],
)
def test_a_field_has_the_moment_that_was_sent(value, stored):
	shipped = frappe.db.get_value("Communication Matrix", {"docstatus": 1})
	matrix = frappe.copy_doc(frappe.get_doc("Communication Matrix", shipped))
	matrix.update({"effective_from": value, "version_label": "Sent by a program"}).insert()
	assert str(frappe.db.get_value(matrix.doctype, matrix.name, "effective_from")) == stored
