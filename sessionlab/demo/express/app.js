'use strict'

/*
 * The demo's /session as an Express application with connect-redis as its store. It does the same
 * as sessionlab/demo/handlers.py and designs.py:
 *
 *     node app.js SETTINGS
 *
 * SETTINGS is JSON: modules (the folder from which the npm packages are found), redis (URL),
 * prefix (of its keys), options (express-session's), base (the path), login and logout (what they
 * do), now (the fixed time in ms), seed (of the session IDs).
 *
 * It reports what can be observed from outside express-session, one JSON line for each event: the
 * Cookie header, the store's operations, the session that the application got, the session's
 * methods that it called, and the Set-Cookie lines. The first line of output is {"port": …}. A
 * line {"now": …} on stdin sets the time; when no request is running, the answer is the events
 * since the last one, and {}. The program ends when stdin does.
 */

const { createHash } = require('crypto')
const { createRequire } = require('module')
const path = require('path')
const readline = require('readline')

const settings = JSON.parse(process.argv[2])
const installed = createRequire(path.resolve(settings.modules, 'app.js'))
const express = installed('express')
const session = installed('express-session')
const { RedisStore } = installed('connect-redis')
const { createClient } = installed('redis')

const seen = []
const record = (kind, data) => seen.push({ kind, ...data })

/* The clock only moves when a line on stdin sets it. */
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor (...parts) { super(...(parts.length ? parts : [settings.now])) }
  static now () { return settings.now }
}

/* The same IDs each time, made like those of sessionlab/stage/ids.py. */
let drawn = 0
const genid = () => {
  drawn += 1
  const digest = createHash('sha256').update(`${settings.seed}/${drawn}`).digest()
  return digest.subarray(0, 24).toString('base64url')
}

/* connect-redis; records each operation when it is answered. */
class RecordingStore extends RedisStore {
  get (id, done) { super.get(id, this.recorded('get', id, null, done)) }
  set (id, data, done) { super.set(id, data, this.recorded('set', id, data, done)) }
  touch (id, data, done) { super.touch(id, data, this.recorded('touch', id, data, done)) }
  destroy (id, done) { super.destroy(id, this.recorded('destroy', id, null, done)) }

  recorded (op, id, data, done) {
    return (error, found) => {
      record('store', {
        op,
        id,
        record: op === 'get' ? (found ? JSON.stringify(found) : null) : data && JSON.stringify(data),
        found: op === 'get' && !error ? Boolean(found) : null,
        error: error ? error.message : null
      })
      if (done) done(error, found)
    }
  }
}

/* Records the headers before and after express-session; `pending` counts running requests. */
let pending = 0
let whenIdle = () => {}

function recordHeaders (req, res, next) {
  pending += 1
  record('cookie-read', { header: req.headers.cookie ?? null })
  res.on('close', () => {
    record('cookie-decided', { set_cookie: [res.getHeader('Set-Cookie') ?? []].flat() })
    pending -= 1
    if (pending === 0) whenIdle()
  })
  next()
}

function recordSession (req, res, next) {
  if (req.session) record('session-open', { id: req.sessionID })
  next()
}

/* Calls a method of the session, and records the call when it is answered. */
const call = (req, name) => new Promise((resolve, reject) => {
  const { id } = req.session
  req.session[name]((error) => {
    record('session-call', { call: name, id, error: error ? error.message : null })
    if (error) reject(error)
    else resolve()
  })
})

/* Express 4 does not handle promises: this passes their errors on. */
const handler = (handle) => (req, res, next) => {
  Promise.resolve(handle(req, res)).catch(next)
}

const texts = (found) => Array.isArray(found) ? found.filter((it) => typeof it === 'string') : []
const number = (found) => Number.isInteger(found) ? found : 0
const text = (res, body, status = 200) => res.status(status).type('text').end(body)

function field (req, name) {
  const value = req.body[name]
  if (typeof value === 'string' && value) return value
  throw Object.assign(new Error(`The form field '${name}' is missing.`), { status: 400 })
}

const me = ({ session }, res) => {
  if (typeof session.user !== 'string' || !session.user) return text(res, 'nobody', 401)
  text(res, session.role ? `${session.user} (${session.role})` : session.user)
}
const cart = ({ session }, res) => res.type('json').end(JSON.stringify(texts(session.cart)))
const notes = ({ session }, res) => {
  const found = texts(session.notes)
  res.type('json').end(JSON.stringify({
    notes: found.length, characters: found.reduce((sum, it) => sum + [...it].length, 0)
  }))
}

async function logIn (req, res) {
  const who = { user: field(req, 'user') }
  if (req.body.role) who.role = req.body.role
  else delete req.session.role
  if (settings.login !== 'keep-id') {
    const { cookie, ...data } = req.session
    await call(req, 'regenerate')
    if (settings.login === 'regenerate-keep-data') Object.assign(req.session, data)
  }
  Object.assign(req.session, who)
  me(req, res)
}

async function logOut (req, res) {
  if (settings.logout === 'clear-cookie') {
    res.clearCookie(settings.options.name ?? 'connect.sid')
  } else {
    await call(req, 'destroy')
  }
  text(res, 'nobody')
}

function routes () {
  const router = express.Router()
  router.get('/', handler((req, res) => {
    req.session.count = number(req.session.count) + 1
    res.type('html').end(`${req.session.count}번 접속`)
  }))
  router.get('/peek', handler((req, res) => {
    res.type('html').end(`${number(req.session.count)}번 접속`)
  }))
  router.post('/login', handler(logIn))
  router.post('/logout', handler(logOut))
  router.get('/me', handler(me))
  router.get('/cart', handler(cart))
  router.post('/cart', handler((req, res) => {
    req.session.cart = [...texts(req.session.cart), field(req, 'item')]
    cart(req, res)
  }))
  router.get('/notes', handler(notes))
  router.post('/notes', handler((req, res) => {
    req.session.notes = [...texts(req.session.notes), field(req, 'text')]
    notes(req, res)
  }))
  return router
}

async function answerLine (line) {
  Object.assign(settings, JSON.parse(line))
  if (pending) await new Promise((resolve) => { whenIdle = resolve })
  for (const it of seen.splice(0)) console.log(JSON.stringify(it))
  console.log('{}')
}

async function main () {
  const client = createClient({ url: settings.redis })
  client.on('error', () => {}) // the commands fail, and their errors are recorded
  await client.connect()
  const store = new RecordingStore({ client, prefix: settings.prefix })

  const app = express()
  app.set('env', 'production') // no stack traces in answers
  app.use(recordHeaders)
  app.use(express.urlencoded({ extended: false }))
  app.use(session({ ...settings.options, genid, store }))
  app.use(recordSession)
  app.use(settings.base, routes())
  app.use((error, req, res, next) => text(res, error.message, error.status ?? 500))

  const server = app.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: server.address().port }))
  })
  for await (const line of readline.createInterface({ input: process.stdin })) await answerLine(line)
  process.exit()
}

main()
