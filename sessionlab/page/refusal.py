"""Refusals: JSON with a code for programs and a sentence for people."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus

from werkzeug.wrappers import Request, Response

from sessionlab.core.wire import dump_json
from sessionlab.demo.front_page import language_of
from sessionlab.demo.headers import HEADERS
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.safe import visible


class RefusalCode(StrEnum):
    """Why a request is refused, with the fields of the sentence ``demo.refusal.CODE``."""

    HOST = "host"  # found, hosts
    NO_HOST = "no-host"
    LOOPBACK = "loopback"
    CROSS_ORIGIN = "cross-origin"
    NUMBER = "number"  # name, least, most
    CURSOR = "cursor"  # found


_STATUS = {
    RefusalCode.HOST: HTTPStatus.MISDIRECTED_REQUEST,
    RefusalCode.LOOPBACK: HTTPStatus.FORBIDDEN,
    RefusalCode.CROSS_ORIGIN: HTTPStatus.FORBIDDEN,
}


class Refused(Exception):
    """The server or its JSON view refuses a request; ``fields`` are those of the code."""

    def __init__(self, code: RefusalCode, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def response(self, request: Request) -> Response:
        """The answer, in the language that the request asks for."""
        fields = {name: visible(str(value)) for name, value in self.fields.items()}
        message = Catalogue(language_of(request)).text(f"demo.refusal.{self.code}", **fields)
        return Response(
            dump_json({"error": self.code, "message": message}),
            status=_STATUS.get(self.code, HTTPStatus.BAD_REQUEST),
            mimetype="application/json",
            headers=HEADERS,
        )
