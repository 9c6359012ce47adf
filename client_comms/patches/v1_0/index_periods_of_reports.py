"""The register and the results of reviews are read from the end of a period; a DocType that did not change adds no index."""

from client_comms.client_privacy.doctype.client_disclosure import client_disclosure
from client_comms.communication_governance.doctype.interaction_review import interaction_review


def execute():
	client_disclosure.on_doctype_update()
	interaction_review.on_doctype_update()
