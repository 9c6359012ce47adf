"""Witnesses: checkpoints leave the site, what could not be delivered is tried again and shown, and auditors co-sign."""

from unittest import mock

import frappe
import pytest
from frappe.handler import run_doc_method
from frappe.utils.synchronization import filelock

from client_comms import api, health, ledger
from client_comms.ledger import endpoints, folders, keys, witnesses
from client_comms.rules.signed_notes import COSIGNATURE, Checkpoint, Note, PrivateKey

pytestmark = pytest.mark.clause("P-2", "R-3")

WITNESS = witnesses.WITNESS
AUDITOR = PrivateKey.generate("audit.example", COSIGNATURE)


@pytest.fixture(autouse=True)
def own_ledger(empty_ledger, site, monkeypatch, tmp_path):
	monkeypatch.setitem(frappe.local.conf, folders.FOLDERS, [str(tmp_path), str(tmp_path / "mounted")])
	site.db.delete(WITNESS)


def chain(count=1):
	for number in range(count):
		ledger.record(ledger.VIEW, "Client Interaction", f"CI-{number}", "Sensitive")
		ledger.chain()


def make(**fields):
	fields = {"doctype": WITNESS, "witness_name": "Auditor", "kind": "Folder", **fields}
	doc = frappe.get_doc(fields).insert()
	frappe.db.delete(ledger.ENTRY, {"sequence": 0})  # the entry about the witness itself
	return doc


def state(name="Auditor"):
	row = frappe.db.get_value(
		WITNESS, name, ["delivered_up_to", "last_error", "cosigned_up_to"], as_dict=True
	)
	return row.delivered_up_to, row.last_error, row.cosigned_up_to


def last_note():
	return Note.parse(frappe.get_last_doc(ledger.CHECKPOINT, order_by="sequence desc").note)


@pytest.fixture
def post(monkeypatch):
	"""Takes the place of the network; `post.return_value` is the answer."""
	posted = mock.Mock(return_value="")
	monkeypatch.setattr(endpoints, "post", posted)
	return posted


def test_a_folder_gets_each_checkpoint_once_and_the_public_key(tmp_path):
	make(folder=str(tmp_path), every_minutes=0)
	chain(2)
	witnesses.deliver()
	chain()
	witnesses.deliver()
	files = sorted(tmp_path.glob("*-0*[0-9].txt"))
	assert [Checkpoint.parse(Note.parse(file.read_text()).text).size for file in files] == [1, 2, 3]
	assert str(keys.ring().current.public) in next(tmp_path.glob("*-keys.txt")).read_text()
	assert state() == (3, None, 0)
	files[0].write_text("kept as it is")
	frappe.db.set_value(WITNESS, "Auditor", "delivered_up_to", 0)
	witnesses.deliver()
	assert files[0].read_text() == "kept as it is"


def test_a_folder_keeps_both_checkpoints_of_one_size(tmp_path):
	"""As after a restore from a backup that is older than what the folder has."""
	make(folder=str(tmp_path), every_minutes=0)
	chain()
	witnesses.deliver()
	(first,) = tmp_path.glob("*-0*[0-9].txt")
	before = first.read_text()
	first.write_text(before.replace(before.splitlines()[2], "an older root of the tree"))
	frappe.db.set_value(WITNESS, "Auditor", "delivered_up_to", 0)
	witnesses.deliver()
	(beside,) = set(tmp_path.glob("*-0*.txt")) - {first}
	assert beside.read_text() == before and "an older root" in first.read_text()
	size, error, _cosigned = state()
	assert size == 1 and "restored from an older backup, or changed" in error


def test_a_folder_does_not_keep_a_checkpoint_twice_that_was_signed_since(tmp_path):
	make(folder=str(tmp_path), every_minutes=0)
	chain()
	witnesses.deliver()
	(first,) = tmp_path.glob("*-0*[0-9].txt")
	first.write_text(f"{first.read_text()}— auditor.example c2lnbmVk\n")
	frappe.db.set_value(WITNESS, "Auditor", "delivered_up_to", 0)
	witnesses.deliver()
	assert list(tmp_path.glob("*-0*.txt")) == [first] and state()[1] is None


def test_while_one_run_delivers_the_next_one_leaves(tmp_path):
	"""The scheduler comes every five minutes, and a delivery to many witnesses takes longer."""
	make(folder=str(tmp_path))
	chain()
	with filelock("client_comms_witnesses"):
		witnesses.deliver()
	assert state() == (0, None, 0)
	witnesses.deliver()
	assert state()[0] == 1


def test_a_new_witness_begins_with_the_last_checkpoint(tmp_path):
	chain(3)
	make(folder=str(tmp_path))
	witnesses.deliver()
	assert [file.name[-6:] for file in tmp_path.glob("*-0*[0-9].txt")] == ["03.txt"]


def test_what_could_not_be_delivered_is_shown_and_tried_again(tmp_path, clock_at):
	folder = tmp_path / "mounted"
	folder.mkdir()
	make(folder=str(folder))
	with clock_at("2026-11-24 10:00"):
		chain()
		folder.rmdir()
		witnesses.deliver()
		assert state()[0] == 0 and "folder" in state()[1]
		assert health.ledger_tree().ok
	with clock_at("2026-11-24 10:20"):
		chain()
		line = health.ledger_tree()
		assert "Checkpoints that have not reached the witness Auditor: 2" in line.faults[0]
		assert line.figures["undelivered_checkpoints"] == 2
		folder.mkdir()
		witnesses.deliver()
		assert state()[:2] == (2, None) and health.ledger_tree().ok


def test_one_that_cannot_be_reached_does_not_keep_others_waiting(tmp_path, post):
	post.side_effect = endpoints.DeliveryFailed("no route")
	make(witness_name="A", kind="HTTPS Endpoint", url="https://a.example/checkpoints")
	make(witness_name="B", folder=str(tmp_path))
	chain()
	witnesses.deliver()
	assert state("A")[:2] == (0, "no route") and state("B")[:2] == (1, None)


def test_one_whose_answer_cannot_be_added_does_not_keep_others_waiting(tmp_path, post):
	"""Such as to a checkpoint that someone has changed in the database."""
	make(witness_name="A", kind="HTTPS Endpoint", url="https://a.example/checkpoints")
	make(witness_name="B", folder=str(tmp_path))
	chain()
	frappe.db.set_value(ledger.CHECKPOINT, {}, "note", "changed")
	witnesses.deliver()
	assert state("A")[0] == state("B")[0] == 1
	assert "Error Log" in state("A")[1] and not state("B")[1]
	witnesses.deliver()
	assert post.call_count == 1, "it has been delivered"


def test_deliveries_keep_their_pause(tmp_path, clock_at):
	make(folder=str(tmp_path), every_minutes=60)
	for moment, expected in (("10:00", 1), ("10:30", 1), ("11:00", 3)):
		with clock_at(f"2026-11-24 {moment}"):
			chain()
			witnesses.deliver()
			assert state()[0] == expected


def test_a_witness_that_is_switched_off_gets_nothing(tmp_path):
	make(folder=str(tmp_path), enabled=0)
	chain()
	witnesses.deliver()
	assert list(tmp_path.glob("*.txt")) == []


def test_an_endpoint_gets_the_note_and_its_co_signature_is_kept(post):
	make(kind="HTTPS Endpoint", url="https://audit.example/add", public_key=str(AUDITOR.public))
	chain()
	note = last_note()
	post.return_value = f"{AUDITOR.sign(note.text, at=1)}\nnonsense\n"
	witnesses.deliver()
	assert post.call_args.args == ("https://audit.example/add", str(note))
	assert last_note().signers([AUDITOR.public]) and state() == (1, None, 1)
	assert api.verify_ledger()["ok"]


def test_what_arrived_before_an_endpoint_failed_is_not_sent_again(post):
	make(kind="HTTPS Endpoint", url="https://audit.example/add")
	chain(3)
	post.side_effect = ["", endpoints.DeliveryFailed("busy")]
	witnesses.deliver()
	assert state()[:2] == (1, None)
	post.side_effect = endpoints.DeliveryFailed("busy")
	frappe.db.set_value(WITNESS, "Auditor", "delivered_on", None)
	witnesses.deliver()
	assert state()[:2] == (1, "busy")


def test_what_an_unexpected_error_says_is_in_the_error_log_alone(post):
	post.side_effect = RuntimeError("10.0.0.7 says: secret")
	make(kind="HTTPS Endpoint", url="https://audit.example/add")
	chain()
	witnesses.deliver()
	assert "Error Log" in state()[1] and "10.0.0.7" not in state()[1]
	assert frappe.db.exists("Error Log", {"method": f"{WITNESS} Auditor", "error": ("like", "%secret%")})


def test_an_email_counts_as_delivered_only_when_it_was_sent():
	make(kind="Email", email="auditor@audit.example")
	chain()
	sent = []

	def sendmail(status):
		def send(**message):
			sent.append(message)
			queue = frappe.get_doc({"doctype": "Email Queue", "status": status, "sender": "a@own.example"})
			queue.name = frappe.generate_hash(length=8)
			queue.db_insert()
			return queue

		return send

	with mock.patch.object(frappe, "sendmail", sendmail("Not Sent")):
		witnesses.deliver()
	assert state()[0] == 0 and "Not Sent" in state()[1]
	with mock.patch.object(frappe, "sendmail", sendmail("Sent")):
		witnesses.deliver()
	assert state()[:2] == (1, None)
	assert sent[1]["attachments"][0]["fcontent"] == str(last_note())
	assert sent[1]["recipients"] == ["auditor@audit.example"]


# --- co-signatures -----------------------------------------------------------------------------


def test_a_compliance_officer_adds_a_co_signature(tmp_path, as_user, make_user):
	make(folder=str(tmp_path), public_key=str(AUDITOR.public))
	chain()
	name = frappe.get_last_doc(ledger.CHECKPOINT).name
	line = str(AUDITOR.sign(last_note().text, at=1))
	with as_user(make_user("Client Communications Manager")), pytest.raises(frappe.PermissionError):
		api.cosign_checkpoint(name, line)
	with as_user(make_user("Compliance Officer")):
		assert api.cosign_checkpoint(name, line) == ["Auditor"]
		assert api.cosign_checkpoint(name, line) == ["Auditor"]
	assert len(last_note().signatures) == 2


@pytest.mark.parametrize("forged", ["", "— audit.example AAAA", "another text", "another key"])
def test_what_is_not_a_co_signature_is_refused(tmp_path, forged):
	make(folder=str(tmp_path), public_key=str(AUDITOR.public))
	chain()
	if forged == "another text":
		forged = str(AUDITOR.sign("other\n", at=1))
	elif forged == "another key":
		forged = str(PrivateKey.generate("audit.example", COSIGNATURE).sign(last_note().text, at=1))
	with pytest.raises(frappe.ValidationError, match="not a signature"):
		api.cosign_checkpoint(frappe.get_last_doc(ledger.CHECKPOINT).name, forged)
	assert len(last_note().signatures) == 1


# --- the form ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
	"url",
	[
		"",
		"http://audit.example",
		"https://user:secret@audit.example",
		"https://",
		"file:///etc",
		"https://a b",
	],
)
def test_addresses_that_are_not_https_are_refused(url):
	with pytest.raises(frappe.ValidationError):
		make(kind="HTTPS Endpoint", url=url)


def test_folders_that_are_missing_relative_or_inside_of_the_bench_are_refused(tmp_path, monkeypatch):
	(tmp_path / "link").symlink_to(frappe.get_site_path("public", "files"), target_is_directory=True)
	refused = (
		"",
		"relative",
		str(tmp_path / "none"),
		frappe.utils.get_bench_path(),
		str(tmp_path / "link"),
	)
	monkeypatch.setitem(frappe.local.conf, folders.FOLDERS, list(refused))
	for folder in refused:
		with pytest.raises(frappe.ValidationError):
			make(folder=folder)


def test_a_folder_of_the_site_on_another_disk_is_refused(tmp_path, monkeypatch):
	elsewhere = tmp_path / "disk" / "site"
	(elsewhere / "public").mkdir(parents=True)
	(tmp_path / "site").symlink_to(elsewhere, target_is_directory=True)
	monkeypatch.setattr(frappe, "get_site_path", lambda *parts: str((tmp_path / "site").joinpath(*parts)))
	monkeypatch.setitem(frappe.local.conf, folders.FOLDERS, [str(elsewhere / "public")])
	with pytest.raises(frappe.ValidationError, match="outside of the bench and of the site"):
		folders.require(str(elsewhere / "public"))


def test_only_folders_that_the_administrator_released_are_taken(tmp_path, monkeypatch):
	other = tmp_path / "other"
	other.mkdir()
	for folder in (other, tmp_path / "none", tmp_path / ".." / tmp_path.name):
		with pytest.raises(frappe.ValidationError, match=folders.FOLDERS):
			make(folder=str(folder))
	make(folder=str(tmp_path))
	chain()
	monkeypatch.delitem(frappe.local.conf, folders.FOLDERS)
	witnesses.deliver()
	assert state()[0] == 0 and folders.FOLDERS in state()[1]
	assert list(tmp_path.glob("*.txt")) == []


def test_a_link_in_the_folder_leads_nowhere(tmp_path):
	victim = tmp_path / "mounted"
	victim.write_text("untouched")
	make(folder=str(tmp_path), every_minutes=0)
	chain()
	witnesses.deliver()
	(keys_file,) = tmp_path.glob("*-keys.txt")
	keys_file.unlink()
	keys_file.symlink_to(victim)
	chain()
	(tmp_path / next(tmp_path.glob("*-0*1.txt")).name.replace("01.txt", "02.txt")).symlink_to(victim)
	witnesses.deliver()
	assert victim.read_text() == "untouched" and not keys_file.is_symlink()
	assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_public_key_is_checked(tmp_path):
	with pytest.raises(frappe.ValidationError, match="public key"):
		make(folder=str(tmp_path), public_key="audit.example+00000000+AAAA")


def test_only_those_who_configure_the_app_make_witnesses(tmp_path, as_user, make_user):
	with as_user(make_user("Compliance Officer")), pytest.raises(frappe.PermissionError):
		make(folder=str(tmp_path))
	with as_user(make_user("Client Communications Manager")):
		make(folder=str(tmp_path))
		assert frappe.get_list(WITNESS, pluck="name") == ["Auditor"]


def test_a_change_of_a_witness_is_on_the_ledger_and_a_delivery_is_not(tmp_path):
	fields = {"doctype": WITNESS, "witness_name": "Auditor", "kind": "Folder", "folder": str(tmp_path)}
	doc = frappe.get_doc(fields).insert()
	chain()
	count = frappe.db.count(ledger.ENTRY, {"reference_doctype": WITNESS})
	doc.reload()
	doc.deliver()
	assert frappe.db.count(ledger.ENTRY, {"reference_doctype": WITNESS}) == count == 1
	doc.reload()
	doc.enabled = 0
	doc.save()
	assert frappe.db.count(ledger.ENTRY, {"reference_doctype": WITNESS}) == 2
	ledger.chain()
	assert api.verify_ledger()["ok"]


def test_a_lost_key_is_shown(tmp_path, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, keys.KEY_FILE, str(tmp_path / "ledger.key"))
	chain()
	assert health.ledger_tree().ok
	keys.path().unlink()
	assert "Restore the key" in health.ledger_tree().faults[0]


# --- what a request contains does not count ----------------------------------------------------


def test_delivering_takes_the_stored_witness_whatever_a_request_says(post, monkeypatch, as_user, make_user):
	make(kind="HTTPS Endpoint", url="https://audit.example/add", public_key=str(AUDITOR.public))
	chain()
	attacker = PrivateKey.generate("attacker.example", COSIGNATURE)
	post.side_effect = lambda url, note: str(attacker.sign(last_note().text, at=1))
	manager, outsider = make_user("Client Communications Manager"), make_user("Compliance Officer")
	sent = frappe.get_doc(WITNESS, "Auditor").as_dict(convert_dates_to_str=True)
	sent |= {"url": "https://attacker.example/", "public_key": str(attacker.public), "delivered_up_to": 99}
	monkeypatch.setattr(frappe.local, "request", frappe._dict(method="POST", path="/"), raising=False)
	with as_user(manager):
		run_doc_method("deliver", docs=frappe.as_json(sent))
	assert post.call_args.args[0] == "https://audit.example/add"
	assert len(last_note().signatures) == 1 and state() == (1, None, 0)
	chain()
	with as_user(outsider), pytest.raises(frappe.PermissionError):
		run_doc_method("deliver", docs=frappe.as_json(sent))
	assert state() == (1, None, 0)


@pytest.mark.parametrize("field", sorted(witnesses.WRITTEN_BY_APP))
def test_how_deliveries_went_cannot_be_entered(tmp_path, as_user, make_user, field):
	told = {"last_error": "x"}.get(field, "2026-11-24 10:00:00" if field.endswith("_on") else 99)
	with as_user(make_user("Client Communications Manager")):
		doc = make(folder=str(tmp_path), **{field: told})
		before = frappe.db.get_value(WITNESS, doc.name, field)
		assert not before
		frappe.client.set_value(WITNESS, doc.name, field, told)
		doc.reload()
		doc.update({field: told, "every_minutes": 7}).save()
	assert frappe.db.get_value(WITNESS, doc.name, [field, "every_minutes"]) == (before, 7)
