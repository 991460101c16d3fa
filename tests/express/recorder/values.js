'use strict'

/*
 * Values that JSON lacks, as scenarios write them: {"$undefined": true}, {"$date": ms},
 * {"$number": "NaN"}. Options may also hold {"$by-path": {prefix: options}}: a function of the
 * request, which picks the options of the longest prefix of its URL.
 */

function revive (value) {
  if (Array.isArray(value)) return value.map(revive)
  if (value === null || typeof value !== 'object') return value
  if ('$undefined' in value) return undefined
  if ('$date' in value) return new Date(value.$date)
  if ('$number' in value) return Number(value.$number)
  if ('$by-path' in value) return byPath(value['$by-path'])
  const revived = {}
  for (const key of Object.keys(value)) {
    Object.defineProperty(revived, key, {
      value: revive(value[key]), configurable: true, enumerable: true, writable: true
    })
  }
  return revived
}

function byPath (table) {
  return function optionsOf (req) {
    const prefixes = Object.keys(table).filter((prefix) => req.originalUrl.startsWith(prefix))
    prefixes.sort((a, b) => b.length - a.length)
    return revive(table[prefixes[0]])
  }
}

/* A value of the cookie as a recording writes it: dates as {"$date": ms}, no undefined. */
function freeze (value) {
  if (value instanceof Date) {
    const ms = value.valueOf()
    return { $date: Number.isNaN(ms) ? null : ms }
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  return value === undefined ? { $undefined: true } : value
}

/* An error's message; how V8 words a broken JSON text and Node a wrong type, changes with them. */
function textOf (error) {
  if (error instanceof SyntaxError) return 'not JSON'
  return String(error.code).startsWith('ERR_') ? error.code : error.message
}

module.exports = { revive, freeze, textOf }
