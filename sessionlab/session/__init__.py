"""The engine: sessions on WSGI as express-session keeps them in Node, and the stores."""
