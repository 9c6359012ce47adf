"""What the procedure would have made of past client mail, worked out without a site.

A mailbox is read into mails (`mailbox`), the mails are put into conversations and measured against the
procedure (`assessment`); `command` prints that. The decisions are those of `client_comms.rules`, so a
site that has taken in the same mail answers the same.
"""

from client_comms.dry_run.assessment import Assessment, assess
from client_comms.dry_run.governance import Procedure
from client_comms.dry_run.mailbox import Mail, parse_mail, read_mailbox, sort_out
from client_comms.dry_run.problems import Problem, UnusableInput

__all__ = [
	"Assessment",
	"Mail",
	"Problem",
	"Procedure",
	"UnusableInput",
	"assess",
	"parse_mail",
	"read_mailbox",
	"sort_out",
]
