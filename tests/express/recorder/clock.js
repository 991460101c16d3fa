'use strict'

/*
 * The frozen clock: `Date` answers the scenario's time and never runs by itself.
 *
 * Must be loaded before express-session, so that every `new Date()` and `Date.now()` in the process
 * asks this one. Times are milliseconds since the epoch.
 */

const RealDate = Date
let now = 0

class FrozenDate extends RealDate {
  constructor (...args) {
    if (args.length === 0) {
      super(now)
    } else {
      super(...args)
    }
  }

  static now () {
    return now
  }
}

global.Date = FrozenDate

exports.set = (ms) => { now = ms }
exports.advance = (ms) => { now += ms }
exports.now = () => now
