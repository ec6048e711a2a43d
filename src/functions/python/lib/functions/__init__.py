"""What functions import to say what they are and to reach their sources."""

from functions import _network

_network.install()
