"""A Bumble central that pairs."""

from follower import follow

follow("central")
