// Measures CDP endpoints, all at once; prints one JSON line.
// Usage: node cdp_client.mjs [--compress] MODE COUNT SIZE URL...
//   rtt         COUNT commands one after the other on each endpoint: milliseconds each
//   pipelined   COUNT commands, 64 in flight, on each endpoint: messages a second, all together
//   results     COUNT results of SIZE bytes one after the other: MB a second, all together
//   uploads     COUNT commands of SIZE bytes one after the other: seconds each
// With --compress it offers permessage-deflate, with the options of Playwright's transport.
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';

const { values, positionals } = parseArgs({
  options: { compress: { type: 'boolean' } },
  allowPositionals: true,
});
const [mode, countText, sizeText, ...urls] = positionals;
const count = Number(countText);
const size = Number(sizeText);
const perMessageDeflate = values.compress && {
  clientNoContextTakeover: true,
  zlibDeflateOptions: { level: 3 },
  zlibInflateOptions: { chunkSize: 10 * 1024 },
  threshold: 10 * 1024,
};
const IN_FLIGHT = 64;
const WARM_UP = 50;
const seconds = () => Number(process.hrtime.bigint()) / 1e9;

class Page {
  constructor(url) {
    this.lastId = 0;
    this.pending = new Map();
    this.socket = new WebSocket(url, { perMessageDeflate: perMessageDeflate ?? false, maxPayload: 256 * 2 ** 20 });
    this.socket.on('message', (data) => this.receive(JSON.parse(data)));
  }

  receive(message) {
    const waiting = this.pending.get(message.id);
    if (!waiting) return;
    this.pending.delete(message.id);
    if (message.error) waiting.reject(new Error(message.error.message));
    else waiting.resolve(message.result);
  }

  call(method, params, sessionId = this.sessionId) {
    return new Promise((resolve, reject) => {
      const id = ++this.lastId;
      this.pending.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  }

  evaluate(expression) {
    return this.call('Runtime.evaluate', { expression, returnByValue: true });
  }

  async open() {
    await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    ({ targetId: this.targetId } = await this.call('Target.createTarget', { url: 'about:blank' }));
    ({ sessionId: this.sessionId } = await this.call('Target.attachToTarget', {
      targetId: this.targetId,
      flatten: true,
    }));
    await this.evaluate(`globalThis.big = 'x'.repeat(${size}); 0`);
    for (let i = 0; i < WARM_UP; i++) await this.evaluate('1');
  }

  async close() {
    await this.call('Target.closeTarget', { targetId: this.targetId }, undefined);
    this.socket.close();
  }
}

const timesOf = async (page, expression, unitsPerSecond) => {
  const times = [];
  for (let i = 0; i < count; i++) {
    const start = seconds();
    await page.evaluate(expression);
    times.push((seconds() - start) * unitsPerSecond);
  }
  return times;
};

const inLanes = async (page) => {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await page.evaluate('1');
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
};

const pages = urls.map((url) => new Page(url));
await Promise.all(pages.map((page) => page.open()));
const start = seconds();
const onAll = (work) => Promise.all(pages.map(work));
const modes = {
  rtt: async () => ({ times: (await onAll((page) => timesOf(page, '1', 1000))).flat() }),
  pipelined: async () => {
    await onAll(inLanes);
    return { rate: (pages.length * count) / (seconds() - start) };
  },
  results: async () => {
    await onAll((page) => timesOf(page, 'big', 1));
    return { rate: (pages.length * count * size) / 1e6 / (seconds() - start) };
  },
  uploads: async () => {
    const file = randomBytes((size * 3) / 4).toString('base64'); // as clients send files
    const expression = `'${file}'.length`;
    return { times: (await onAll((page) => timesOf(page, expression, 1))).flat() };
  },
};
console.log(JSON.stringify(await modes[mode]()));
await Promise.all(pages.map((page) => page.close()));
