"""What every answer of every service has in common."""

from aiohttp import web

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def keep_clean(_: web.Request, response: web.StreamResponse) -> None:
    """Nothing is guessed, framed, run or stored, unless the handler said so; nor is it told which
    server this is."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.pop("Server", None)
