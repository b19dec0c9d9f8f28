"""The use cases: one public method is one transaction, and this is the only place that commits."""
