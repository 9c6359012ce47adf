"""What the procedure would have decided for past client mail, computed without a site.

`mailbox` reads a mailbox, `assessment` groups its mails into conversations and checks them against the
procedure, and `command` prints the result. The decisions are those of `client_comms.rules`, so a site that
received the same mail would decide the same.
"""

from client_comms.dry_run.assessment import Assessment, assess
from client_comms.dry_run.governance import Procedure
from client_comms.dry_run.mailbox import Mail, parse_mail, read_mailbox, sort_out
from client_comms.dry_run.problems import Problem, UnusableInput
