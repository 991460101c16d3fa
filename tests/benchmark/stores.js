// What a session costs in express-session's MemoryStore; stores.py runs this and reads the JSON.
'use strict'

const { randomBytes } = require('crypto')
const path = require('path')
const { MemoryStore, Cookie } = require(path.join(process.cwd(), 'node_modules/express-session'))

const count = Number(process.argv[2])
const store = new MemoryStore()
const ids = []

function session() {
  const cookie = new Cookie({ maxAge: 14 * 24 * 3600 * 1000 })
  const room = 176 - JSON.stringify({ cookie, data: '' }).length
  return { cookie, data: randomBytes(room).toString('base64url').slice(0, room) }
}

const ask = (method, ...args) =>
  new Promise((resolve, reject) =>
    store[method](...args, (error, found) => (error ? reject(error) : resolve(found))))

const milliseconds = async (work) => {
  const begin = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - begin) / 1e6
}

async function main() {
  global.gc()
  const before = process.memoryUsage().rss
  for (let number = 0; number < count; number++) {
    const id = randomBytes(24).toString('base64url')
    ids.push(id)
    store.sessions[id] = JSON.stringify(session())
  }
  global.gc()
  const found = { bytes: (process.memoryUsage().rss - before) / count }
  const chosen = Array.from({ length: 20000 }, () => ids[Math.floor(Math.random() * count)])
  const records = chosen.map(session)
  for (const name of ['get', 'set', 'touch']) {
    const took = await milliseconds(async () => {
      for (let index = 0; index < chosen.length; index++) {
        if (name === 'get') await ask('get', chosen[index])
        else await ask(name, chosen[index], records[index])
      }
    })
    found[`${name}/s`] = (chosen.length / took) * 1000
  }
  found['len, ms'] = await milliseconds(() => ask('length'))
  console.log(JSON.stringify(found))
}

main()
