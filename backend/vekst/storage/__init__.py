"""The only place that knows SQLAlchemy and the tables: connections, migrations and one store per noun."""
