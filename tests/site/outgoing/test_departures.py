"""What leaves at once is on the register, whatever becomes of the save in which it leaves (P-2)."""

import os
import signal
import subprocess
import sys
import time

import frappe
import pytest

from client_comms.outgoing import departures, notification, text_messages

pytestmark = pytest.mark.clause("P-2", "P-3")

NUMBER, OTHER_NUMBER = "+4930123456", "+4940999888"
ROOT = departures.__file__.rsplit("/client_comms/", 1)[0]
GATEWAY = "frappe.core.doctype.sms_settings.sms_settings.send_via_gateway"
DISCLOSURE = "Client Disclosure"

KILLED_WHILE_SENDING = f"""
import os, signal, sys
import frappe
from frappe.core.doctype.sms_settings import sms_settings
from client_comms.outgoing import text_messages

frappe.init(sys.argv[1], sites_path=sys.argv[2])
frappe.connect()
sms_settings.send_via_gateway = lambda arg: os.kill(os.getpid(), signal.SIGKILL)
update = frappe.get_doc("Client Interaction", sys.argv[3])
update.db_set("subject", "Not stored")
alert = frappe.get_doc({{"doctype": "Notification", "channel": "SMS", "message": "Hello", "document_type": update.doctype}})
alert.get_receiver_list = lambda *_args: ["{NUMBER}"]
alert.send(update)
"""


@pytest.fixture
def client(request, make_client, set_settings):
	before = {
		key: frappe.db.get_single_value("Client Comms Settings", key)
		for key in ("identity_mode", "consent_mode")
	}
	set_settings(identity_mode="Off", consent_mode="Off")
	made = make_client("Anna Client", "anna@client.example")
	contact = frappe.get_doc("Contact", made.contact)
	contact.append("phone_nos", {"phone": NUMBER, "is_primary_mobile_no": 1})
	contact.save()
	yield made
	if request.node.get_closest_marker("committed"):
		frappe.db.rollback()
		set_settings(**before)
		frappe.db.commit()


@pytest.fixture
def gateway(monkeypatch):
	"""The numbers that reached the gateway."""
	reached = []
	monkeypatch.setattr(GATEWAY, lambda arg: reached.extend(arg["receiver_list"]))
	frappe.db.set_single_value("SMS Settings", "sms_gateway_url", "http://gateway.example")
	return reached


@pytest.fixture
def alert(monkeypatch):
	doc = frappe.get_doc(
		{
			"doctype": "Notification",
			"channel": "SMS",
			"message": "Hello",
			"document_type": "Client Interaction",
		}
	)
	assert isinstance(doc, notification.GuardedNotification)
	monkeypatch.setattr(doc, "get_receiver_list", lambda *_args: [NUMBER])
	return doc


def entries(**about):
	return frappe.get_all(
		DISCLOSURE, {"recipient": NUMBER, **about}, ["client_interaction", "reason", "outcome"]
	)


def waiting():
	return sorted(departures.folder().glob("*"))


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_notification_in_a_save(client, log, gateway, alert, end):
	update = log("Service Update", **client)
	frappe.db.commit()
	update.db_set("subject", "Changed")
	alert.send(update)
	assert gateway == [NUMBER] and len(waiting()) == 1
	getattr(frappe.db, end)()
	assert [row.client_interaction for row in entries()] == [update.name] and not waiting()
	assert frappe.db.get_value(update.doctype, update.name, "subject") == (
		"Changed" if end == "commit" else "Solar roof"
	)


def test_in_a_part_that_is_undone_alone(client, log, gateway, alert):
	update = log("Service Update", **client)
	frappe.db.savepoint("a_part")
	alert.send(update)
	frappe.db.rollback(save_point="a_part")
	frappe.db.commit()
	assert gateway and len(entries(client_interaction=update.name)) == 1


def test_about_what_was_not_saved(client, log, gateway, alert):
	frappe.db.commit()
	update = log("Service Update", **client)
	level = update.confidentiality_level
	alert.send(update)
	frappe.db.rollback()
	(entry,) = frappe.get_all(DISCLOSURE, {"recipient": NUMBER}, ["*"])
	assert (entry.client_interaction, entry.reference_name, entry.confidentiality_level) == (
		None,
		None,
		level,
	)
	assert entry.party == client.party and "not saved" in entry.reason
	assert frappe.db.exists("Compliance Ledger Entry", {"reference_name": entry.name})


def test_what_else_waits_for_the_end_of_the_transaction_is_done(client, log, gateway, alert):
	update = log("Service Update", **client)
	frappe.db.commit()
	done = []
	for end in ("commit", "rollback"):
		after = getattr(frappe.db, f"after_{end}")
		after.add(lambda: done.append(1))
		alert.send(update)
		alert.send(update)
		after.add(lambda: done.append(2))
		getattr(frappe.db, end)()
	assert done == [1, 2, 1, 2] and len(entries()) == 4


def test_of_two_clients_nothing_is_registered_if_one_is_refused(client, log, gateway, make_client):
	other = make_client("Bert Client", "bert@client.example")
	contact = frappe.get_doc("Contact", other.contact)
	contact.append("phone_nos", {"phone": OTHER_NUMBER, "is_primary_mobile_no": 1})
	contact.save()
	frappe.get_doc(
		{
			"doctype": "Communication Preference",
			"party_type": "Customer",
			"party": other.party,
			"channels_not_to_use": [{"channel": "Chat"}],
		}
	).insert()
	with pytest.raises(frappe.ValidationError):
		text_messages.send_sms([NUMBER, OTHER_NUMBER], "Hello")
	assert not gateway and not waiting()


def test_an_entry_that_cannot_be_stored_waits_for_the_job(client, log, gateway, alert, errors, monkeypatch):
	update = log("Service Update", **client)
	frappe.db.commit()
	with monkeypatch.context() as fault:
		fault.setattr(departures.disclosures, "enter", lambda row: 1 / 0)
		alert.send(update)
		frappe.db.commit()
	assert not entries() and len(waiting()) == 1 and "ZeroDivisionError" in errors()[0]
	departures.store_left_behind()
	assert len(entries()) == 1 and not waiting()


def test_what_is_still_on_its_way_is_left_to_its_process(client, log, gateway, alert):
	update = log("Service Update", **client)
	frappe.db.commit()
	alert.send(update)
	departures.store_left_behind()
	assert not entries() and len(waiting()) == 1
	frappe.db.rollback()
	assert len(entries()) == 1


def test_a_process_that_ends_between_storing_and_removing(client, log, gateway, alert, monkeypatch):
	update = log("Service Update", **client)
	with monkeypatch.context() as fault:
		fault.setattr(departures.Departure, "remove", lambda self: None)
		alert.send(update)
		frappe.db.commit()
	assert len(entries()) == 1 and len(waiting()) == 1
	departures.store_left_behind()
	assert len(entries()) == 1 and not waiting()


@pytest.mark.committed
def test_a_process_that_is_killed_while_it_sends(client, log, site_name, sites_path):
	update = log("Service Update", **client)
	gateway = frappe.db.get_single_value("SMS Settings", "sms_gateway_url")
	frappe.db.set_single_value("SMS Settings", "sms_gateway_url", "http://gateway.example")
	frappe.db.commit()
	try:
		path = os.pathsep.join(filter(None, [ROOT, os.environ.get("PYTHONPATH")]))
		command = [sys.executable, "-c", KILLED_WHILE_SENDING, site_name, str(sites_path), update.name]
		ended = subprocess.run(
			command, cwd=sites_path, env={**os.environ, "PYTHONPATH": path}, capture_output=True, timeout=120
		)
		assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]
		frappe.db.rollback()
		assert not entries() and len(waiting()) == 1
		departures.store_left_behind()
		departures.store_left_behind()
		assert [row.client_interaction for row in entries()] == [update.name] and not waiting()
		assert frappe.db.get_value(update.doctype, update.name, "subject") == "Solar roof"
	finally:
		frappe.db.rollback()
		frappe.db.set_single_value("SMS Settings", "sms_gateway_url", gateway)
		frappe.db.delete(DISCLOSURE, {"client_interaction": update.name})
		for doctype, name in (("Contact", client.contact), ("Customer", client.party)):
			frappe.delete_doc("Client Interaction", update.name, force=True, ignore_missing=True)
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
		frappe.db.commit()


def test_an_entry_that_a_killed_process_had_only_begun_is_removed_an_hour_later(site):
	departures.folder().mkdir(parents=True, exist_ok=True)
	begun = departures.folder() / "abc.new"
	begun.write_text('[{"recipient": "anna@cl')
	departures.store_left_behind()
	assert begun.exists(), "which may still be written"
	os.utime(begun, (time.time() - 3700,) * 2)
	departures.store_left_behind()
	assert not begun.exists()
