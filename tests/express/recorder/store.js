'use strict'

/*
 * The real MemoryStore, with a log of every operation in the order in which they were asked for.
 *
 * An operation is [op, id] or [op, id, text]; the text is JSON.stringify(session), exactly what the
 * memory store and connect-redis write. Chosen calls fail: {op, call, message, code} hands that
 * error to the callback instead of doing anything; calls are counted from 1 over the scenario.
 */

const { MemoryStore } = require('express-session')

class LoggedStore extends MemoryStore {
  constructor (setup, log, prefix = '') {
    super()
    this.log = log
    this.prefix = prefix
    this.failures = setup.fail || []
    this.calls = { get: 0, set: 0, touch: 0, destroy: 0 }
    for (const [id, text] of setup.seed || []) this.sessions[id] = text
    if (setup.touch === false) this.touch = undefined
  }

  /* Note the operation; its error, if this call is to fail. */
  note (op, ...rest) {
    this.calls[op] += 1
    this.log.push([this.prefix + op, ...rest])
    const failure = this.failures.find((f) => f.op === op && f.call === this.calls[op])
    if (!failure) return undefined
    const error = new Error(failure.message)
    if (failure.code) error.code = failure.code
    return error
  }

  get (id, callback) {
    const error = this.note('get', id)
    return error ? setImmediate(callback, error) : super.get(id, callback)
  }

  set (id, session, callback) {
    const error = this.note('set', id, JSON.stringify(session))
    return error ? setImmediate(callback, error) : super.set(id, session, callback)
  }

  touch (id, session, callback) {
    const error = this.note('touch', id, JSON.stringify(session))
    return error ? setImmediate(callback, error) : super.touch(id, session, callback)
  }

  destroy (id, callback) {
    const error = this.note('destroy', id)
    return error ? setImmediate(callback, error) : super.destroy(id, callback)
  }

  /* What is left, not expired and not empty: id -> text. */
  contents () {
    const left = {}
    for (const [id, text] of Object.entries(this.sessions)) {
      const alone = new MemoryStore()
      alone.sessions[id] = text
      try {
        alone.all()
      } catch {
        // not JSON: it stays where it is
      }
      if (text && id in alone.sessions) left[id] = text
    }
    return left
  }
}

module.exports = LoggedStore
