"""Reports: how results look in a terminal."""
