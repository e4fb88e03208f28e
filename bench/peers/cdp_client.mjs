// Measures one CDP endpoint; prints one JSON line. Usage: node cdp_client.mjs URL MODE COUNT [SIZE]
//   rtt COUNT            one command after the other: milliseconds each
//   pipelined COUNT      64 commands in flight: messages a second
//   results COUNT SIZE   results of SIZE bytes, one after the other: MB a second
//   uploads COUNT SIZE   commands of SIZE bytes, one after the other: seconds each
import WebSocket from 'ws';

const [url, mode, countText, sizeText] = process.argv.slice(2);
const count = Number(countText);
const size = Number(sizeText ?? 0);
const IN_FLIGHT = 64;

const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 256 * 2 ** 20 });
let lastId = 0;
const pending = new Map();
socket.on('message', (data) => {
  const message = JSON.parse(data);
  const waiting = pending.get(message.id);
  if (!waiting) return;
  pending.delete(message.id);
  if (message.error) waiting.reject(new Error(message.error.message));
  else waiting.resolve(message.result);
});
const call = (method, params, sessionId) =>
  new Promise((resolve, reject) => {
    const id = ++lastId;
    pending.set(id, { resolve, reject });
    socket.send(JSON.stringify({ id, method, params, sessionId }));
  });

await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
const evaluate = (expression) => call('Runtime.evaluate', { expression, returnByValue: true }, sessionId);
const seconds = () => Number(process.hrtime.bigint()) / 1e9;

const modes = {
  async rtt() {
    const times = [];
    for (let i = 0; i < count; i++) {
      const start = seconds();
      await evaluate('1');
      times.push((seconds() - start) * 1000);
    }
    return { times };
  },
  async pipelined() {
    let left = count;
    const start = seconds();
    const lane = async () => { while (left-- > 0) await evaluate('1'); };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    return { perSecond: count / (seconds() - start) };
  },
  async results() {
    await evaluate(`globalThis.big = 'x'.repeat(${size}); 0`);
    const start = seconds();
    for (let i = 0; i < count; i++) await evaluate('big');
    return { megabytesPerSecond: (count * size) / 1e6 / (seconds() - start) };
  },
  async uploads() {
    const expression = `'${'y'.repeat(size)}'.length`;
    const times = [];
    for (let i = 0; i < count; i++) {
      const start = seconds();
      await evaluate(expression);
      times.push(seconds() - start);
    }
    return { times };
  },
};
await modes.rtt.call(null, 0);
for (let i = 0; i < 50; i++) await evaluate('1');
console.log(JSON.stringify(await modes[mode]()));
await call('Target.closeTarget', { targetId });
socket.close();
