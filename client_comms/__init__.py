"""Client Communications: the client-communication procedure, enforced inside ERPNext."""

__version__ = "1.0.0"
