"""A refusal: a code for programs, a sentence for people, and nothing that another site may read."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from sessionlab.core.wire import dump_json
from sessionlab.demo.headers import HEADERS, language_of
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.safe import visible

_STATUS = {
    "host": 421,
    "no-host": 400,
    "loopback": 403,
    "cross-origin": 403,
    "number": 400,
    "cursor": 400,
}


class Refused(Exception):
    """The JSON view does not answer; ``code`` is a key of ``demo.refusal``."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def response(self, request: Request) -> Response:
        """What the client is told, in its language."""
        fields = {name: visible(str(value)) for name, value in self.fields.items()}
        message = Catalogue(language_of(request)).text(f"demo.refusal.{self.code}", **fields)
        return Response(
            dump_json({"error": self.code, "message": message}),
            status=_STATUS[self.code],
            mimetype="application/json",
            headers=HEADERS,
        )
