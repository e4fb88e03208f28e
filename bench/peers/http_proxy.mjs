// What Browserless and Steel relay CDP with. Usage: node http_proxy.mjs TARGET_PORT...
// Prints the port it listens on for each target, a line each, in order.
import httpProxy from 'http-proxy';
import http from 'node:http';

for (const targetPort of process.argv.slice(2)) {
  const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${targetPort}`, ws: true });
  const server = http.createServer((request, response) => proxy.web(request, response));
  server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  console.log(server.address().port);
}
