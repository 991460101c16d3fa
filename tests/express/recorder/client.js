'use strict'

/*
 * One request over its own connection, octet for octet, and one browser's cookies.
 */

const net = require('net')

const LIMIT = 60000 // ms; longer than any request takes, however busy the machine is

/*
 * -> {status, setCookie: [text], body}, texts being octets read as latin-1; {hang: true} where
 * `stuck`, a promise, says that the response will never end.
 */
function exchange (port, { method, target, headers }, stuck) {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close']
  for (const [name, value] of headers) lines.push(`${name}: ${value}`)
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1')
    const chunks = []
    let hang = false
    socket.setTimeout(LIMIT, () => socket.destroy(new Error(`no answer to ${method} ${target}`)))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(hang ? { hang } : parse(Buffer.concat(chunks), method)))
    stuck.then((is) => {
      hang = is
      if (is) socket.destroy()
    })
    socket.write(Buffer.from(lines.join('\r\n') + '\r\n\r\n', 'latin1'))
  })
}

function parse (octets, method) {
  const text = octets.toString('latin1')
  const split = text.indexOf('\r\n\r\n')
  const [first, ...lines] = text.slice(0, split).split('\r\n')
  const fields = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2)])
  const chunked = fields.some(([name]) => name === 'transfer-encoding')
  const body = octets.subarray(split + 4)
  return {
    status: Number(first.split(' ')[1]),
    setCookie: fields.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
    body: (chunked && method !== 'HEAD' ? dechunk(body) : body).toString('utf8')
  }
}

/* The body without its framing. */
function dechunk (octets) {
  const parts = []
  let at = 0
  for (;;) {
    const end = octets.indexOf('\r\n', at, 'latin1')
    const size = parseInt(octets.toString('latin1', at, end), 16)
    if (size === 0) return Buffer.concat(parts)
    parts.push(octets.subarray(end + 2, end + 2 + size))
    at = end + 2 + size + 2
  }
}

/* A browser that keeps every cookie it is given and always sends them all. */
class Jar {
  constructor () { this.cookies = new Map() }

  keep (lines) {
    for (const line of lines) {
      const pair = line.split(';')[0]
      this.cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
  }

  header () {
    if (this.cookies.size === 0) return null
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

module.exports = { exchange, Jar }
