'use strict'

/*
 * Asks the real packages, over HTTP on loopback: what do they write, and what do they accept?
 * node record.js > vectors.json
 *
 * Needs the packages of tests/express (npm ci there).
 */

const crypto = require('crypto')
const http = require('http')
const path = require('path')

const modules = path.join(__dirname, '..', 'express', 'node_modules')
const cookieSession = require(path.join(modules, 'cookie-session'))
const express = require(path.join(modules, 'express'))
const Keygrip = require(path.join(modules, 'keygrip'))
const session = require(path.join(modules, 'express-session'))
const signature = require(path.join(modules, 'cookie-signature'))

const SECRET = 'a secret of our own, long enough'
const EXPIRES = 'Expires=Thu, 01 Jan 2026 01:00:00 GMT'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function get (app, headers) {
  return new Promise((resolve) => {
    const server = http.createServer(app).listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      http.get({ host: '127.0.0.1', port, headers }, (response) => {
        response.resume()
        response.on('end', () => {
          server.close()
          resolve(response.headers['set-cookie'] || [])
        })
      })
    })
  })
}

/* An ID whose signature has both a + and a /, which the two alphabets write differently. */
function chooseId () {
  for (let n = 10; ; n++) {
    const id = `K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs${n}`
    const mac = signature.sign(id, SECRET).slice(id.length + 1)
    if (/^.{8,}\+.*\/.{3}/.test(mac) && !/[+/]$/.test(mac)) return id
  }
}

const ID = chooseId()
const SIGNED = signature.sign(ID, SECRET)
const MAC = SIGNED.slice(ID.length + 1)
const SENT = encodeURIComponent('s:' + SIGNED)
const hmac = (algorithm, encoding) =>
  crypto.createHmac(algorithm, SECRET).update(ID).digest(encoding).replace(/=+$/, '')

/* title, what stands behind connect.sid= */
const signedCases = [
  ['as it is written', SENT],
  ['with small hexadecimal digits', SENT.replace('%3A', '%3a')],
  ['not percent-encoded', 's:' + SIGNED],
  ['in double quotes', `"${SENT}"`],
  ['with blanks around it', `  ${SENT}\t `],
  ['with a longer ID', encodeURIComponent('s:' + signature.sign('../../etc/passwd', SECRET))],
  ['with an ID that has dots', encodeURIComponent('s:' + signature.sign('a.b.c', SECRET))],
  ['with an ellipsis in the ID', encodeURIComponent('s:' + signature.sign('a...b…', SECRET))],
  ['with an ID beyond ASCII', encodeURIComponent('s:' + signature.sign('세션', SECRET))],
  ['padded', SENT + '%3D'],
  ['padded, not encoded', SENT + '='],
  ['url-safe', 's:' + ID + '.' + MAC.replace(/\+/g, '-').replace(/\//g, '_')],
  ['encoded twice', encodeURIComponent(SENT)],
  ['encoded three times', encodeURIComponent(encodeURIComponent(SENT))],
  ['without s:', encodeURIComponent(SIGNED)],
  ['with a capital S', SENT.replace('s%3A', 'S%3A')],
  ['in single quotes', `'${SENT}'`],
  ['behind one double quote', `"${SENT}`],
  ['cut', SENT.slice(0, -2)],
  ['cut in front of the +', SENT.slice(0, SENT.indexOf('%2B'))],
  ['cut inside an escape', SENT.slice(0, SENT.indexOf('%2B') + 2)],
  ['the ID alone', 's%3A' + ID],
  ['with an empty signature', `s%3A${ID}.`],
  ['with an empty ID', encodeURIComponent('s:' + signature.sign('', SECRET))],
  ['with something behind it', SENT + 'x'],
  ['with a per cent sign behind it', SENT + '%'],
  ['in hexadecimal digits', `s:${ID}.${hmac('sha256', 'hex')}`],
  ['with SHA-1', `s:${ID}.${hmac('sha1', 'base64')}`],
  ['with SHA-512', `s:${ID}.${hmac('sha512', 'base64')}`],
  ['with blanks for +', 's:' + ID + '.' + MAC.replace(/\+/g, ' ')],
  ['with the spare bits flipped', 's:' + SIGNED.slice(0, -1) + BASE64[BASE64.indexOf(MAC.slice(-1)) + 1]],
  ['in small letters', SENT.toLowerCase()],
  ['signature in small letters', 's:' + ID + '.' + MAC.toLowerCase()],
  ['made of s: and the ID', 's:' + ID + '.' + signature.sign('s:' + ID, SECRET).slice(ID.length + 3)],
  ['of another secret', encodeURIComponent('s:' + signature.sign(ID, 'another'))],
  ['of the secret and a line break', encodeURIComponent('s:' + signature.sign(ID, SECRET + '\n'))],
  ['of the secret in quotes', encodeURIComponent('s:' + signature.sign(ID, `"${SECRET}"`))],
  ['of a secret that everybody knows', encodeURIComponent('s:' + signature.sign(ID, 'keyboard cat'))],
  ['of another ID', 's:' + ID.slice(0, -1) + '_.' + MAC],
  ['with dots for what is left out', `s:${ID.slice(0, 4)}...${ID.slice(-3)}.${MAC}`],
  ['without a signed value', 'hello'],
  ['without a value', '']
]

const KEYS = ['the new key, which is quite long.', 'the old key, which is quite long.']
const encode = (text) => Buffer.from(text).toString('base64')
const VALUE = encode(JSON.stringify({ user: '앨리스', count: 3 }))
const PADDED = encode('{"count":1}')
const seal = (value, key = KEYS[0], algorithm = 'sha1') =>
  new Keygrip([key], algorithm).sign(`session=${value}`)
const sealed = (value, mac = seal(value)) => `session=${value}; session.sig=${mac}`
const standard = (text) => text.replace(/-/g, '+').replace(/_/g, '/')

/* A value whose seal has a - and a _. */
function chooseValue () {
  for (let n = 0; ; n++) {
    const value = encode(JSON.stringify({ n }))
    if (/-.*_|_.*-/.test(seal(value))) return value
  }
}
const TELLING = chooseValue()

/* title, Cookie header */
const sealedCases = [
  ['as it is written', sealed(VALUE)],
  ['of the older key', sealed(VALUE, seal(VALUE, KEYS[1]))],
  ['seal first', `session.sig=${seal(VALUE)}; session=${VALUE}`],
  ['value in double quotes', `session="${VALUE}"; session.sig=${seal(VALUE)}`],
  ['without padding', sealed(VALUE.replace(/=+$/, ''))],
  ['an empty object', sealed(encode('{}'))],
  ['without a seal', `session=${VALUE}`],
  ['with an empty seal', `session=${VALUE}; session.sig=`],
  ['without a value', `session.sig=${seal(VALUE)}`],
  ['with a blank behind the value', `session=${VALUE} ; session.sig=${seal(VALUE)}`],
  ['seal padded', sealed(VALUE, seal(VALUE) + '=')],
  ['seal in the plain alphabet', sealed(TELLING, standard(seal(TELLING)))],
  ['seal cut', sealed(VALUE, seal(VALUE).slice(0, -3))],
  ['seal of the value alone', sealed(VALUE, new Keygrip([KEYS[0]]).sign(VALUE))],
  ['seal with SHA-256', sealed(VALUE, seal(VALUE, KEYS[0], 'sha256'))],
  ['seal of another key', sealed(VALUE, seal(VALUE, 'another'))],
  ['seal of the key and a line break', sealed(VALUE, seal(VALUE, KEYS[0] + '\n'))],
  ['seal of a key that everybody knows', sealed(VALUE, seal(VALUE, 'keyboard cat'))],
  ['value encoded afterwards', sealed(encodeURIComponent(PADDED), seal(PADDED))],
  ['value changed', sealed(encode(JSON.stringify({ user: 'root', count: 3 })), seal(VALUE))],
  ['no JSON', sealed(encode('hello'))],
  ['two sessions, the bad one first', `session=${VALUE}x; ${sealed(VALUE)}`]
]

async function main () {
  const out = { secret: SECRET, keys: KEYS, id: ID, written: [], sealed_written: [], signed: [], sealed: [] }

  const ids = [ID, '-_-_AAAAaaaa0000zzzzZZZZ9999____', 'short']
  for (const id of ids) {
    for (const secret of [SECRET, '비밀 열쇠', 'a'.repeat(100), 'p+/=%&;"\'\n']) {
      const app = express()
      const cookie = id === 'short' ? { maxAge: 3600000 } : {}
      app.use(session({ secret, cookie, resave: false, saveUninitialized: true, genid: () => id }))
      app.get('/', (request, response) => response.end())
      const [line] = await get(app, {})
      out.written.push({ id, secret, set_cookie: line.replace(/Expires=[^;]*/, EXPIRES) })
    }
  }
  for (const data of [{ count: 1 }, { user: '앨리스', cart: ['<b>', 'a&b'] }, { deep: { a: [1, { b: null }] }, n: 1.5 }]) {
    for (const name of ['session', 'koa:sess']) {
      const app = express()
      app.use(cookieSession({ name, keys: KEYS }))
      app.get('/', (request, response) => { Object.assign(request.session, data); response.end() })
      out.sealed_written.push({ name, data, set_cookie: await get(app, {}) })
    }
  }
  for (const [title, value] of signedCases) {
    const app = express()
    const store = new session.MemoryStore()
    let asked = null
    store.get = (id, done) => { asked = id; done() }
    app.use(session({ secret: SECRET, store, resave: false, saveUninitialized: false }))
    app.get('/', (request, response) => response.end())
    await get(app, { cookie: `a=b; connect.sid=${value}; z=y` })
    out.signed.push({ title, value, accepted: asked === null ? null : asked })
  }
  for (const [title, header] of sealedCases) {
    const app = express()
    let opened = null
    app.use(cookieSession({ keys: KEYS }))
    app.get('/', (request, response) => {
      opened = request.session.isNew ? null : JSON.parse(JSON.stringify(request.session))
      response.end()
    })
    await get(app, { cookie: header })
    out.sealed.push({ title, header, opened })
  }
  process.stdout.write(JSON.stringify(out, null, 1) + '\n')
}

main()
