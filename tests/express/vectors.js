'use strict'

/*
 * Records what the real packages make of odd text: node vectors.js [vectors.json.gz]
 *
 * Every family is a list of [input…, result]; an error's result is {"error": message}. Inputs are
 * tables, and texts put together from odd pieces by a generator with a fixed seed.
 */

const clock = require('./recorder/clock')
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')
const zlib = require('zlib')

const cookie = require('cookie')
const signature = require('cookie-signature')
const uid = require('uid-safe')

const { random, pick, several, text, attempt } = require('./recorder/odd_text')
const { seals, opens, sealedLines } = require('./recorder/sealed')

process.env.TZ = 'UTC'
const START = 1700000000500

/* [value, secret, signed] */
function signs () {
  const values = ['', 'a', 'a.b', '.', '..', 'a.', '.a', '세션', '🍪', '\ud83c', '\udf6a',
    '\udf6a\ud83c', 'é', 'e\u0301', '\u0000', 'x'.repeat(5000), ' ', 's:a',
    ...several(150, () => text())]
  const secrets = ['keyboard cat', '', ' ', '비밀', '🍪', '\ud800', 'k'.repeat(63), 'k'.repeat(64),
    'k'.repeat(65), 'k'.repeat(200), '비'.repeat(22), 'a\u0000', 'a', '\u0000']
  return [
    ...values.map((value) => [value, 'keyboard cat']),
    ...secrets.map((secret) => ['an-id', secret]),
    ...several(100, () => [text(), text() || 'k'])
  ].map(([value, secret]) => [value, secret, signature.sign(value, secret)])
}

/* [signed, secrets, value or false]; a secret after the other, as express-session tries them */
function unsigns () {
  const cases = []
  for (const value of ['an-id', '', 'a.b', '세션', '🍪', '\ud800', 'x'.repeat(300)]) {
    const signed = signature.sign(value, 'one')
    const mac = signed.slice(value.length + 1)
    for (const sent of [signed, signed + '=', signed + ' ', ' ' + signed, signed.slice(0, -1),
      signed + '.', value, value + '.', mac, '.' + mac, signed.toUpperCase(), signed + '\u0000',
      signed.replace('.', '..'), value + '.' + mac.replace(/\+/g, '-').replace(/\//g, '_'),
      signature.sign(value, 'two'), signature.sign(value, 'three'), signature.sign(value, '')]) {
      cases.push([sent, ['one']], [sent, ['two', 'one']])
    }
  }
  // one of the two halves of an emoji stands for itself as little as any other half does
  cases.push([signature.sign('\ud83c', 'one').replace('\ud83c', '\ud83d'), ['one']])
  cases.push([signature.sign('\ud83c', 'one').replace('\ud83c', '\ufffd'), ['one']])
  cases.push(['', ['one']], ['.', ['one']], ['a', []])
  for (const one of several(100, () => text())) cases.push([one, ['one', 'two']])
  return cases.map(([sent, secrets]) => {
    let value = false
    for (const secret of secrets) {
      value = signature.unsign(sent, secret)
      if (value !== false) break
    }
    return [sent, secrets, value]
  })
}

/* [header, [[name, value]]] */
function parses () {
  const headers = ['', 'a', '=', 'a=', '=a', 'a=1', 'a=1;', 'a=1; b=2', 'a=1;b=2', 'a=1,b=2',
    'a=1; a=2', 'a; b=2', 'a ; b=2', ';', ';;;', '; a=1', 'a=1 ; ; b=2', 'a==', 'a==1', 'a=b=c',
    'a="1"', 'a="', 'a=""', 'a="""', 'a="1', 'a=1"', "a='1'", 'a=" 1 "', 'a= "1" ', 'a="1";b="2"',
    'a=%20', 'a=%2', 'a=%', 'a=%ff', 'a=%ED%95%9C', 'a=%ed%95%9c', 'a=%2B+', 'a="%22"', 'a=%C0%80',
    ' a = 1 ; b = 2 ', '\ta\t=\t1\t', 'a b=1', 'a\u00a0=1', 'a=\u00a01', 'a=\xed\x95\x9c',
    'A=1; a=2', '"a"=1', '%61=1', 'a=1\r\n', 'toString=1', 'hasOwnProperty=1; a=2', 'constructor=1',
    'a=s%3Ax.y', '$Version=1; a=2; $Path=/', '=; a=1', '=1; =2', ' =1', 'a=;b=;c=', 'a=%00',
    'a;b;c', 'a;b=1;c', 'a=1;b', 'b;a=1']
  const pieces = ['a', 'b', 'sid', '=', '=', '=', ';', ';', '; ', ' ', '\t', '"', '%', '%41', '%zz',
    '\xed', 'x', '.', ',', '%ED%95%9C']
  const made = several(400, () => several(2 + random(12), () => pick(pieces)).join(''))
  return [...new Set([...headers, ...made])].map((header) => [header,
    Object.entries(cookie.parse(header))])
}

const DATE = (ms) => ({ $date: ms })
const ATTRIBUTES = {
  domain: ['example.com', '.example.com', 'EXAMPLE', 'a b', 'a_b', '-a', 'a-', 'a..b', 'a.', '.',
    '..a', '', null, 'x'.repeat(63), 'x'.repeat(64), 'a.' + 'y'.repeat(64), '1.2.3.4', '한.kr',
    'a\n', 'a;b', '\u212a', 'ſ'],
  path: ['/', '/a', '', null, 'a', '/a b', '/;', '/<', '/=', '/>', '/~', '/\u007f', '/\t', '/한',
    '/\n', '/\r\nX: 1', '/\u0000', '/%'],
  expires: [DATE(0), DATE(START), DATE(-1), DATE(999), DATE(1000), DATE(8.64e15), DATE(-8.64e15),
    DATE(253402300799999), DATE(253402300800000), DATE(-62167219200000), DATE(-62167219200001),
      null],
  maxAge: [0, 1, 1.5, -1, -0.5, 0.999, 1e9, 1e15, null],
  httpOnly: [true, false, null],
  secure: [true, false, null],
  partitioned: [true, false, null],
  priority: ['low', 'Low', 'MEDIUM', 'high', 'urgent', '', null, ' low', 'LOW\n'],
  sameSite: [true, false, 'lax', 'LAX', 'strict', 'Strict', 'none', 'NONE', 'x', '', null, 'lax ']
}

function revived (options) {
  const { expires } = options
  return expires ? { ...options, expires: new Date(expires.$date) } : options
}

/* [name, value, options, line or error] */
function serializes () {
  const cases = []
  const names = ['a', '', 'a b', 'a=b', 'a;b', 'a,b', 'a\t', 'a\n', '\u007f', 'é', '한', '"a"',
    '(a)', 'a/b', 'a:b', 'a@b', '[a]', '{a}', 'a?b', '<a>', '\\', "!#$%&'*+-.^_`|~", '__Host-a',
    '0']
  for (const name of names) cases.push([name, 'v', {}])
  for (const value of ['', 'v', ' ', '세션', '🍪', '\ud800', 'a\udc00', '"', ';', ',', '\\', '\u0000',
    '%', '+', "!~*'()", '-_.', 'x'.repeat(5000)]) cases.push(['a', value, {}])
  for (const [attribute, values] of Object.entries(ATTRIBUTES)) {
    for (const value of values) cases.push(['a', 'v', { [attribute]: value }])
  }
  for (const character of several(256, (_, code) => String.fromCharCode(code))) {
    cases.push([character, 'v', {}], ['a', 'v', { path: '/' + character }],
      ['a', 'v', { domain: `a${character}b` }])
  }
  cases.push(...several(150, () => {
    const options = {}
    for (const attribute of Object.keys(ATTRIBUTES)) {
      if (random(2)) options[attribute] = pick(ATTRIBUTES[attribute].slice(0, 3))
    }
    return [pick(['a', 'connect.sid']), text(), options]
  }))
  return cases.map(([name, value, options]) => [name, value, options,
    attempt(() => cookie.serialize(name, value, revived(options)))])
}

/* [octets in hex, id] */
function ids () {
  const octets = [...several(24, (_, n) => crypto.createHash('sha512').update(`${n}`).digest()
    .subarray(0, n)), ...several(200, (_, n) => crypto.createHash('sha256').update(`id ${n}`)
    .digest().subarray(0, 24)), Buffer.alloc(24, 0xff), Buffer.alloc(24, 0), Buffer.alloc(24, 0xfb)]
  const { randomBytes } = crypto
  const made = octets.map((given) => {
    crypto.randomBytes = () => given
    return [given.toString('hex'), uid.sync(given.length)]
  })
  crypto.randomBytes = randomBytes
  return made
}

/* [text, encodeURIComponent(text) or error] */
function encodes () {
  const characters = several(256, (_, code) => String.fromCharCode(code))
  const edges = ['', '\u07ff\u0800', '\uffff', '\u{10ffff}', '\u{10000}', '\ud800', '\udc00',
    '\udc00\ud800', 'a\ud83c', '\ud83c\ud83c\udf6a', '\ufeff']
  return [...characters, ...edges, ...several(150, () => text())]
    .map((one) => [one, attempt(() => encodeURIComponent(one))])
}

/* [text, decodeURIComponent(text) or error] */
function decodes () {
  const octets = several(256, (_, code) => '%' + code.toString(16).padStart(2, '0'))
  const edges = ['', 'a', '%', '%%', '%4', '%4g', '%g4', '%41', '%4A%4a', '%u0041', '+', 'a%',
    '%C2%80', '%C1%BF', '%C0%80', '%E0%80%80', '%E0%9F%BF', '%E0%A0%80', '%ED%9F%BF', '%ED%A0%80',
    '%ED%BF%BF', '%EE%80%80', '%EF%BF%BD', '%F0%80%80%80', '%F0%90%80%80', '%F4%8F%BF%BF',
    '%F4%90%80%80', '%F8%88%80%80%80', '%FF', '%FE', '%E2%82', '%E2%82x', '%E2%82%', '%E2x%82%AC',
    'é%41', '세%ec%85%98', '%ec%85', '%80', '%BF', '%C3%28', '%F0%9F%8D%AA', '\ud800%41', '%00',
    '%7F', '%2525', '%e2%82%ac%']
  const pieces = ['%', '%4', '%41', '%E2', '%82', '%AC', '%F0%9F', '%8D%AA', 'a', '세', '\ud800',
    '%ff', '2', 'C']
  return [...octets, ...edges, ...several(200, () => text(pieces))]
    .map((one) => [one, attempt(() => decodeURIComponent(one))])
}

/* [JSON text, JSON.stringify(JSON.parse(text)) or error] */
function jsons () {
  const numbers = ['0', '-0', '0.0', '-0.0', '1', '-1', '1.0', '1.50', '1e0', '1E2', '1e+2', '1e-2',
    '100', '1e20', '1e21', '1.5e21', '123456789012345680000', '1234567890123456800000', '0.1',
    '0.10', '1e-5', '1e-6', '1e-7', '1.5e-7', '0.000001', '0.0000001', '0.00000012', '5e-324',
    '2e-324', '4.9e-324', '1.7976931348623157e308', '2.2250738585072014e-308', '0.1e1', '12.34e1',
    '12.34e-1', '1e22', '1e23', '9007199254740991', '-9007199254740991', '9007199254740992',
    '4503599627370495.5', '0.30000000000000004', '123456.789', '100000000000000000000',
    '999999999999999900000', '3.0e0', '1e1', '33.333333333333336', '1.1e-10', '4294967296',
    '1.00000000000000000001', '0.1000000000000000055', '1e15', '1e16', '1e17',
    '123456789.123456789', '1e-0', '0e10', '-5e-7', '-1.5e300', '1.0e+21', '9.5e-7',
    '9.999999999999999e20']
  const texts = ['""', '"a"', '"\\u0041"', '"\\ud83c\\udf6a"', '"🍪"', '"\\ud800"', '"\\udc00"',
    '"\\ud800x"', '"\\udc00\\ud800"', '"\\u0000"', '"\\b\\f\\n\\r\\t"', '"\\/"', '"/"', '"\\\\"',
    '"\\""', '"\\u007f"', '"\\u0080"', '"\\u2028\\u2029"', '"한글"', '"\\ufeff"', '"\\u001f"',
    '"\\uD83C\\uDF6A"', '"\\ud83c\udf6a"', '"\ud83c\\udf6a"', '"\\uFFFF"', '"</script>"', "\"'\"",
    '"\\u00e9"']
  const objects = ['{}', '[]', '{"b":1,"a":2}', '{"2":1,"1":2}', '{"b":1,"2":2,"a":3,"1":4}',
    '{"01":1,"1":2}', '{"-1":1,"1":2}', '{"1.5":1,"1":2}', '{"4294967294":1,"0":2}',
    '{"4294967295":1,"0":2}', '{"x":1,"4294967295":2,"4294967294":3}',
    '{"9007199254740993":1,"a":2,"7":3}', '{"a":1,"a":2}', '{"a":1,"b":2,"a":3}',
    '{"1":1,"a":2,"1":3}', '{"":1}', '{"a":{"2":1,"1":[{"b":1,"0":2}]}}', '{"٣":1,"3":2}',
    '{"²":1,"2":2}', '{"+1":1,"1":2}', '{"1 ":1,"1":2}', '{"1e3":1,"5":2}', '{"00":1,"0":2}',
    '{"\\u0031":1,"0":2}', '[1.0,2.50,[-0]]', '{"a":[]}', ' { "a" : [ 1 , 2 ] } ', '\t\r\n1',
    '{"\\ud800":1}', '{"a b":1}', '[[[[]]]]', '{"constructor":1,"toString":2}',
    '{"a":null,"b":true,"c":false}', '{"10":1,"9":2,"100":3}', '{"x":"1.5","y":"{\\"2\\":1}"}',
    '{"x":1,"y":"\\"3"}']
  const broken = ['', ' ', '{', '[1,]', '{"a":1,}', "{'a':1}", '{a:1}', 'NaN', 'Infinity',
    '-Infinity', '-NaN', '+1', '01', '-01', '1.', '.5', '1e', '1e+', '0x1', '"', '"\n"', '"\\x41"',
    '"\\u12"', '"\\u12G4"', 'undefined', 'nul', 'nulll', 'True', '1 2', '[1 2]', '{"a" 1}', '{"a"}',
    '{1:2}', '[,]', '\ufeff1', '\u00a01', '\u00201', '/**/1', '1//', '{"a":1}}', '--1', '1_000',
    "'a'", '\u000b1', '\u000c1', '"\u0000"', '"\u001f"', '"\t"', '[1', '"a', '-', '٣', '1٣']
  const exact = numbers.filter((one) => one.length < 20) // more digits are kept on the other side
  const members = [...exact.slice(0, 30), ...texts.slice(0, 20)]
  const keys = ['"a"', '"b"', '"1"', '"0"', '"10"', '"cookie"', '"한"', '"\\ud800"', '"1.5"']
  const member = () => `${pick(keys)}:${pick(members)}`
  const made = several(150, () => `{${several(random(6), member).join(',')}}`)
  return [...numbers, ...texts, ...objects, ...broken, ...made]
    .map((one) => [one, attempt(() => JSON.stringify(JSON.parse(one)))])
}

/* [ms, toISOString, toUTCString], both null for an invalid date */
function dates () {
  const odd = [0, 1, -1, 999, 1000, -999, -1000, -1001, START, START + 0.5, 0.9, -0.9, 1.9999,
    86399999, 86400000, 951782400000, 951868799999, 1709164800000, 4102444800000, 253402300799999,
    253402300800000, -62135596800000, -62135596800001, -62167219200000, -62167219200001,
    -62198755200000, 8.64e15, 8.64e15 + 1, -8.64e15, -8.64e15 - 1, 8640000000000000.5, 1e12, 1e13,
    1e14, -1e14, 32503680000000, -377705116800000, 327403382400000, 978307199999, 2 ** 31 * 1000,
    -(2 ** 31) * 1000, 2 ** 53]
  const far = () => (random(2 ** 31) - 2 ** 30) * (random(4000000) + 1) + random(1000)
  const made = several(200, far)
  return [...odd, ...made].map((ms) => {
    const date = new Date(ms)
    if (Number.isNaN(date.valueOf())) return [ms, null, null]
    return [ms, date.toISOString(), date.toUTCString()]
  })
}

/* [text, new Date(text) in ms, or null]: what JSON.stringify and toUTCString write, and odd ones */
function dateTexts () {
  const valid = dates().filter(([, iso]) => iso !== null)
  // toUTCString of other years is not what `new Date` reads
  const plain = valid.filter(([, iso]) => iso > '1000' && iso < '9999')
  const written = [...valid.map(([, iso]) => iso), ...plain.map(([, , utc]) => utc)]
  const other = ['', 'soon', '2024', '2024-02', '2024-02-29', '2023-02-29', '2024-01-01T00:00Z',
    '2024-01-01T00:00:00Z', '2024-01-01T00:00:00.1Z', '2024-01-01T00:00:00.123456Z',
    '2024-01-01T24:00:00Z', '2024-01-01T00:00:00+09:00', '2024-01-01T00:00:00.000-00:30',
    '2024-13-01', '2024-01-32', '2024-01-01T25:00:00Z', '2024-01-01T00:60:00Z', 'null',
    '2024-01-01T00:00:00.999Z', '+012024-01-01T00:00:00.000Z']
  return [...written, ...other].map((one) => {
    const ms = new Date(one).valueOf()
    return [one, Number.isNaN(ms) ? null : ms]
  })
}

async function main (output) {
  clock.set(START)
  const vectors = {
    sign: signs(),
    unsign: unsigns(),
    parse: parses(),
    serialize: serializes(),
    id: ids(),
    encode: encodes(),
    decode: decodes(),
    json: jsons(),
    date: dates(),
    dateText: dateTexts(),
    seal: await seals(),
    open: await opens(),
    sealedLine: await sealedLines()
  }
  const families = Object.entries(vectors).map(([name, list]) =>
    `${JSON.stringify(name)}:[\n${list.map((one) => JSON.stringify(one)).join(',\n')}\n]`)
  fs.writeFileSync(output, zlib.gzipSync(`{${families.join(',\n')}}\n`, { level: 9 }))
}

main(process.argv[2] || path.join(__dirname, 'vectors.json.gz'))
