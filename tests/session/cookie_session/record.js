'use strict'

/*
 * Plays a table of requests against the real cookie-session over HTTP on loopback, and records
 * what each one saw and sent: node record.js > recording.json
 *
 * Needs the packages of tests/express (npm ci there).  The clock stands still.
 */

const http = require('http')
const path = require('path')

const modules = path.join(__dirname, '..', '..', 'express', 'node_modules')
const cookieSession = require(path.join(modules, 'cookie-session'))
const Keygrip = require(path.join(modules, 'keygrip'))

const NOW = Date.UTC(2026, 0, 1, 0, 0, 0, 999)
Date.now = () => NOW

const NEW = 'the new key'
const OLD = 'the old key'

const encode = (text) => Buffer.from(text).toString('base64')
const sealed = (value, key = NEW, name = 'session') =>
  `${name}=${value}; ${name}.sig=${new Keygrip([key]).sign(`${name}=${value}`)}`
const holding = (data, key, name) => sealed(encode(JSON.stringify(data)), key, name)

const READ = ['read']
const ONE = holding({ count: 1 })

/* title, options beside keys, Cookie header, what the application does, over TLS? */
const table = [
  ['nothing is asked of the session', {}, undefined, []],
  ['nothing is asked although a cookie came', {}, ONE, []],
  ['a new session is only looked at', {}, undefined, [READ]],
  ['a new session is filled', {}, undefined, [['set', 'count', 1]]],
  ['a session is read', {}, ONE, [READ]],
  ['a session is changed', {}, ONE, [['set', 'count', 2]]],
  ['an equal value is set', {}, ONE, [['set', 'count', 1]]],
  ['a value is added', {}, ONE, [['set', 'user', '김철수 😀']]],
  ['a nested value is changed', {}, holding({ cart: ['tea'] }), [['push', 'cart', 'milk']]],
  ['a key is deleted and the session is empty', {}, ONE, [['delete', 'count']]],
  ['an empty session is read', {}, holding({}), [READ]],
  ['the session is unset', {}, ONE, [['unset']]],
  ['the session is unset without having been there', {}, undefined, [['unset']]],
  ['the session is unset and looked at', {}, ONE, [['unset'], READ]],
  ['the session is replaced', {}, ONE, [['replace', { a: 1 }]]],
  ['the session is replaced by the same data', {}, ONE, [['replace', { count: 1 }]]],
  ['the session is replaced by an empty one', {}, ONE, [['replace', {}]]],
  ['the session is unset, then filled anew', {}, ONE, [['unset'], ['replace', { b: 2 }]]],
  ['the value was edited', {}, ONE.replace('session=ey', 'session=eY'), [READ]],
  ['the value was edited and the session is filled', {}, ONE.replace('session=ey', 'session=eY'),
    [['set', 'count', 1]]],
  ['the seal was edited', {}, ONE.slice(0, -1) + '!', [READ]],
  ['the seal was edited and the session is unset', {}, ONE.slice(0, -1) + '!', [READ, ['unset']]],
  ['the seal is missing', {}, ONE.split('; ')[0], [READ]],
  ['the seal is empty', {}, ONE.split('.sig=')[0] + '.sig=', [READ]],
  ['the seal is of another cookie name', {}, ONE.replace('session.sig', 'other.sig'), [READ]],
  ['the seal is padded', {}, ONE + '=', [READ]],
  ['the seal came first', {}, ONE.split('; ').reverse().join('; '), [READ]],
  ['the old key sealed it', { keys: [NEW, OLD] }, holding({ count: 1 }, OLD), [READ]],
  ['the old key sealed it and it is changed', { keys: [NEW, OLD] }, holding({ count: 1 }, OLD),
    [['set', 'count', 2]]],
  ['the old key sealed it and it is unset unread', { keys: [NEW, OLD] },
    holding({ count: 1 }, OLD), [['unset']]],
  ['a third key sealed it', { keys: [NEW, OLD] }, holding({ count: 1 }, 'another'), [READ]],
  ['the value is no base64', {}, sealed('!!!'), [READ]],
  ['the value is no JSON', {}, sealed(encode('{"count":')), [READ]],
  ['the value is empty', {}, sealed(''), [['set', 'count', 1]]],
  ['the base64 is not padded', {}, sealed(encode('{"n":1}').replace(/=/g, '')), [READ]],
  ['the base64 is url-safe', {}, sealed(encode('{"n":"???>>>"}').replace(/\//g, '_')), [READ]],
  ['the base64 has rubbish in it', {}, sealed(encode('{"n":1}').replace('e', 'e!')), [READ]],
  ['a lone base64 digit stands at the end', {}, sealed(encode('{"abc":1}') + 'A'), [READ]],
  ['the JSON has spaces', {}, sealed(encode('{ "count": 1 }')), [READ]],
  ['the JSON is not UTF-8', {}, sealed(Buffer.from('{"n":"\xff"}', 'latin1').toString('base64')),
    [READ]],
  ['keys that look like numbers go first', {}, undefined,
    [['set', 'b', 1], ['set', '10', 2], ['set', '9', 3]]],
  ['numbers as JavaScript writes them', {}, undefined,
    [['set', 'n', 1e21], ['set', 'm', 1.0], ['set', 'k', 1e-7]]],
  ['the value is quoted', {}, ONE.replace(/session=([^;]*)/, 'session="$1"'), [READ]],
  ['blanks stand after the value', {}, ONE.replace('; ', ' ; '), [READ]],
  ['no blank stands after the semicolon', {}, ONE.replace('; ', ';'), [READ]],
  ['two cookies of the name, the first counts', {}, `${holding({ count: 1 }).split('; ')[0]}; ` +
    holding({ count: 2 }), [READ]],
  ['a name that ends the same', {}, `my${ONE}`, [READ]],
  ['a percent sign stays as it is', {}, sealed('%65yJuIjoxfQ=='), [READ]],
  ['another name', { name: 'a.b' }, holding({ count: 1 }, NEW, 'a.b'), [['set', 'count', 2]]],
  ['a name of which a dot could stand for any letter', { name: 'a.b' },
    holding({ count: 1 }, NEW, 'axb'), [READ]],
  ['maxAge', { maxAge: 60000 }, undefined, [['set', 'count', 1]]],
  ['maxAge with parts of a second', { maxAge: 1500 }, undefined, [['set', 'count', 1]]],
  ['maxAge and nothing changed', { maxAge: 60000 }, ONE, [READ]],
  ['maxAge and unset', { maxAge: 60000 }, ONE, [['unset']]],
  ['maxAge of zero', { maxAge: 0 }, undefined, [['set', 'count', 1]]],
  ['every attribute', {
    path: '/a', domain: 'example.com', priority: 'High', sameSite: 'Lax', partitioned: true,
    secure: false, httpOnly: true, maxAge: 1000
  }, undefined, [['set', 'count', 1]]],
  ['sameSite: true', { sameSite: true }, undefined, [['set', 'count', 1]]],
  ['httpOnly: false', { httpOnly: false }, undefined, [['set', 'count', 1]]],
  ['every attribute and unset', { path: '/a', domain: 'example.com', sameSite: 'none' }, ONE,
    [['unset']]],
  ['secure over http', { secure: true }, undefined, [['set', 'count', 1]]],
  ['secure over http with an edited seal', { secure: true }, ONE + '!', [READ]],
  ['secure over https', { secure: true }, undefined, [['set', 'count', 1]], true],
  ['https marks the cookie Secure by itself', {}, undefined, [['set', 'count', 1]], true],
  ['https with an edited seal', {}, ONE + '!', [READ], true],
  ['https with secure: false', { secure: false }, undefined, [['set', 'count', 1]], true],
  ['overwrites a cookie that the application set', {}, ONE,
    [['cookie', 'session=mine; path=/'], ['cookie', 'sessionx=kept'], ['set', 'count', 2]]],
  ['more than a browser keeps', {}, undefined, [['set', 'notes', 'x'.repeat(5000)]]]
]

function perform (actions, req, res) {
  let seen
  for (const [verb, ...args] of actions) {
    if (verb === 'read') seen = req.session
    if (verb === 'set') req.session[args[0]] = args[1]
    if (verb === 'push') req.session[args[0]].push(args[1])
    if (verb === 'delete') delete req.session[args[0]]
    if (verb === 'unset') req.session = null
    if (verb === 'replace') req.session = args[0]
    if (verb === 'cookie') res.setHeader('Set-Cookie', [...(res.getHeader('Set-Cookie') || []), args[0]])
  }
  return seen === undefined ? 'not read' : seen
}

function ask ([title, options, cookie, actions, tls = false]) {
  return new Promise((resolve, reject) => {
    const all = { keys: [NEW], ...options }
    const middleware = cookieSession({ ...all })
    let seen
    const server = http.createServer((req, res) => {
      if (tls) req.socket.encrypted = true
      middleware(req, res, () => {
        seen = JSON.parse(JSON.stringify(perform(actions, req, res)))
        res.end()
      })
    })
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      const headers = cookie === undefined ? {} : { cookie }
      http.get({ port, headers, agent: false }, (res) => {
        res.resume()
        res.on('end', () => {
          server.close()
          const sets = res.headers['set-cookie'] || []
          resolve({ title, options: all, cookie: cookie ?? null, actions, tls, seen, sets })
        })
      }).on('error', reject)
    })
  })
}

async function main () {
  const rows = []
  for (const row of table) rows.push(JSON.stringify(await ask(row)))
  process.stdout.write(`{"now":${NOW},"requests":[\n${rows.join(',\n')}\n]}\n`)
}

main()
