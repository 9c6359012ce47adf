"""Test records: interactions with a secret word in everything that belongs to them."""

from client_comms.leak_check.bait.planting import PARTIES, plant
from client_comms.leak_check.bait.record import INTERACTION, MARK, Bait, Planted
from client_comms.leak_check.bait.removal import remove, remove_documents, remove_files, remove_made
