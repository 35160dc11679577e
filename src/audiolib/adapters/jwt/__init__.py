"""TokenVerifier by JSON Web Tokens."""
