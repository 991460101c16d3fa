'use strict'

/*
 * Odd texts, the same on every run, and what a package makes of one: its result or its error.
 */

const { textOf } = require('./values')

/* A linear congruential generator (Numerical Recipes): the same texts on every run. */
let state = 42
function random (below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor(state / 2 ** 32 * below)
}
const pick = (list) => list[random(list.length)]
const several = (count, make) => Array.from({ length: count }, make)

const PIECES = ['a', 'Z', '0', ' ', '\t', '=', ';', '"', '%', '%41', '%ED%95%9C', '%ff', '.', '+',
  '/', '-', '_', '~', '!', "'", '(', ')', '*', '\\', ',', ':', '세션', '🍪', 'é', '\ud800', '\udfff',
  '\u0000', '\u007f', '\u2028', '\r\n', 'sid', '__proto__']
const text = (pieces = PIECES) => several(random(8), () => pick(pieces)).join('')

function attempt (make) {
  try {
    return make()
  } catch (error) {
    return { error: textOf(error) }
  }
}

module.exports = { random, pick, several, text, attempt }
