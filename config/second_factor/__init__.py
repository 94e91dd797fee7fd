"""A second factor for log-ins, for whoever wants one: a code of an app beside the password."""
