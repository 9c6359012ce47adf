"""`python -m client_comms verify` for auditors: what it prints, and co-signing what was verified."""

import gzip
import json

import pytest

from client_comms import offline_verify
from client_comms.__main__ import main
from client_comms.rules import ledger, ledger_export
from client_comms.rules.merkle import CompactRange
from client_comms.rules.signed_notes import Checkpoint, Note, PrivateKey, PublicKey, Signature

pytestmark = pytest.mark.clause("P-2", "R-3")

KEY = PrivateKey.generate("site.example/ledger")


@pytest.fixture
def files(tmp_path):
	"""An export of three entries, and a checkpoint of two and of three."""
	tree, leaves, notes = CompactRange(), [], []
	for number in range(1, 4):
		kept, salt = {"name": f"E{number}", "action": "View"}, f"{number:032x}"
		hidden = ledger.personal_digest(salt, {"user": "anna"})
		digest = ledger.digest(kept, hidden)
		content = {"kept": kept, "personal": {"user": "anna"}, "salt": salt}
		leaves.append(
			ledger_export.Leaf(number, digest, {**content, "personal_digest": hidden, "digest": digest})
		)
		tree.append(ledger.leaf(digest))
		notes.append((Note(Checkpoint(KEY.name, number, tree.root()).text).signed_by(KEY), tree.copy()))
	header = {"origin": KEY.name, "keys": [str(KEY.public)]}
	export = tmp_path / "export.jsonl"
	export.write_text(
		"".join(ledger_export.lines(header, [(str(note), at) for note, at in notes], leaves, [1, 2, 3]))
	)
	kept = tmp_path / "kept"
	kept.mkdir()
	(kept / "all.txt").write_text("".join(str(note) for note, _tree in notes[1:]))
	return export, kept


def run(capsys, *arguments):
	code = main([str(each) for each in arguments])
	shown = capsys.readouterr()
	return code, shown.out, shown.err


def test_what_is_right_is_said_in_words(files, capsys):
	code, out, _err = run(capsys, "verify", *files)
	assert code == 0
	assert out.splitlines() == [
		"Ledger site.example/ledger: 3 entries when it was exported.",
		"Shown: 3 entries (1–3); 3 are right.",
		"Compared with 2 of your checkpoints, the last of 3 entries.",
		"Signatures were checked with the keys that the export itself names. With --key, only those that you noted count.",
		"The ledger is as your checkpoints say.",
	]


def test_what_is_wrong_is_named(files, capsys):
	export, kept = files
	export.write_text(export.read_text().replace('"anna"', '"ben"', 1))
	code, out, _err = run(capsys, "verify", export, kept)
	assert code == 1
	assert "FAULT: 1: the content differs from what was recorded." in out
	assert out.endswith("The ledger is not as your checkpoints say.\n")
	code, out, _err = run(capsys, "verify", export, kept, "--json")
	assert code == 1 and json.loads(out)["faults"][0]["fault"] == "changed"


def test_a_key_that_was_noted_is_insisted_on(files, capsys):
	other = PrivateKey.generate(KEY.name)
	code, out, _err = run(capsys, "verify", *files, "--key", str(KEY.public))
	assert code == 0 and "itself names" not in out
	code, out, _err = run(capsys, "verify", *files, "--key", str(other.public))
	assert code == 1 and "not signed by a key of this ledger" in out
	with pytest.raises(SystemExit):
		run(capsys, "verify", *files, "--key", "nonsense")


def test_an_auditor_makes_a_key_and_co_signs_what_was_verified(files, tmp_path, capsys):
	export, kept = files
	file = tmp_path / "auditor.key"
	code, public, _err = run(capsys, "witness-key", "audit.example/anna", file)
	assert code == 0 and file.stat().st_mode & 0o777 == 0o600
	assert run(capsys, "witness-key", "audit.example/anna", file)[0] == 2, "a key is never overwritten"
	code, out, _err = run(capsys, "verify", export, kept, "--key", KEY.public, "--cosign", file)
	signature = Signature.parse(out.splitlines()[-1])
	last = offline_verify.find(kept)[-1]
	assert code == 0 and PublicKey.parse(public).has_signed(last.text, signature)
	(kept / "cosigned.txt").write_text(str(Note(last.text, (*last.signatures, signature))))
	assert (
		"audit.example/anna co-signed 1 of them."
		in run(capsys, "verify", export, kept, "--witness", public.strip())[1]
	)
	export.write_text(export.read_text().replace('"anna"', '"ben"', 1))
	code, out, _err = run(capsys, "verify", export, kept, "--key", KEY.public, "--cosign", file)
	assert code == 1 and "—" not in out.replace("–", "")


@pytest.fixture
def auditor(tmp_path, capsys):
	file = tmp_path / "auditor.key"
	_code, public, _err = run(capsys, "witness-key", "audit.example/anna", file)
	return file, PublicKey.parse(public)


@pytest.mark.parametrize("signer", [KEY, PrivateKey.generate("other.example/ledger")])
def test_only_the_checkpoint_that_was_verified_is_co_signed(files, auditor, capsys, signer):
	"""The folder of an auditor holds those of other ledgers as well."""
	export, kept = files
	file, public = auditor
	other = Note(Checkpoint("other.example/ledger", 3, bytes(32)).text).signed_by(signer)
	(kept / "aaa.txt").write_text(str(other))
	code, out, _err = run(capsys, "verify", export, kept, "--key", KEY.public, "--cosign", file)
	signature = Signature.parse(out.splitlines()[-1])
	verified = offline_verify.find(kept / "all.txt")[-1]
	assert code == 0 and not public.has_signed(other.text, signature)
	assert public.has_signed(verified.text, signature)


def test_nothing_is_co_signed_for_a_key_that_only_the_export_names(files, auditor, capsys):
	code, out, err = run(capsys, "verify", *files, "--cosign", auditor[0])
	assert code == 2 and not out and "--key" in err


def test_what_could_not_be_compared_has_an_exit_code_of_its_own(files, auditor, capsys):
	export, kept = files
	header = export.read_text().splitlines()[0]
	node = json.dumps({"node": "00" * 32, "level": 40})
	export.write_text(f"{header}\n{node}\n")
	code, out, _err = run(capsys, "verify", export, kept, "--key", KEY.public, "--cosign", auditor[0])
	assert code == 3 and "—" not in out.replace("–", "")
	assert "None of your checkpoints agrees with it." in out
	assert "NOT PROVED" in out.splitlines()[-1] and "--checkpoints" in out.splitlines()[-1]
	code, out, _err = run(capsys, "verify", export, kept, "--json")
	assert code == 3 and not json.loads(out)["ok"]


@pytest.mark.parametrize("name", ["two words", "a+b"])
def test_a_name_that_cannot_be_a_key_is_told(name, tmp_path, capsys):
	code, _out, err = run(capsys, "witness-key", name, tmp_path / "key")
	assert code == 2 and "cannot name a key" in err


def test_unusable_input_is_told_in_one_line(files, tmp_path, capsys):
	export, kept = files
	for arguments in ((tmp_path / "none", kept), (export, tmp_path / "none"), (kept / "all.txt", kept)):
		code, out, err = run(capsys, "verify", *arguments)
		assert code == 2 and not out and len(err.splitlines()) == 1
	whole = gzip.compress(export.read_bytes())
	for content in (b"\x1f\x8b broken", whole[:-20], whole[:10] + b"\xff" * 20):
		(tmp_path / "broken.jsonl.gz").write_bytes(content)
		code, out, err = run(capsys, "verify", tmp_path / "broken.jsonl.gz", kept)
		assert code == 2 and not out and len(err.splitlines()) == 1


def test_checkpoints_are_read_from_an_email_whatever_its_character_set_is_called(files, capsys):
	export, kept = files
	for charset in ("utf-8", "x-unknown"):
		email = kept / "checkpoint.eml"
		email.write_bytes(
			f"Content-Type: text/plain; charset={charset}\n\n".encode() + (kept / "all.txt").read_bytes()
		)
		assert run(capsys, "verify", export, email)[0] == 0
