"""An email reads no file of the server, and asks no other server, for a style that its text names (D-6, P-2)."""

import os
from unittest import mock

import frappe
import pytest

from client_comms.enforcement import compose

pytestmark = pytest.mark.clause("D-6", "P-2")

SECRET = "#12ab34"


@pytest.fixture
def send(mailbox):
	"""`send(text)`: what is queued of an email with this text, as a request sends it."""

	def queue(text):
		compose.stand_around()
		frappe.sendmail(recipients=["anna@client.example"], subject="The roof", message=text, delayed=True)
		return frappe.get_last_doc("Email Queue").message

	return queue


def test_a_style_on_the_disk_is_not_read(send, tmp_path):
	"""Frappe makes an address of the site of other names than those that begin with http."""
	file = tmp_path / "private.css"
	file.write_text(f"p:hover {{ color: {SECRET} }}")

	message = send(f'<link rel="stylesheet" href="http/../{os.path.relpath(file)}"><p>Hello</p>')

	assert SECRET not in message and "Hello" in message


@pytest.mark.parametrize("text", ['<link rel="stylesheet" href="{}">', '<style>@import url("{}");</style>'])
def test_no_other_server_is_asked_for_one(send, text):
	with (
		mock.patch("urllib.request.urlopen", side_effect=OSError) as opened,
		mock.patch("requests.get", side_effect=OSError) as got,
	):
		message = send(f"{text.format('http://elsewhere.example/x.css')}<p>Hello</p>")

	assert not opened.called and not got.called and "Hello" in message


def test_one_that_does_not_exist_keeps_no_answer_back(send):
	"""A reply quotes what the client wrote."""
	assert "Hello" in send('<link rel="stylesheet" href="http/missing.css"><p>Hello</p>')


def test_what_apps_bring_and_the_email_itself_says_stays(send):
	message = send("<style>p.own { color: #abc123 }</style><p class='own'>Hello</p>")

	assert "#abc123" in message and "body-table" in message
