"""Raw ASGI: reads the body and sends it back. The ceiling of HTTP server and load together."""

from starlette.types import Receive, Scope, Send

HEADERS = [(b"content-type", b"application/json")]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [*HEADERS, length]})
    await send({"type": "http.response.body", "body": body})
