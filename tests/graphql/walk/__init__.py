"""A random walk over the schema: nobody is ever shown a person whom they may not see."""
