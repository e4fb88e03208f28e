// Drives a page over the WebSocket API alone: API=http://… KEY=wc_… node websocket_api.mjs
import { createRequire } from 'node:module';
const WebSocket = globalThis.WebSocket ?? createRequire(import.meta.url)('ws'); // before Node 22: npm install ws
const { API, KEY } = process.env;
const created = await fetch(`${API}/sessions`, {
  method: 'POST', headers: { 'X-API-Key': KEY }, body: '{"keepAlive": false}', // it ends when we leave
});
const socket = new WebSocket((await created.json()).data.webSocketUrl);
await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));

const waiting = new Map(), chunks = new Map();
socket.onmessage = ({ data }) => {
  let message = JSON.parse(data);
  if (message.type === 'CHUNK') {
    const pieces = chunks.get(message.id) ?? chunks.set(message.id, []).get(message.id);
    pieces[message.seq] = message.data;
    if (Object.keys(pieces).length < message.total) return;
    chunks.delete(message.id);
    message = JSON.parse(pieces.join(''));
  }
  if (message.type === 'CDP_EVENT') console.log('event:', message.method);
  if (message.type === 'ACCEPTED' || !waiting.has(message.id)) return;
  waiting.get(message.id)(message);
  waiting.delete(message.id);
};
let lastId = 0;
const ask = (type, fields) => new Promise((resolve) => {
  waiting.set(++lastId, resolve);
  socket.send(JSON.stringify({ type, id: lastId, ...fields }));
});
const evaluate = (expression) =>
  ask('CDP_COMMAND', { method: 'Runtime.evaluate', params: { expression } });

await ask('SUBSCRIBE', { events: ['Runtime.consoleAPICalled'] });
await ask('AI_ACTION', { action: 'navigate', params: { url: 'data:text/html,<title>Hello</title>' } });
console.log('title:', (await evaluate('document.title')).result.result.value);
await evaluate('console.log(1)');
const picture = await ask('CDP_COMMAND', { method: 'Page.captureScreenshot' });
console.log('screenshot:', picture.result.data.length, 'characters of base64');
socket.close();
