// Round trips of one client beside another that is flooded with events.
// Usage: node beside_flood.mjs COUNT none|reads|stalls URL
//   none: there is no flood; reads, stalls: what the flooded client does. Prints one JSON line.
import WebSocket from 'ws';

const [countText, mode, url] = process.argv.slice(2);
const seconds = () => Number(process.hrtime.bigint()) / 1e9;
// 50 events of 2 KB every 20 ms: 5 MB a second, far below the queue's bound for the time it takes.
const FLOOD = `setInterval(() => { for (let i = 0; i < 50; i++) console.log('x'.repeat(2000)); }, 20); 0`;

const connect = async () => {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 256 * 2 ** 20 });
  const pending = new Map();
  let lastId = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(data);
    pending.get(message.id)?.(message.result);
    pending.delete(message.id);
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const call = (method, params, sessionId) =>
    new Promise((resolve) => {
      const id = ++lastId;
      pending.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params, sessionId }));
    });
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const evaluate = (expression) => call('Runtime.evaluate', { expression }, sessionId);
  return { socket, call, evaluate, targetId, sessionId };
};

const measured = await connect();
let flooded;
if (mode !== 'none') {
  flooded = await connect();
  await flooded.call('Runtime.enable', {}, flooded.sessionId);
  await flooded.evaluate(FLOOD);
  if (mode === 'stalls') flooded.socket.pause();
}
const times = [];
for (let i = 0; i < Number(countText); i++) {
  const start = seconds();
  await measured.evaluate('1');
  times.push((seconds() - start) * 1000);
}
console.log(JSON.stringify({ times }));
for (const client of [flooded, measured].filter(Boolean)) {
  await measured.call('Target.closeTarget', { targetId: client.targetId });
}
flooded?.socket.terminate();
measured.socket.close();
