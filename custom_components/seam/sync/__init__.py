"""Engine that keeps a snapshot of a workspace: no I/O, no clock, no Home Assistant."""
