"""The headers by which our services tell each other whose request it is."""

CUSTOMER, USER = "x-customer-id", "x-user-id"
