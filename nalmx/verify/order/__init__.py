"""Inequalities: functions shown not to be negative, box by box, and exactly where they are zero."""
