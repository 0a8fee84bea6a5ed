"""A Bumble peripheral that pairs."""

from follower import follow

follow("peripheral")
