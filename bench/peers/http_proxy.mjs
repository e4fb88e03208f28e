// The proxy that Browserless and Steel put in front of Chromium. Usage: node http_proxy.mjs TARGET_PORT
// Prints the port it listens on.
import httpProxy from 'http-proxy';
import http from 'node:http';

const proxy = httpProxy.createProxyServer({ target: `http://127.0.0.1:${process.argv[2]}`, ws: true });
const server = http.createServer((request, response) => proxy.web(request, response));
server.on('upgrade', (request, socket, head) => proxy.ws(request, socket, head));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
