// What a developer does on the page for trying queries, in a real browser; one JSON line for each thing that was seen.
import { chromium } from 'playwright-core';
import { CHANGES, RECORD } from './operations.mjs';
import { Session } from './session.mjs';

const [executablePath, address] = process.argv.slice(2);
const session = new Session(address);
await session.signIn();
const tell = (feature, seen) => console.log(JSON.stringify({ feature, seen }));

async function ask(query, variables) {
  const headers = { 'content-type': 'application/json' };
  const answer = await session.fetch(session.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return (await answer.json()).data;
}

const QUIET = ['quic', 'background-networking', 'component-update', 'sync', 'gpu'].map((name) => `--disable-${name}`);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...QUIET] });
const page = await browser.newPage();
const hosts = new Set();
const complaints = [];
page.on('request', (request) => { hosts.add(new URL(request.url()).host); });
page.on('websocket', (socket) => { hosts.add(new URL(socket.url()).host); });
page.on('pageerror', (error) => { complaints.push(String(error)); });
// The browser tells here too what the page's policy forbids.
page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });

async function write(editor, text) {
  await page.getByRole('region', { name: editor }).locator('.CodeMirror:visible').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

// The page looks at what was written a moment later; then its tab has the name of the operation.
async function run(name, text) {
  await write('Query Editor', text);
  await page.getByRole('tab', { name }).waitFor();
  await page.locator('.graphiql-execute-button:not([aria-haspopup])').click();
}

// What is shown as the answer, once that word is in it.
async function answer(word) {
  const shown = await page.waitForFunction((looked) => {
    const text = document.querySelector('.result-window .CodeMirror').CodeMirror.getValue();
    return text.includes(looked) && text;
  }, word);
  return JSON.parse(await shown.jsonValue());
}

await page.goto(session.url);
await write('Headers', JSON.stringify({ Authorization: `Bearer ${session.token}` }));
await run('Me', 'query Me { me { person } }');
tell('query', await answer('kari'));

await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
await page.getByRole('link', { name: 'Subscription' }).click();
await page.getByRole('link', { name: 'recognitions' }).click();
await page.getByText('The last cursor that was seen').waitFor();
tell('documentation', await page.locator('.graphiql-doc-explorer-title').textContent());

const { cursor } = (await ask(CHANGES, {})).changes;
await run('Follow', `subscription Follow { recognitions(after: "${cursor}") { cursor } }`);
await page.getByRole('button', { name: /Stop query/ }).waitFor();
const occurredAt = new Date(Date.now() - 60_000).toISOString();
await ask(RECORD, { events: [{ id: 'browser', type: 'call.practised', occurredAt }] });
await session.judged();
const last = (await ask(CHANGES, { since: cursor })).changes.recognitions.at(-1).cursor;
tell('subscription', (await answer(last)).data.recognitions.cursor === last);
tell('complaints', complaints);

await session.anHourLater();
tell('expiry', (await answer('TOKEN_EXPIRED')).errors[0].message);

tell('other hosts', [...hosts].filter((host) => host !== new URL(address).host));

// Nor could the page ask anybody else.
const forbidden = await page.evaluate(() => new Promise((resolve) => {
  addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective));
  fetch('https://elsewhere.example').catch(() => {});
}));
tell('forbidden', forbidden);
await browser.close();
