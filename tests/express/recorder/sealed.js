'use strict'

/*
 * What cookie-session makes of sessions, Cookie headers and options.
 */

const crypto = require('crypto')
const http = require('http')
const cookieSession = require('cookie-session')

const { random, several, text } = require('./odd_text')

/* What cookie-session sends for one request. */
function exchange (options, headers, act) {
  return new Promise((resolve, reject) => {
    const request = new http.IncomingMessage({ encrypted: false })
    Object.assign(request, { method: 'GET', url: '/', headers })
    const response = new http.ServerResponse(request)
    cookieSession(options)(request, response, () => {
      try {
        act(request)
        response.writeHead(200)
        resolve(response.getHeader('Set-Cookie') || [])
      } catch (error) {
        reject(error)
      }
    })
  })
}

/* [session's JSON, name, secret, value, seal] */
async function seals () {
  const sessions = ['{"a":1}', '{"num":1,"user":"Ann"}', '{"a":"한글"}', '{"a":"🍪"}',
    '{"a":"\\ud800"}', '{"2":1,"b":2,"1":3}', '{"a":1.0}', '{"a":-0}', '{"a":1e21}',
    '{"a":null,"b":[],"c":{}}', '{"a":"\\u0000\\u2028"}', '{"cookie":1}', '{"a b":"c;d"}',
    `{"a":"${'x'.repeat(5000)}"}`, '{"a":"?>?>~~~"}', '{"":0}',
    ...several(100, () => JSON.stringify({ [`k${random(99)}`]: random(99), b: text() }))]
  const secrets = ['key', 'keyboard cat', '비밀', 'k'.repeat(64), 'k'.repeat(65), ' ', '🍪']
  const sealed = []
  for (const [index, session] of sessions.entries()) {
    const secret = secrets[index % secrets.length]
    const name = index % 3 ? 'session' : 'app.sid'
    const lines = await exchange({ name, keys: [secret] }, {}, (request) => {
      request.session = JSON.parse(session)
    })
    const [value, seal] = lines.map((line) => line.slice(line.indexOf('=') + 1, line.indexOf(';')))
    sealed.push([session, name, secret, value, seal])
  }
  return sealed
}

/* [Cookie header, secrets, session's JSON or null, Set-Cookie lines] */
async function opens () {
  const [[, , , value]] = await seals()
  const sealOf = (name, given, secret) => crypto.createHmac('sha1', secret)
    .update(`${name}=${given}`).digest('base64url')
  const good = sealOf('session', value, 'one')
  const old = sealOf('session', value, 'two')
  const values = [value, '', 'x', '!!!!', 'e30=', 'e30', 'bnVsbA==', 'W10=', 'MQ==', 'IngI',
    'eyJhIjoxfQ', 'eyJhIjoxfQ===', 'eyJhIjoi7ZWcIn0=', ' eyJhIjoxfQ==', 'eyJhI joxfQ==',
    '"eyJhIjoxfQ=="', 'eyJhIjoi_-8ifQ', 'eyJhIjoi/+8ifQ', 'eyJhIjoxfQ==garbage']
  const headers = [
    `session=${value}; session.sig=${good}`, `session.sig=${good}; session=${value}`,
    `session=${value}`, `session.sig=${good}`, `session=${value}; session.sig=${old}`,
    `session=${value}; session.sig=${sealOf('session', value, 'three')}`,
    `session=${value}; session.sig=${sealOf('other', value, 'one')}`,
    `session=${value}; session.sig=`, `session=${value}; session.sig=${good}=`,
    `session=${value}; session.sig=${good.slice(0, -1)}`, `session=${value}; session.sig="${good}"`,
    `session="${value}"; session.sig=${good}`, `session=bad; session=${value}; session.sig=${good}`,
    `session=${value}; session=bad; session.sig=${good}`, ` session=${value};session.sig=${good}`,
    `session=${value} ; session.sig=${good}`, `xsession=${value}; session.sig=${good}`,
    `session=${value}; session.sig=${good}; session.sig=x`,
    ...values.map((one) => `session=${one}; session.sig=${sealOf('session', one, 'one')}`)
  ]
  const opened = []
  for (const header of headers) {
    for (const secrets of [['one'], ['two', 'one'], ['one', 'two']]) {
      let seen = null
      const lines = await exchange({ keys: secrets }, { cookie: header }, (request) => {
        seen = request.session.isNew ? null : JSON.stringify(request.session)
      })
      opened.push([header, secrets, seen, lines])
    }
  }
  return opened
}

/* [options, Set-Cookie lines] of a session {"a":1} under the key "one" */
async function sealedLines () {
  const table = [{}, { path: '/app' }, { path: '' }, { path: null }, { domain: 'example.com' },
    { httpOnly: false }, { maxAge: 60000 }, { maxAge: 1 }, { maxAge: 0 }, { maxAge: -1000 },
    { sameSite: true }, { sameSite: false }, { sameSite: 'lax' }, { sameSite: 'Strict' },
    { sameSite: 'NONE' }, { priority: 'low' }, { priority: 'HIGH' }, { partitioned: true },
    { secure: false }, { maxAge: 31536000000, path: '/a', domain: '.example.com',
    sameSite: 'strict',
    priority: 'medium', partitioned: true }]
  const made = []
  for (const options of table) {
    const lines = await exchange({ ...options, keys: ['one'] }, {},
      (request) => { request.session = { a: 1 } })
    made.push([options, lines])
  }
  return made
}

module.exports = { seals, opens, sealedLines }
