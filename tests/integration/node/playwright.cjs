// What Playwright for Node does on a remote browser; each scenario returns facts to be asserted.
'use strict';

const { chromium } = require('playwright-core');

const PATIENCE_MS = 120_000;

async function connect({ connectUrl }) {
  const browser = await chromium.connectOverCDP(connectUrl);
  browser.contexts()[0].setDefaultTimeout(PATIENCE_MS);
  return browser;
}

async function frames(given) {
  const browser = await connect(given);
  const [page] = browser.contexts()[0].pages();
  await page.goto(given.origin + '/');
  const frame = page.frameLocator('#cross');
  await frame.locator('#button').click();
  await frame.locator('#button').click();
  await frame.locator('#field').fill('typed across origins');
  return {
    pages: browser.contexts()[0].pages().length,
    title: await page.title(),
    clicked: await frame.locator('#out').textContent(),
    typed: await frame.locator('#echo').textContent(),
    frameOrigin: new URL(page.frame('cross').url()).origin,
  };
}

async function nested(given) {
  const browser = await connect(given);
  const [page] = browser.contexts()[0].pages();
  await page.goto(given.origin + '/');
  const frame = page.frameLocator('#nested').frameLocator('iframe');
  await frame.locator('#button').click();
  return { clicked: await frame.locator('#out').textContent() };
}

async function form(given) {
  const browser = await connect(given);
  const [page] = browser.contexts()[0].pages();
  await page.goto(given.origin + '/form');
  await page.getByLabel('Name').pressSequentially('Ada');
  await page.getByLabel('Colour').selectOption('Blue');
  await page.getByLabel('Agree').check();
  await page.getByRole('button', { name: 'Send' }).click();
  await page.waitForURL('**/submitted*');
  return JSON.parse(await page.locator('pre').textContent());
}

async function upload(given) {
  const browser = await connect(given);
  const [page] = browser.contexts()[0].pages();
  await page.goto(given.origin + '/upload');
  await page.locator('#file').setInputFiles(given.file);
  await page.locator('#result:has-text("sha256")').waitFor();
  return JSON.parse(await page.locator('#result').textContent());
}

async function download(given) {
  const browser = await connect(given);
  const [page] = browser.contexts()[0].pages();
  await page.goto(given.origin + '/plain');
  const waiting = page.waitForEvent('download');
  await page.evaluate(() => { location.href = '/download'; });
  const got = await waiting;
  return { name: got.suggestedFilename(), failure: await got.failure() };
}

async function pictures(given) {
  const browser = await connect(given);
  const [page] = browser.contexts()[0].pages();
  await page.goto(given.origin + '/tall');
  const png = await page.screenshot({ fullPage: true });
  const pdf = await page.pdf();
  return {
    pngMagic: png.subarray(1, 4).toString(),
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    viewport: await page.evaluate(() => innerWidth),
    pdfMagic: pdf.subarray(0, 5).toString(),
    pdfBytes: pdf.length,
  };
}

async function popups(given) {
  const browser = await connect(given);
  const context = browser.contexts()[0];
  const [page] = context.pages();
  await page.goto(given.origin + '/popups');
  const titles = [];
  for (const opener of ['#blank', '#open']) {
    const waiting = context.waitForEvent('page');
    await page.locator(opener).click();
    const popup = await waiting;
    await popup.waitForLoadState();
    titles.push(await popup.title());
  }
  return { titles, pages: context.pages().length };
}

async function contexts(given) {
  const browser = await connect(given);
  const [one, other] = [await browser.newContext(), await browser.newContext()];
  const page = await one.newPage();
  await page.goto(given.origin + '/cookie/set?name=who&value=one');
  await page.goto(given.origin + '/cookie/read');
  const foreign = await other.newPage();
  await foreign.goto(given.origin + '/cookie/read');
  return {
    own: await page.locator('body').textContent(),
    foreign: await foreign.locator('body').textContent(),
  };
}

async function reconnect(given) {
  const first = await connect(given);
  const [page] = first.contexts()[0].pages();
  await page.goto(given.origin + '/cookie/set?name=kept&value=yes');
  await page.evaluate(() => { globalThis.kept = 42; });
  await first.close();
  const second = await connect(given);
  const context = second.contexts()[0];
  const [again] = context.pages();
  return {
    wasConnected: first.isConnected(),
    url: again.url(),
    variable: await again.evaluate(() => globalThis.kept),
    cookies: (await context.cookies()).map((cookie) => `${cookie.name}=${cookie.value}`),
  };
}

async function discover(given) {
  const browser = await chromium.connectOverCDP(given.httpUrl);
  return { pages: browser.contexts()[0].pages().length, version: browser.version() };
}

module.exports = {
  frames, nested, form, upload, download, pictures, popups, contexts, reconnect, discover,
};
