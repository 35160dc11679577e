"""Documents, and all that is kept beside them, on MongoDB, by Motor or by PyMongo."""
