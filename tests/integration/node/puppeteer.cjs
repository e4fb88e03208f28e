// What Puppeteer does on a remote browser; each scenario returns facts to be asserted.
'use strict';

const { readFileSync } = require('node:fs');
const puppeteer = require('puppeteer-core');

const PATIENCE_MS = 120_000;

const connect = ({ connectUrl }) =>
  puppeteer.connect({ browserWSEndpoint: connectUrl, defaultViewport: null });

async function frameAt(page, url) {
  const frame = await page.waitForFrame((one) => one.url() === url);
  await frame.waitForSelector('#button');
  return frame;
}

const textOf = (frame, selector) => frame.$eval(selector, (element) => element.textContent);

async function frames(given) {
  const browser = await connect(given);
  const pages = await browser.pages();
  const page = pages[0];
  await page.goto(given.origin + '/');
  const frame = await frameAt(page, `${given.other}/frame?tag=`);
  await frame.locator('#button').click();
  await frame.locator('#button').click();
  await frame.type('#field', 'typed across origins');
  return {
    pages: pages.length,
    title: await page.title(),
    clicked: await textOf(frame, '#out'),
    typed: await textOf(frame, '#echo'),
    frameOrigin: new URL(frame.url()).origin,
  };
}

async function nested(given) {
  const browser = await connect(given);
  const [page] = await browser.pages();
  await page.goto(given.origin + '/');
  const frame = await frameAt(page, `${given.origin}/frame?tag=-nested`);
  await frame.locator('#button').click();
  return { clicked: await textOf(frame, '#out') };
}

async function form(given) {
  const browser = await connect(given);
  const [page] = await browser.pages();
  await page.goto(given.origin + '/form');
  await page.type('#name', 'Ada');
  await page.select('#colour', 'Blue');
  await page.click('#agree');
  await Promise.all([page.waitForNavigation(), page.click('#send')]);
  return JSON.parse(await textOf(page, 'pre'));
}

// Puppeteer's uploadFile names a path, which Chromium opens on *its* machine: no remote browser
// can have the client's file there. The portable way is to hand the content to the page.
async function upload(given) {
  const browser = await connect(given);
  const [page] = await browser.pages();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(given.origin + '/upload');
  const input = await page.$('#file');
  const refusal = await input.uploadFile(given.file).then(() => '', (error) => error.message);
  await input.evaluate(async (element, base64) => {
    const content = await (await fetch(`data:application/octet-stream;base64,${base64}`)).blob();
    const files = new DataTransfer();
    files.items.add(new File([content], 'large.bin'));
    element.files = files.files;
    element.dispatchEvent(new Event('change'));
  }, readFileSync(given.file).toString('base64'));
  await page.waitForFunction(() => document.getElementById('result').textContent);
  return { refusal, ...JSON.parse(await textOf(page, '#result')) };
}

async function download(given) {
  const browser = await connect(given);
  const [page] = await browser.pages();
  const session = await browser.target().createCDPSession();
  await session.send('Browser.setDownloadBehavior', {
    behavior: 'allowAndName', downloadPath: '/a/path/of/the/client', eventsEnabled: true,
  });
  const ended = new Promise((resolve) => {
    session.on('Browser.downloadProgress', (progress) => {
      if (progress.state !== 'inProgress') resolve(progress);
    });
  });
  const begun = new Promise((resolve) => session.on('Browser.downloadWillBegin', resolve));
  await page.goto(given.origin + '/plain');
  await page.evaluate(() => { location.href = '/download'; });
  const progress = await ended;
  return {
    name: (await begun).suggestedFilename,
    state: progress.state,
    bytes: progress.receivedBytes,
  };
}

async function pictures(given) {
  const browser = await connect(given);
  const [page] = await browser.pages();
  await page.goto(given.origin + '/tall');
  const png = Buffer.from(await page.screenshot({ fullPage: true }));
  const pdf = Buffer.from(await page.pdf());
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
  const [page] = await browser.pages();
  await page.goto(given.origin + '/popups');
  const titles = [];
  for (const opener of ['#blank', '#open']) {
    const waiting = browser.waitForTarget(
      (target) => target.type() === 'page' && target.url().includes('/popup?by=')
        && !titles.includes(target.url()),
    );
    await page.bringToFront(); // full Chromium shows the popup before it, and hides this page
    await page.click(opener);
    const target = await waiting;
    const popup = await target.page();
    await popup.waitForSelector('h1');
    titles.push(target.url());
  }
  const pages = await browser.pages();
  return { titles: await Promise.all(pages.slice(1).map((one) => one.title())), pages: pages.length };
}

async function contexts(given) {
  const browser = await connect(given);
  const one = await browser.createBrowserContext();
  const other = await browser.createBrowserContext();
  const page = await one.newPage();
  await page.goto(given.origin + '/cookie/set?name=who&value=one');
  await page.goto(given.origin + '/cookie/read');
  const foreign = await other.newPage();
  await foreign.goto(given.origin + '/cookie/read');
  return { own: await textOf(page, 'body'), foreign: await textOf(foreign, 'body') };
}

async function reconnect(given) {
  const first = await connect(given);
  const [page] = await first.pages();
  await page.goto(given.origin + '/cookie/set?name=kept&value=yes');
  await page.evaluate(() => { globalThis.kept = 42; });
  await first.disconnect();
  const second = await connect(given);
  const [again] = await second.pages();
  return {
    wasConnected: first.connected,
    url: again.url(),
    variable: await again.evaluate(() => globalThis.kept),
    cookies: (await second.cookies()).map((cookie) => `${cookie.name}=${cookie.value}`),
  };
}

async function close(given) {
  const browser = await connect(given);
  await browser.close();
  return { connected: browser.connected };
}

module.exports = {
  frames, nested, form, upload, download, pictures, popups, contexts, reconnect, close,
};
