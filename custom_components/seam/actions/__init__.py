"""The actions of the integration, one module for each."""
