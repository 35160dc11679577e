"""Documents, API keys and usage on MongoDB, by Motor or by PyMongo."""
