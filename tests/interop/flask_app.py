"""The twin of express_app.js: the same routes and answers in Flask, behind the middleware."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

from sessionlab import SessionMiddleware, SessionOptions, get_session, set_session
from sessionlab.core.wire import dump_json, load_json
from sessionlab.core.wire.javascript import utf8

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]


def flask_app(options: SessionOptions, clock: Callable[[], int], on_error: Any = None) -> App:
    """The application; ``clock`` gives milliseconds since the epoch."""
    app = Flask(__name__)
    app.testing = True  # an error is the server's to answer, as it is in express_app.js
    routes(app)
    return refusing(SessionMiddleware(app, options, clock=clock, on_error=on_error))


def refusing(app: App) -> App:
    """Answers an error with 500 and its text, as the last handler of express_app.js does."""

    def answer(environ: Environ, start_response: Any) -> Iterable[bytes]:
        try:
            return app(environ, start_response)
        except Exception as error:
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [utf8(str(error))]

    return answer


def answer(status: int = 200) -> Response:
    """The session's data as the application sees it."""
    session = get_session(request)
    text = "null" if session is None else dump_json(session)
    return Response(utf8(text), status, mimetype="application/json")


def sent() -> Any:
    return load_json(request.get_data().decode())


def routes(app: Flask) -> None:
    @app.get("/data")
    def data() -> Response:
        return answer()

    @app.put("/data")
    def put() -> Response:
        get_session(request).update(sent())
        return answer()

    @app.delete("/data/<key>")
    def delete(key: str) -> Response:
        get_session(request).pop(key, None)
        return answer()

    @app.get("/me")
    def me() -> Response:
        return answer(200 if get_session(request).get("user") else 401)

    @app.post("/login")
    def login() -> Response:
        get_session(request).regenerate()["user"] = sent()["user"]
        return answer()

    @app.post("/count")
    def count() -> Response:
        session = get_session(request)
        session["count"] = session.get("count", 0) + 1
        return answer()

    @app.post("/cart")
    def cart() -> Response:
        get_session(request).setdefault("cart", {"items": []})["items"].append(sent())
        return answer()

    @app.post("/max-age")
    def max_age() -> Response:
        session, body = get_session(request), sent()
        session.cookie.max_age = None if body["ms"] is None else body["ms"] / 1000
        if note := body.get("note"):
            session["note"] = note
        return answer()

    @app.post("/regenerate")
    def regenerate() -> Response:
        get_session(request).regenerate()
        return answer()

    @app.post("/save")
    def save() -> Response:
        get_session(request).save()
        return answer()

    @app.post("/unset")
    def unset() -> Response:
        set_session(request, None)
        return answer()

    @app.post("/logout")
    def logout() -> Response:
        get_session(request).destroy()
        return answer()
