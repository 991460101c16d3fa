"""The page at ``/``: links and forms of every design, and the cookies that the browser sent.

Rules
- Every value from the request is escaped, and never put into a URL, a script or a style.
- No script: the policy of every answer forbids them.
"""

from __future__ import annotations

from string import Template

from markupsafe import Markup, escape
from werkzeug.wrappers import Request, Response

from sessionlab.demo.headers import STYLE
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.safe import visible

DESIGNS = ("cookie", "signed-cookie", "session")
"""The designs by their prefix, in the order in which they are taught."""

_PAGE = Template("""<!doctype html>
<html lang="$language">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>$title</title>
<style>$style</style>
<header><h1>$title</h1><a href="?lang=$other">$language_name</a></header>
<p>$lead
<main>
$designs
</main>
<h2>$cookies_title</h2>
$cookies
<p>$agent: <code>$agent_value</code>
$view
</html>
""")

_DESIGN = Template("""<section id="$name">
<h2>$title</h2>
<p>$lead
<ul>
<li><a href="/$name">$count</a> <code>/$name</code>
<li><a href="/$name/peek">$peek</a>
<li><a href="/$name/me">$me</a>
<li><a href="/$name/cart">$cart</a>
</ul>
<form method="post" action="/$name/login"><input name="user" aria-label="$name_label" \
placeholder="$name_label" required><button>$log_in</button></form>
<form method="post" action="/$name/cart"><input name="item" aria-label="$item" \
placeholder="$item" required><button>$add</button></form>
<form method="post" action="/$name/notes"><input name="text" aria-label="$note" \
placeholder="$note" required><button>$add</button></form>
<form method="post" action="/$name/logout"><button>$log_out</button></form>
</section>""")

_VIEW = Template("""<h2>$view</h2>
<ul>
<li><a href="/_sessionlab/state"><code>/_sessionlab/state</code></a> $state
<li><a href="/_sessionlab/events"><code>/_sessionlab/events</code></a> $events
</ul>""")


def language_of(request: Request) -> str:
    """The reader's language: ``?lang=``, else what the browser asks for, else English."""
    asked = request.args.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for tag, quality in request.accept_languages:  # best first; best_match prefers ko to en-US
        if quality > 0 and (primary := tag.lower().partition("-")[0]) in LANGUAGES:
            return primary
    return "en"


def front_page(request: Request, *, has_view: bool = False) -> Response:
    """The page in the reader's language; ``has_view``: it links to the JSON view."""
    language = language_of(request)
    catalogue = Catalogue(language)
    say = catalogue.text
    html = _PAGE.substitute(
        language=language,
        other=LANGUAGES[LANGUAGES.index(language) - 1],
        language_name=escape(say("demo.page.language")),
        title=escape(say("demo.page.title")),
        style=STYLE,
        lead=escape(say("demo.page.lead")),
        designs="\n".join(_design(name, catalogue) for name in DESIGNS),
        cookies_title=escape(say("demo.page.cookies")),
        cookies=_cookies(request.environ.get("HTTP_COOKIE", ""), catalogue),
        agent=escape(say("demo.page.agent")),
        agent_value=escape(_shown(request.environ.get("HTTP_USER_AGENT", ""))),
        view=_view(catalogue) if has_view else "",
    )
    return Response(html, mimetype="text/html", headers={"Vary": "Accept-Language"})


def _design(name: str, catalogue: Catalogue) -> str:
    words = {
        key.replace("-", "_"): escape(catalogue.text(f"demo.page.{key}"))
        for key in ("count", "peek", "me", "cart", "log-in", "log-out", "item", "add", "note")
    }
    return _DESIGN.substitute(
        words,
        name=name,
        name_label=escape(catalogue.text("demo.page.name")),
        title=escape(catalogue.text(f"demo.design.{name}.title")),
        lead=escape(catalogue.text(f"demo.design.{name}.lead")),
    )


def _cookies(header: str, catalogue: Catalogue) -> str:
    """The cookies as sent: not decoded, in order, with repeated names."""
    if not header:
        return f"<p>{escape(catalogue.text('demo.page.no-cookies'))}"
    rows = Markup("")
    for pair in header.split(";"):
        name, _, value = pair.strip(" \t").partition("=")
        rows += Markup("<tr><td>{}<td>{}\n").format(_shown(name), _shown(value))
    head = Markup("<tr><th>{}<th>{}\n").format(
        catalogue.text("demo.page.cookie-name"), catalogue.text("demo.page.cookie-value")
    )
    return Markup("<table>\n{}{}</table>").format(head, rows)


def _view(catalogue: Catalogue) -> str:
    return _VIEW.substitute(
        view=escape(catalogue.text("demo.page.view")),
        state=escape(catalogue.text("demo.page.view-state")),
        events=escape(catalogue.text("demo.page.view-events")),
    )


def _shown(octets: str) -> str:
    """A header's text: WSGI's latin-1 octets read as UTF-8 and made visible."""
    return visible(octets.encode("latin-1", "replace").decode("utf-8", "replace"))
