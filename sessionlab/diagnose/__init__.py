"""Why a cookie is not kept, not sent, or of no use: judged from lines, or seen at a server.

`explain_lines` asks the browser's jar about Set-Cookie lines and a later request.  `observe`
visits a server as a browser would, and `find_causes` says what is wrong in what it saw.  Both
return data with codes, which `sessionlab.render` shows to people.
"""
