"""Events that Seam sends by webhook."""
