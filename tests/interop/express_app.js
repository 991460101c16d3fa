'use strict'

/*
 * A small Express application with a login, whose sessions live in Redis:
 *
 *     node express_app.js '{"redis": "redis://…", "options": {…}, "now": 1767225600000}'
 *
 * Every answer is the session's data as this application sees it. flask_app.py is its twin.
 * With "now" (ms) the time stands still there. The first line of stdout tells the port. A line
 * {"now": …} on stdin moves the time, {"open": {…}} opens the application with other options on
 * another port, which is told; each is answered with {}. It ends with stdin.
 */

const express = require('express')
const session = require('express-session')
const readline = require('readline')
const { RedisStore } = require('connect-redis')
const { createClient } = require('redis')

const settings = JSON.parse(process.argv[2])

function holdTime () {
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor (...parts) { super(...(parts.length ? parts : [settings.now])) }
    static now () { return settings.now }
  }
}

const answer = (req, res) => {
  const { cookie, ...data } = req.session || {}
  res.type('json').end(req.session ? JSON.stringify(data) : 'null')
}

const routes = express.Router()

routes.get('/data', answer)

routes.put('/data', (req, res) => {
  Object.assign(req.session, req.body)
  answer(req, res)
})

routes.delete('/data/:key', (req, res) => {
  delete req.session[req.params.key]
  answer(req, res)
})

routes.get('/me', (req, res) => {
  if (!req.session.user) res.status(401)
  answer(req, res)
})

routes.post('/login', (req, res, next) => {
  req.session.regenerate((error) => {
    if (error) return next(error)
    req.session.user = req.body.user
    answer(req, res)
  })
})

routes.post('/count', (req, res) => {
  req.session.count = (req.session.count || 0) + 1
  answer(req, res)
})

routes.post('/cart', (req, res) => {
  req.session.cart ||= { items: [] }
  req.session.cart.items.push(req.body)
  answer(req, res)
})

routes.post('/max-age', (req, res) => {
  req.session.cookie.maxAge = req.body.ms
  if (req.body.note) req.session.note = req.body.note
  answer(req, res)
})

routes.post('/regenerate', (req, res, next) => {
  req.session.regenerate((error) => error ? next(error) : answer(req, res))
})

routes.post('/save', (req, res, next) => {
  req.session.save((error) => error ? next(error) : answer(req, res))
})

routes.post('/unset', (req, res) => {
  req.session = null
  answer(req, res)
})

routes.post('/logout', (req, res, next) => {
  req.session.destroy((error) => error ? next(error) : answer(req, res))
})

function open (client, options) {
  const app = express()
  app.use(express.json({ strict: false }))
  app.use(session({ ...options, store: new RedisStore({ client }) }))
  app.use(routes)
  app.use((error, req, res, next) => {
    res.status(500).type('text').end(error.message)
  })
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      console.log(JSON.stringify({ port: server.address().port }))
      resolve()
    })
  })
}

async function main () {
  if (settings.now !== undefined) holdTime()
  const client = createClient({ url: settings.redis })
  client.on('error', () => {}) // the commands fail, and that is told
  await client.connect()
  await open(client, settings.options)
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const message = JSON.parse(line)
    if (message.open) await open(client, message.open)
    if (message.now !== undefined) settings.now = message.now
    console.log('{}')
  }
  process.exit()
}

main()
