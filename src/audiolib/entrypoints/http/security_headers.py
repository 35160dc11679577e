"""Default security headers for every response."""

from aiohttp import web

DEFAULT_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def set_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Add those that the handler did not set, and remove the server's name."""
    for name, value in DEFAULT_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)
