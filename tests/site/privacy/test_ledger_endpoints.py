"""An endpoint of a witness is one outside of the server's network, and what it answers is told in this app's words."""

import datetime
import http.server
import ipaddress
import socket
import ssl
import threading
import time

import frappe
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from client_comms.ledger import endpoints

pytestmark = pytest.mark.clause("P-2", "R-3")


@pytest.fixture(autouse=True)
def own_configuration(site, transaction, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, endpoints.HOSTS, [])


def certificate(folder, name):
	key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.timezone.utc)
	subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
	made = (
		x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
		.not_valid_before(now - datetime.timedelta(days=1))
		.not_valid_after(now + datetime.timedelta(days=1))
		.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
		.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
		.sign(key, hashes.SHA256())
	)
	path = folder / f"{name}.pem"
	path.write_bytes(
		key.private_bytes(
			serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
		)
		+ made.public_bytes(serialization.Encoding.PEM)
	)
	return str(path)


@pytest.fixture
def witness(tmp_path, monkeypatch):
	"""A server at this computer, whose address is released; `witness.answer(handler)` decides what it does."""

	class Handler(http.server.BaseHTTPRequestHandler):
		def do_POST(self):
			server.got.append(
				(self.path, self.headers["Host"], self.rfile.read(int(self.headers["Content-Length"])))
			)
			server.answer(self)

		def log_message(self, *args):
			pass

	server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	pem = certificate(tmp_path, "localhost")
	context.load_cert_chain(pem)
	server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
	server.got, server.answer = [], lambda handler: send(handler, 200, b"")
	server.url = f"https://localhost:{server.server_address[1]}/add?to=log"
	monkeypatch.setattr(endpoints, "trusted_certificates", lambda: pem)
	monkeypatch.setitem(
		frappe.local.conf, endpoints.HOSTS, [f"{name}:{server.server_address[1]}" for name in NAMES]
	)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	yield server
	server.shutdown()
	server.server_close()


NAMES = ("localhost", "127.0.0.1")


def send(handler, status, body, **headers):
	handler.send_response(status)
	for name, value in {"Content-Length": str(len(body)), **headers}.items():
		handler.send_header(name, value)
	handler.end_headers()
	handler.wfile.write(body)


def test_an_endpoint_gets_the_note_and_its_answer_is_returned(witness):
	witness.answer = lambda handler: send(handler, 200, b"line")
	assert endpoints.post(witness.url, "note\n") == "line"
	host = witness.url.split("/")[2]
	assert witness.got == [("/add?to=log", host, b"note\n")]


def test_what_is_not_released_is_not_even_connected_to(witness, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, endpoints.HOSTS, ["localhost"])  # that is port 443 only
	monkeypatch.setattr(socket, "create_connection", None)
	with pytest.raises(frappe.ValidationError, match=endpoints.HOSTS):
		endpoints.post(witness.url, "note")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_endpoint_that_refuses_is_told_and_a_redirect_is_not_followed(witness, status):
	witness.answer = lambda handler: send(handler, status, b"secret", Location=witness.url)
	with pytest.raises(endpoints.DeliveryFailed) as told:
		endpoints.post(witness.url, "note")
	assert str(status) in str(told.value) and "secret" not in str(told.value)
	assert len(witness.got) == 1


def test_of_a_long_answer_only_the_beginning_is_read(witness):
	def flood(handler):
		handler.send_response(200)
		handler.end_headers()
		try:
			while True:
				handler.wfile.write(b"x" * 1000)
				witness.sent = getattr(witness, "sent", 0) + 1000
		except OSError:
			pass

	witness.answer = flood
	assert endpoints.post(witness.url, "note") == "x" * endpoints._LONGEST_ANSWER


def test_an_endpoint_that_answers_byte_by_byte_is_cut_off(witness, monkeypatch):
	monkeypatch.setattr(endpoints, "_TOTAL_SECONDS", 0.5)

	def drip(handler):
		try:
			for letter in b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200:
				handler.wfile.write(bytes([letter]))
				time.sleep(0.1)
		except OSError:
			pass

	witness.answer = drip
	began = time.monotonic()
	with pytest.raises(endpoints.DeliveryFailed, match="did not answer in time"):
		endpoints.post(witness.url, "note")
	assert time.monotonic() - began < 5


def test_a_certificate_for_another_name_is_told(witness):
	with pytest.raises(endpoints.DeliveryFailed, match="certificate of 127"):
		endpoints.post(witness.url.replace("localhost", "127.0.0.1"), "note")
	assert witness.got == []


def test_what_cannot_be_reached_is_told_in_fixed_words(witness):
	witness.shutdown()
	witness.server_close()
	with pytest.raises(endpoints.DeliveryFailed) as told:
		endpoints.post(witness.url, "note")
	assert str(told.value) == "localhost could not be reached, or did not answer in time."


@pytest.mark.parametrize(
	"url",
	[
		"https://localhost/",
		"https://a.localhost/",
		"https://intranet/",
		"https://127.0.0.1/",
		"https://10.1.2.3/",
		"https://169.254.169.254/latest/meta-data",
		"https://[::1]/",
		"https://[::ffff:10.0.0.1]/",
		"https://[64:ff9b::10.0.0.1]/",
		"https://[2002:0a00:0001::]/",
		"https://[fe80::1%25eth0]/",
		"https://224.0.0.1/",
		"https://audit.example:8443/",
	],
)
def test_addresses_that_are_not_public_are_refused_when_they_are_entered(url):
	with pytest.raises(frappe.ValidationError):
		endpoints.parse(url)


@pytest.mark.parametrize(
	"address", ["127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "fe80::1"]
)
def test_a_public_name_that_leads_inside_is_refused_when_it_is_used(monkeypatch, address):
	family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
	public, inside = (
		(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443)),
		(family, socket.SOCK_STREAM, 6, "", (address, 443)),
	)
	monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **others: [public, inside])
	monkeypatch.setattr(socket, "create_connection", None)
	with pytest.raises(endpoints.DeliveryFailed, match="not a public address"):
		endpoints.post("https://audit.example/", "note")


def test_the_address_that_was_checked_is_the_one_that_is_used(monkeypatch):
	"""A name that is resolved again could lead elsewhere the second time."""
	used = []

	def connect(address, timeout):
		used.append(address)
		raise OSError

	public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))
	monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **others: [public])
	monkeypatch.setattr(socket, "create_connection", connect)
	with pytest.raises(endpoints.DeliveryFailed, match="could not be reached"):
		endpoints.post("https://audit.example/", "note")
	assert used == [("93.184.215.14", 443)]
