'use strict'
// The own cost of express-session on bare Node, in process and without sockets: a request through
// it minus the same request without it.  Prints one JSON object of microseconds of processor time.
//
//     node tests/benchmark/express.js ROUNDS REQUESTS

const path = require('path')
const { IncomingMessage, ServerResponse } = require('http')
const session = require(require.resolve('express-session', {
  paths: [path.join(__dirname, '..', 'express')],
}))

const rounds = Number(process.argv[2])
const requests = Number(process.argv[3])
const data = {
  user: { id: 1234, name: 'alice', roles: ['admin', 'staff'] },
  cart: [{ sku: 'abc-1', n: 2 }],
  views: 1,
}

function use(kind, store) {
  if (kind === 'fill') Object.assign(store, data)
  else if (kind === 'read') void store.views
  else store.views = (store.views || 0) + 1
}

function send(layer, kind, cookie) {
  return new Promise((resolve) => {
    const req = new IncomingMessage({ encrypted: false })
    req.method = 'GET'
    req.url = '/'
    req.headers = cookie ? { cookie } : {}
    const res = new ServerResponse(req)
    res.write = () => true
    res.end = () => resolve(res.getHeader('Set-Cookie'))
    const answer = () => {
      use(kind, req.session)
      res.setHeader('Content-Type', 'text/plain')
      res.setHeader('Content-Length', '2')
      if (!layer) res._implicitHeader()
      res.end('ok')
    }
    if (layer) {
      layer(req, res, answer)
    } else {
      req.session = { views: 1 }
      answer()
    }
  })
}

async function microseconds(layer, kind, cookie) {
  const started = process.cpuUsage()
  for (let i = 0; i < requests; i++) await send(layer, kind, cookie)
  const spent = process.cpuUsage(started)
  return (spent.user + spent.system) / requests
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

async function main() {
  const times = { new: [], modify: [], read: [], tamper: [] }
  for (let round = 0; round < rounds + 1; round++) {
    const layer = session({ secret: 'keyboard cat', resave: false, saveUninitialized: false })
    const set = await send(layer, 'fill', null)
    const cookie = String(set).split(';')[0]
    const broken = cookie.slice(0, -2) + (cookie.endsWith('AA') ? 'BB' : 'AA')
    for (const kind of Object.keys(times)) {
      const sent = kind === 'new' ? null : kind === 'tamper' ? broken : cookie
      const spent = await microseconds(layer, kind, sent)
      const bare = await microseconds(null, kind, null)
      if (round) times[kind].push(spent - bare) // the first round warms the compiler up
    }
  }
  const medians = Object.fromEntries(Object.entries(times).map(([kind, all]) => [kind, median(all)]))
  process.stdout.write(`${JSON.stringify(medians)}\n`)
}

main()
