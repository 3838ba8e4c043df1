"""Tests of the websocket API."""
