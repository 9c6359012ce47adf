"""Client Communications: the client-communication procedure, enforced inside ERPNext."""

__version__ = "0.1.0"
