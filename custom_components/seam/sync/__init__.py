"""What is known of a workspace, and what to fetch next. Pure: no I/O, no clock."""
