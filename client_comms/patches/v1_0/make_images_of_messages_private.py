"""Makes images private that Frappe had published because they are in the text of a message."""

from client_comms.enforcement import private_files


def execute():
	private_files.make_images_private()
