"""What goes through Valkey: hints to the worker and to live streams, each safe to lose."""
