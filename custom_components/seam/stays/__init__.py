"""Bookings of a calendar as access codes."""
