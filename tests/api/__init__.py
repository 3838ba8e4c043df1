"""Tests of the client for the Seam API."""
