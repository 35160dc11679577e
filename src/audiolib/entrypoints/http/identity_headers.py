"""The headers that carry the tenant between the services."""

CUSTOMER, USER = "x-customer-id", "x-user-id"
