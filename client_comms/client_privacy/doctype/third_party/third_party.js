client_comms.leave_empty("Third Party", "country");
