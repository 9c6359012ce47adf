"""Signed notes: those that others have published, and what must not count as signed."""

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import signed_notes
from client_comms.rules.signed_notes import Checkpoint, MalformedNote, Note, PrivateKey, PublicKey, Signature

pytestmark = pytest.mark.clause("P-2", "R-3")

# Retyped from Go's golang.org/x/mod/sumdb/note, note_test.go (BSD 3-Clause).
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
	f"{TEXT}\n— PeterNeumann "
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# Retyped from c2sp.org/tlog-cosignature.
COSIGNED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
peter, theirs = PrivateKey.parse(PRIVATE), PublicKey.parse(PUBLIC)
other = PrivateKey.generate("PeterNeumann")
witness = PrivateKey.generate("audit.example/witness", signed_notes.COSIGNATURE)


def test_the_published_note_is_made_and_verified():
	assert str(peter.public) == PUBLIC and peter.to_text() == PRIVATE
	assert str(Note(TEXT).signed_by(peter)) == SIGNED
	assert Note.parse(SIGNED).signers([theirs]) == [theirs]


def test_the_published_checkpoint_is_read():
	note = Note.parse(COSIGNED)
	assert str(note) == COSIGNED
	checkpoint = Checkpoint.parse(note.text)
	assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
	assert checkpoint.text == note.text
	log, cosigner = note.signatures
	assert (len(log.signed), len(cosigner.signed)) == (64, 72)
	assert int.from_bytes(cosigner.signed[:8], "big") == 1679315147  # the time that the specification names


@pytest.mark.parametrize(
	"text",
	[
		# From note_test.go: a key of the wrong length, and an unknown algorithm, each with the key ID adjusted.
		"PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
		"PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		*(PUBLIC[:at] for at in range(len(PUBLIC))),
		*(PUBLIC[at:] for at in range(1, len(PUBLIC))),
		*(PUBLIC[:at] + chr(ord(PUBLIC[at]) + 1) + PUBLIC[at + 1 :] for at in range(len(PUBLIC))),
	],
)
def test_mangled_keys_are_refused(text):
	with pytest.raises(MalformedNote):
		PublicKey.parse(text)


@pytest.mark.parametrize("text", [PUBLIC, PRIVATE[1:], PRIVATE[:-4], PRIVATE.replace("c74f", "c74e"), ""])
def test_mangled_private_keys_are_refused(text):
	with pytest.raises(MalformedNote):
		PrivateKey.parse(text)


def test_a_private_key_is_not_shown():
	assert PRIVATE not in repr(peter) and str(peter.seed) not in repr(peter)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb"])
def test_a_key_needs_a_name_that_fits_into_a_line(name):
	with pytest.raises(MalformedNote):
		PrivateKey.generate(name)


@given(st.integers(0, len(TEXT) - 2), st.characters(min_codepoint=97, max_codepoint=122))
def test_a_changed_text_is_not_signed(at, letter):
	changed = TEXT[:at] + letter + TEXT[at + 1 :]
	note = replace(Note.parse(SIGNED), text=changed)
	assert note.signers([theirs]) == ([theirs] if changed == TEXT else [])


def test_a_signature_of_another_key_does_not_count():
	note = Note(TEXT).signed_by(other)
	assert note.signers([theirs]) == [] and note.signers([other.public]) == [other.public]


def test_one_wrong_signature_of_a_known_key_makes_the_note_worthless():
	wrong = Signature(theirs.name, theirs.key_id, bytes(64))
	note = Note(TEXT).signed_by(peter, other)
	assert note.signers([theirs, other.public]) == [theirs, other.public]
	assert replace(note, signatures=(*note.signatures, wrong)).signers([theirs, other.public]) == []
	assert replace(note, signatures=(*note.signatures, wrong)).signers([other.public]) == [other.public]


def test_a_witness_signs_the_time_as_well():
	note = Note(TEXT).signed_by(witness, at=1679315147)
	assert note.signers([witness.public]) == [witness.public]
	(signature,) = note.signatures
	later = replace(signature, signed=bytes(8) + signature.signed[8:])
	assert Note(TEXT, (later,)).signers([witness.public]) == []
	plain = Note(TEXT).signed_by(replace(witness, kind=signed_notes.ED25519))
	assert plain.signers([witness.public]) == [], "a key of another type is another key"
	assert PublicKey.parse(str(witness.public)) == witness.public
	assert PrivateKey.parse(witness.to_text()) == witness


@pytest.mark.parametrize("length", [0, 63, 65, 72])
def test_a_signature_of_another_length_does_not_count(length):
	assert not theirs.has_signed(TEXT, Signature(theirs.name, theirs.key_id, bytes(length)))


@pytest.mark.parametrize(
	"text",
	[
		"",
		"\n",
		TEXT,
		f"{TEXT}\n",
		SIGNED[:-40] + "\n",
		SIGNED.replace("— ", "- "),
		f"{TEXT}\n— Peter !!!\n",
		"\n\n— P x\n",
	],
)
def test_what_is_not_a_note_is_refused_or_has_no_signature(text):
	try:
		assert Note.parse(text).signers([theirs]) == []
	except MalformedNote:
		pass


@pytest.mark.parametrize(
	"text",
	[
		"",
		"origin\n",
		"origin\n5\n",
		"\n5\n" + base64.b64encode(bytes(32)).decode() + "\n",
		"origin\n05\n" + base64.b64encode(bytes(32)).decode() + "\n",
		"origin\n-5\n" + base64.b64encode(bytes(32)).decode() + "\n",
		"origin\n٥\n" + base64.b64encode(bytes(32)).decode() + "\n",
		"origin\n5\n" + base64.b64encode(bytes(31)).decode() + "\n",
		"origin\n5\nnot base64\n",
	],
)
def test_what_is_not_a_checkpoint_is_refused(text):
	with pytest.raises(MalformedNote):
		Checkpoint.parse(text)


def test_a_checkpoint_names_the_next_key_in_what_is_signed():
	said = Checkpoint("a.example/ledger", 3, bytes(32), other.public)
	assert Checkpoint.parse(said.text) == said and said.text.count("\n") == 4
	(found,) = signed_notes.find_notes(str(Note(said.text).signed_by(peter)))
	assert Checkpoint.parse(found.text).new_key == other.public


@pytest.mark.parametrize("line", ["", "new-key nonsense\n", "an extension of others\n"])
def test_extensions_of_others_are_left_out(line):
	said = Checkpoint("a.example/ledger", 3, bytes(32))
	assert Checkpoint.parse(said.text + line) == said


def test_notes_are_found_one_after_the_other_and_in_an_email():
	notes = [
		Note(Checkpoint("a.example/ledger", size, bytes([size]) * 32).text).signed_by(other)
		for size in (3, 7)
	]
	together = "".join(map(str, notes))
	assert list(signed_notes.find_notes(together)) == notes
	mail = (
		"Dear auditor,\n\nthe checkpoint:\n\n"
		+ "\n".join(map(str, notes)).replace("\n", "\r\n")
		+ "\r\nGoodbye\r\n"
	)
	assert list(signed_notes.find_notes(mail)) == notes
	assert list(signed_notes.find_notes("no note at all\n\n— and no signature\n")) == []
