"""What would show a document's title, or run in the browser of others, is refused where it is entered."""

from datetime import timedelta

import frappe
import pytest

from client_comms import api, clock
from client_comms.api.self_service import receipt, submit
from client_comms.exceptions import ActionNotPossibleError

STANDARD = "Standard"


def test_only_clients_are_clients(make_user, as_user):
	user = make_user("Frontline Staff")
	error = frappe.log_error(title="Password of the server is 1234")
	with as_user(user), pytest.raises(frappe.ValidationError, match="no kind of client"):
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
	with pytest.raises(frappe.ValidationError, match="is no color"):
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
def client(make_client, mailbox):
	frappe.get_doc(
		{"doctype": "Third Party", "third_party_name": "Adviser", "email_domains": "adviser.example"}
	).insert()
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
		("2020-01-01", "is not after"),
		("2020-01-01T00:00:00+01:00", "is not after"),
		(str(clock.now() - timedelta(minutes=1)), "is not after"),
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


@pytest.mark.parametrize(
	("fields", "says"),
	[
		({"given_on": "2026-01-10 10:00:00", "valid_until": "2026-01-09"}, "is not after"),
		({"given_on": "2026-01-10 10:00:00", "valid_until": "2026-01-10 10:00:00"}, "is not after"),
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
		with pytest.raises(frappe.ValidationError, match=r"Choose one of: In Person, Phone"):
			act(given.name, through="Pigeon")
	api.give_consent(given.name, through="In Person")


@pytest.mark.parametrize(
	"recipients", ["", " , ", "[", "[1]", '{"a": 1}', '[["a@b.example"]]', "eve", f"{EVE}, <eve@>", []]
)
def test_recipients_are_addresses(client, recipients):
	with pytest.raises(frappe.ValidationError, match="no email address"):
		api.may_share(**client, recipients=recipients)


@pytest.mark.parametrize("recipients", [EVE, f'["{EVE}"]', [EVE], f"Eve <{EVE}>, anna@bad-values.example"])
def test_recipients_are_written_in_several_ways(client, recipients):
	assert EVE in {row["recipient"] for row in api.may_share(**client, recipients=recipients)}


@pytest.mark.parametrize("recipients", ["[", "[1]", '{"a": 1}'])
def test_the_gate_is_asked_about_addresses(recipients):
	with pytest.raises(frappe.ValidationError, match="no email address"):
		api.check_outgoing(recipients=recipients)


def test_a_purpose_of_our_own_lets_nothing_go_to_others(client, consent, set_settings):
	(answer,) = api.may_share(**client, recipients=EVE, purpose="Marketing")
	assert not answer["allowed"] and "what we do ourselves" in answer["why"]
	with pytest.raises(frappe.ValidationError, match="what we do ourselves"):
		api.request_consent(**client, purpose="Marketing", third_party="Adviser")
	with pytest.raises(frappe.ValidationError, match="about a third party"):
		api.request_consent(**client, purpose=SHARING)
	with pytest.raises(frappe.ValidationError, match="not about a third party"):
		set_settings(sharing_purpose="Marketing")
	assert not frappe.db.count("Client Consent", {"party": client["party"]})
	assert not frappe.db.count("Client Link", {"party": client["party"]})


def test_a_request_is_for_something(client, set_settings):
	set_settings(sharing_purpose=None)
	with pytest.raises(frappe.ValidationError, match="Say what the consent is for"):
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
def test_what_the_page_never_sends_is_no_answer(client, make_user, as_user, sent):
	user = make_user("Customer", user_type="Website User")
	contact = frappe.db.get_value("Contact Email", {"email_id": "anna@bad-values.example"}, "parent")
	frappe.db.set_value("Contact", contact, "user", user)
	with as_user(user):
		with pytest.raises(ActionNotPossibleError, match="cannot be answered"):
			submit(**sent)
		with pytest.raises(ActionNotPossibleError, match="cannot be answered"):
			receipt("CC-NONE")
	assert not frappe.db.count("Communication Preference", {"party": client["party"]})
