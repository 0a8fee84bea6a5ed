"""A Bumble central that hides."""

from hidden import hide

hide("central")
