'use strict'

/*
 * The application of every scenario: performs the step's actions one after the other on `req` and
 * `res`, and notes in `seen` what a handler could see.
 *
 * A method of the session that takes a callback is awaited; its error, or null, is noted as
 * [method, message]. A method that throws is the handler's error, as in any Express application.
 */

const clock = require('./clock')
const { revive, freeze, textOf } = require('./values')

const COOKIE_ATTRIBUTES = ['originalMaxAge', 'maxAge', 'expires', 'partitioned', 'priority',
  'secure', 'httpOnly', 'domain', 'path', 'sameSite']

/* The path's last but one object, and its last key. */
function locate (session, path) {
  let place = session
  for (const key of path.slice(0, -1)) place = place[key]
  return [place, path[path.length - 1]]
}

function sessionOf (req) {
  if (!req.session) throw new Error('no session')
  return req.session
}

function look (req) {
  const sessionID = req.sessionID === undefined ? null : req.sessionID
  if (!req.session) return { sessionID, session: null }
  const { cookie, ...data } = req.session
  const attributes = {}
  for (const name of COOKIE_ATTRIBUTES) attributes[name] = freeze(cookie[name])
  return {
    sessionID,
    session: { id: req.session.id, data: JSON.stringify(data), cookie: attributes }
  }
}

function call (session, method, step) {
  return new Promise((resolve) => {
    session[method]((error) => {
      step.calls.push([method, error ? textOf(error) : null])
      resolve()
    })
  })
}

/*
 * One function per action; `world` gives meanwhile(step), the stores and the shelf on which a
 * session can be kept for later.
 */
const ACTIONS = {
  set ({ req }, path, value) {
    const [place, key] = locate(sessionOf(req), path)
    place[key] = revive(value)
  },
  delete ({ req }, path) {
    const [place, key] = locate(sessionOf(req), path)
    delete place[key]
  },
  append ({ req }, path, value) {
    const [place, key] = locate(sessionOf(req), path)
    place[key].push(revive(value))
  },
  count ({ req, res }) {
    const session = sessionOf(req)
    session.num = (session.num || 0) + 1
    res.end(`${session.num}번 접속`)
  },
  see ({ req, step }) { step.seen.push(look(req)) },

  save: ({ req, step }) => call(sessionOf(req), 'save', step),
  reload: ({ req, step }) => call(sessionOf(req), 'reload', step),
  regenerate: ({ req, step }) => call(sessionOf(req), 'regenerate', step),
  destroy: ({ req, step }) => call(sessionOf(req), 'destroy', step),
  touch ({ req }) { sessionOf(req).touch() },
  unset ({ req }, how) {
    if (how === 'delete') delete req.session
    else req.session = how === 'null' ? null : undefined
  },
  cookie ({ req }, attribute, value) { sessionOf(req).cookie[attribute] = revive(value) },

  keep ({ req, world }, slot) { world.shelf[slot] = sessionOf(req) },
  'put-back' ({ req, world }, slot) { req.session = world.shelf[slot] },
  on ({ world, step }, slot, method) {
    const session = world.shelf[slot]
    return method === 'touch' ? session.touch() : call(session, method, step)
  },
  'set-on' ({ world }, slot, path, value) {
    const [place, key] = locate(world.shelf[slot], path)
    place[key] = revive(value)
  },
  'session-id' ({ req }, value) { req.sessionID = revive(value) },
  'use-store' ({ req, world }, name) { req.sessionStore = world.stores[name] },
  generate ({ req }) { req.sessionStore.generate(req) },
  'create-session' ({ req }, text) { req.sessionStore.createSession(req, JSON.parse(text)) },
  assign ({ req }, value) { req.session = revive(value) },

  status ({ res }, code) { res.statusCode = code },
  header ({ res }, name, value) { res.setHeader(name, value) },
  'write-head' ({ res }, code, headers) { res.writeHead(code, headers) },
  write ({ res }, text) { res.write(text) },
  end ({ res }, text) { res.end(text) },
  throw (_, message) { throw new Error(message) },

  advance (_, ms) { clock.advance(ms) },
  connection ({ world }, event) { world.stores.first.emit(event) },
  'outside-set' ({ world }, id, text) { world.stores.first.sessions[id] = text },
  'outside-destroy' ({ world }, id) { delete world.stores.first.sessions[id] },
  meanwhile ({ world }, step) { return world.meanwhile(step) }
}

/* Perform the actions; end the response with `ok` unless an action ended it. */
async function perform (actions, context) {
  for (const [name, ...values] of actions) await ACTIONS[name](context, ...values)
  if (!context.res.writableEnded) context.res.end('ok')
}

module.exports = perform
