"""How findings are shown: as lines while they come, as JSON, as a page and as charts."""
