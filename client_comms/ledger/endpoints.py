"""Posts a checkpoint to the endpoint of a witness, and to nothing else that the server can reach (P-2, R-3).

The address is a user's: without these limits it would be a way to ask what only the server can reach. So the name is resolved
once and the connection goes to exactly that address, redirects and proxies are not followed, and what failed is told in fixed
words.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

import frappe
from frappe import _
from requests.certs import where as trusted_certificates

from client_comms.i18n import bold

# In site_config.json: hosts that are allowed although their address is not public, as `host` or `host:port`.
HOSTS = "client_comms_witness_hosts"
_HTTPS = 443
_PAUSE_SECONDS = 10  # without a single byte
_TOTAL_SECONDS = 20
_LONGEST_ANSWER = 10_000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # the last four bytes are an address of version 4


class DeliveryFailed(Exception):
	"""A checkpoint did not reach its witness; the message says why, in words of this app."""


@dataclass(frozen=True, slots=True)
class Endpoint:
	"""Where to post: `path` with its query."""

	host: str
	port: int
	path: str

	@property
	def is_listed(self) -> bool:
		names = {f"{self.host}:{self.port}", *([self.host] if self.port == _HTTPS else [])}
		return bool(names & {str(each).lower() for each in frappe.conf.get(HOSTS) or ()})


def parse(url: str | None) -> Endpoint:
	"""
	:raises frappe.ValidationError: checkpoints must not be sent there
	"""
	try:
		parts = urlsplit(url or "")
		host, port = (parts.hostname or "").rstrip("."), parts.port or _HTTPS
	except ValueError:
		parts, host, port = urlsplit(""), "", 0
	is_address = host and parts.scheme == "https" and "@" not in parts.netloc
	if not is_address or any(ord(letter) <= 32 or ord(letter) > 126 for letter in url or ""):
		frappe.throw(
			_("{0} is not an address that begins with https://, without a user name.").format(
				bold(url or "")
			),
			title=_("Invalid Address"),
		)
	endpoint = Endpoint(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
	if not endpoint.is_listed and (port != _HTTPS or not _may_be_public(host)):
		frappe.throw(_not_public(endpoint), title=_("Address Not Allowed"))
	return endpoint


def _may_be_public(host: str) -> bool:
	"""Whether a host is a name, which is resolved when something is delivered, or a public address."""
	try:
		return _is_public(host)
	except ValueError:
		return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def _is_public(address: str) -> bool:
	"""
	:raises ValueError: it is a name
	"""
	found = ipaddress.ip_address(address.partition("%")[0])
	if found.version == 6:
		within = ipaddress.ip_address(found.packed[-4:]) if found in _NAT64 else None
		found = within or found.ipv4_mapped or found.sixtofour or found
	return found.is_global and not found.is_multicast


def _not_public(endpoint: Endpoint) -> str:
	return _(
		"{0} is not a public address with port 443. If the witness is in your own network, ask the administrator of the server to add it to {1} in site_config.json."
	).format(f"{endpoint.host}:{endpoint.port}", HOSTS)


def post(url: str, note: str) -> str:
	"""Post a checkpoint; returns the beginning of the answer, which may contain co-signatures.

	:raises DeliveryFailed: it was not accepted; the message says what to do, but nothing of what the other side sent
	"""
	endpoint = parse(url)
	connection, timer = None, None
	try:
		connection = _connected(endpoint)
		timer = threading.Timer(_TOTAL_SECONDS, _cut, [connection])  # one that sends a byte now and then
		timer.start()
		connection.request(
			"POST", endpoint.path, note.encode(), {"Content-Type": "text/plain; charset=utf-8"}
		)
		answer = connection.getresponse()
		if not 200 <= answer.status < 300:
			raise DeliveryFailed(_("{0} answered with status {1}.").format(endpoint.host, answer.status))
		return answer.read(_LONGEST_ANSWER).decode(errors="replace")
	except ssl.SSLCertVerificationError as error:
		raise DeliveryFailed(
			_("The certificate of {0} is not valid for this name.").format(endpoint.host)
		) from error
	except (OSError, http.client.HTTPException) as error:
		raise DeliveryFailed(
			_("{0} could not be reached, or did not answer in time.").format(endpoint.host)
		) from error
	finally:
		if timer:
			timer.cancel()
		if connection:
			connection.close()


def _connected(endpoint: Endpoint) -> http.client.HTTPSConnection:
	connection = http.client.HTTPSConnection(endpoint.host, endpoint.port, timeout=_PAUSE_SECONDS)
	plain = _dialled(_addresses(endpoint), endpoint.port)
	try:
		context = ssl.create_default_context(cafile=trusted_certificates())
		connection.sock = context.wrap_socket(plain, server_hostname=endpoint.host)
	except BaseException:
		plain.close()
		raise
	return connection


def _addresses(endpoint: Endpoint) -> list[str]:
	"""The addresses to which the name leads; none of them counts if one is not public."""
	found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
	addresses = list(dict.fromkeys(address[0] for *_kind, address in found))
	if not endpoint.is_listed and not all(map(_is_public, addresses)):
		raise DeliveryFailed(_not_public(endpoint))
	return addresses


def _dialled(addresses: list[str], port: int) -> socket.socket:
	for address in addresses[:-1]:
		try:
			return socket.create_connection((address, port), _PAUSE_SECONDS)
		except OSError:
			continue
	return socket.create_connection((addresses[-1], port), _PAUSE_SECONDS)


def _cut(connection: http.client.HTTPSConnection) -> None:
	try:
		if connection.sock:
			connection.sock.shutdown(socket.SHUT_RDWR)
	except OSError:
		pass
