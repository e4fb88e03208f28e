// node THIS CONNECT_URL PAGE_URL: Puppeteer as one client among several. It works when it is told.
'use strict';

const puppeteer = require('puppeteer-core');

const [connectUrl, pageUrl] = process.argv.slice(2);
const say = (fact) => process.stdout.write(JSON.stringify(fact) + '\n');

async function main() {
  const browser = await puppeteer.connect({ browserWSEndpoint: connectUrl, defaultViewport: null });
  const page = await browser.newPage();
  await page.goto(pageUrl);
  say({ connected: browser.connected });
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await page.type('#name', 'puppeteer');
  say({ typed: await page.$eval('#name', (field) => field.value), title: await page.title() });
  await browser.disconnect();
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`, () => process.exit(1));
});
