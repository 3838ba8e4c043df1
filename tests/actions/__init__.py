"""Tests of the actions, called as automations and people call them."""
