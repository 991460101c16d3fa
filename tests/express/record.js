'use strict'

/*
 * Plays the scenarios against the real express-session over HTTP on loopback, and records what
 * every step did: node record.js [scenarios.json.gz [recording.json.gz]]
 *
 * Clock, ids and store are the scenario's own, so that two recordings are the same to the octet.
 */

const clock = require('./recorder/clock')
const fs = require('fs')
const http = require('http')
const path = require('path')
const zlib = require('zlib')

process.env.NO_DEPRECATION = '*'
process.env.TZ = 'UTC'
const express = require('express')
const session = require('express-session')

const LoggedStore = require('./recorder/store')
const perform = require('./recorder/handler')
const { exchange, Jar } = require('./recorder/client')
const { revive, textOf } = require('./recorder/values')

const QUIET = 50 // turns of the event loop; whatever still has something to do needs a few at most
const turn = () => new Promise(setImmediate)

/* Whether a step's response will never end: nobody is at work on it any more. */
async function stuck (step) {
  for (let quiet = 0; quiet < QUIET;) {
    await turn()
    if (step.response?.writableEnded) return false
    quiet = step.response && !step.atWork ? quiet + 1 : 0
  }
  return true
}

/* One scenario's server side: its stores, its application, what its steps left behind. */
class World {
  constructor (scenario, server) {
    this.scenario = scenario
    this.server = server
    this.ops = []
    this.shelf = {}
    this.jars = {}
    this.running = []
    this.stores = {
      first: new LoggedStore(scenario.store || {}, this.ops),
      second: new LoggedStore({}, this.ops, 'second:')
    }
    this.ids = [...(scenario.ids || [])]
    this.made = 0
  }

  genid () {
    this.made += 1
    return this.ids.length > 0 ? revive(this.ids.shift()) : `id-${this.made}`
  }

  application () {
    const app = express()
    app.set('env', 'test') // Express prints no stack traces
    const { scenario } = this
    if (scenario.trustProxy !== undefined) app.set('trust proxy', scenario.trustProxy)
    app.use((req, res, next) => {
      if (req.headers['x-test-tls']) req.connection.encrypted = true // what a TLS socket answers
      next()
    })
    this.surround(app, scenario.options, 'first')
    if (scenario.inner) this.surround(app, scenario.inner, scenario.innerStore || 'second')
    app.use((req, res, next) => {
      const step = this.running.at(-1)
      step.atWork = true
      perform(step.script.do || [], { req, res, step, world: this }).catch((error) => {
        step.errors.push(['handler', textOf(error)])
        next(error)
      }).finally(() => { step.atWork = false })
    })
    app.use((error, req, res, next) => {
      if (!res.headersSent) res.statusCode = 500
      res.end('error')
    })
    return app
  }

  surround (app, options, store) {
    app.use(this.scenario.mount || '/', this.watched(session({
      genid: () => this.genid(), store: this.stores[store], ...revive(options)
    })))
  }

  /* The middleware, with every error that it throws or hands to next() noted. */
  watched (middleware) {
    return (req, res, next) => {
      const step = this.running.at(-1)
      const note = (error) => {
        step.errors.push([res.headersSent ? 'after headers' : 'before headers', textOf(error)])
      }
      try {
        middleware(req, res, (error) => {
          if (error) note(error)
          // after the headers, Express's own answer would be to cut the connection
          if (!error || !res.headersSent) next(error)
        })
      } catch (error) {
        note(error)
        next(error)
      }
    }
  }

  async play (script) {
    const step = { script, calls: [], seen: [], errors: [], atWork: false, response: null }
    clock.advance(script.advance || 0)
    if (script.connection) this.stores.first.emit(script.connection)
    const jar = this.jars[script.client || 'a'] ??= new Jar()
    const sent = script.cookie === undefined ? jar.header() : script.cookie
    this.running.push(step)
    const headers = [...(script.headers || [])]
    if (sent !== null) headers.push(['Cookie', sent])
    if (script.tls) headers.push(['X-Test-TLS', '1'])
    const answer = await exchange(this.server.address().port, {
      method: script.method || 'GET', target: script.url || '/', headers
    }, stuck(step))
    await turn()
    await turn()
    this.running.pop()
    jar.keep(answer.setCookie || [])
    const { calls, seen, errors, meanwhile } = step
    return { sent, ...answer, calls, seen, errors, meanwhile }
  }

  /* An error in a store's callback: Node would end the process here. */
  crashed (error) {
    const step = this.running.at(-1)
    if (!step) throw error
    step.errors.push(['crash', textOf(error)])
    step.atWork = false
  }

  /* A whole step inside another one's handler. */
  async meanwhile (script) {
    const step = this.running.at(-1)
    step.meanwhile ??= []
    step.meanwhile.push(await this.play(script))
  }
}

async function record (scenario, server) {
  clock.set(scenario.now)
  const world = server.world = new World(scenario, server)
  const recording = { name: scenario.name }
  try {
    server.application = world.application()
  } catch (error) {
    return { ...recording, refused: error.message }
  }
  recording.steps = []
  for (const script of scenario.steps) {
    const from = world.ops.length
    const outer = await world.play(script)
    recording.steps.push({ ...outer, ops: world.ops.slice(from) })
  }
  recording.final = world.stores.first.contents()
  return recording
}

async function main (input, output) {
  const scenarios = JSON.parse(zlib.gunzipSync(fs.readFileSync(input)))
  const server = http.createServer({ maxHeaderSize: 1 << 20 }, (req, res) => {
    server.world.running.at(-1).response = res
    server.application(req, res)
  })
  process.on('uncaughtException', (error) => server.world.crashed(error))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const lines = []
  for (const scenario of scenarios) lines.push(JSON.stringify(await record(scenario, server)))
  server.close()
  fs.writeFileSync(output, zlib.gzipSync(`[\n${lines.join(',\n')}\n]\n`, { level: 9 }))
}

const here = (name) => path.join(__dirname, name)
main(process.argv[2] || here('scenarios.json.gz'), process.argv[3] || here('recording.json.gz'))
