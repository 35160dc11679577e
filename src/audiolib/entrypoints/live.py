"""What every service answers as long as it lives."""

from aiohttp import web


async def live(_: web.Request) -> web.Response:
    """200 as long as the event loop turns."""
    return web.json_response({"success": True, "status": "live"})
