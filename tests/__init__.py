"""Tests of Seam for Home Assistant."""
