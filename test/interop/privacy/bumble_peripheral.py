"""A Bumble peripheral that hides."""

from hidden import hide

hide("peripheral")
