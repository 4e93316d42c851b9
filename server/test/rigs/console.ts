/** The console in Debian's Chromium, over a real Reeve with a mock provider behind it. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { must } from '#kernel';
import { mockConfig, type MockConfigOptions } from './mock-config.ts';
import { startMockProvider, type MockProvider } from './mock-provider.ts';
import { startReeve, type ReeveHome, type WholeReeve } from './reeve.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Debian's, the one without windows first: it is lighter. */
const BROWSERS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const PATIENCE_MS = 45_000;

/** The address of each page behind the sign-in. */
export const CONSOLE_PAGES = [
  '/work/chat',
  '/govern/keys',
  '/govern/members',
  '/govern/usage',
  '/prove/receipts',
  '/operate/live',
  '/operate/settings',
  '/design',
];

export interface ConsoleRig {
  reeve: WholeReeve;
  mock: MockProvider;
  browser: Browser;
  /** A page of the owner, or of nobody. What goes wrong in it is kept for `faults`. */
  open(path: string, options?: OpenOptions): Promise<Page>;
  /** Asks the API as the owner's key; throws where the answer is not a success. */
  ask<Reply>(method: string, path: string, body?: unknown): Promise<Reply>;
  /** A one-time link: its path behind the address. */
  makeLink(): Promise<string>;
  /** What pages said since the last time: scripts that threw, and whatever the policy of the page forbade. */
  faults(): string[];
  close(): Promise<void>;
}

export interface OpenOptions {
  signedIn?: boolean;
  /** A session that only this page has, e.g. to end it. Absent: all pages share the owner's. */
  ownSession?: boolean;
  /** A one-time link of somebody else than the owner. */
  link?: string;
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  language?: 'en' | 'uk' | 'ru' | 'de';
}

export interface ConsoleOptions extends MockConfigOptions {
  faults?: string[];
  /** Leaves something in the folder before Reeve starts. */
  beforehand?(home: ReeveHome): Promise<void>;
}

/** Starts everything; `CHROMIUM` names another browser than Debian's. */
export async function startConsole(settings: ConsoleOptions = {}): Promise<ConsoleRig> {
  const mock = await startMockProvider();
  const config = mockConfig(mock, settings.faults ?? [], settings);
  const reeve = await startReeve({ config }, settings.beforehand);
  const browser = await chromium.launch({
    executablePath:
      process.env['CHROMIUM'] ??
      must(
        BROWSERS.find((path) => existsSync(path)),
        'Chromium is installed',
      ),
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  let said: string[] = [];
  const contexts: BrowserContext[] = [];
  const makeLink = () => readLink(reeve);
  let shared: Promise<Cookies> | null = null;
  const findCookies = async ({ ownSession, link }: OpenOptions): Promise<Cookies> => {
    if (ownSession === true || link !== undefined) return signIn(browser, reeve, link ?? (await makeLink()));
    return (shared ??= makeLink().then((path) => signIn(browser, reeve, path)));
  };
  return {
    reeve,
    mock,
    browser,
    makeLink,
    async open(path, options = {}) {
      const context = await browser.newContext({
        baseURL: reeve.baseUrl,
        viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
        colorScheme: options.theme ?? 'light',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      contexts.push(context);
      context.setDefaultTimeout(PATIENCE_MS);
      await context.addInitScript(
        `localStorage.getItem('reeve.language') ?? localStorage.setItem('reeve.language', '${options.language ?? 'en'}')`,
      );
      if (options.signedIn !== false) await context.addCookies(await findCookies(options));
      const page = await context.newPage();
      page.on('pageerror', (error) => said.push(`threw: ${error.message}`));
      page.on('console', (message) => {
        if (/Content Security Policy|Refused to|Warning:/i.test(message.text())) said.push(message.text());
      });
      await page.goto(path);
      return page;
    },
    async ask<Reply>(method: string, path: string, body?: unknown) {
      const headers = { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json' };
      const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
      const response = await fetch(reeve.baseUrl + path, init);
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text === '' ? null : JSON.parse(text)) as Reply;
    },
    faults() {
      const all = said;
      said = [];
      return all;
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      await reeve.close();
      await mock.stop();
    },
  };
}

async function readLink(reeve: WholeReeve): Promise<string> {
  const { code, stdout, stderr } = await reeve.home.cli('login', '--json');
  if (code !== 0) throw new Error(`reeve login: ${stderr}`);
  return (JSON.parse(stdout) as { path: string }).path;
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

/** The cookies of a new session. */
async function signIn(browser: Browser, reeve: WholeReeve, link: string): Promise<Cookies> {
  const token = new URL(link, reeve.baseUrl).searchParams.get('token');
  const context = await browser.newContext({ baseURL: reeve.baseUrl });
  const reply = await context.request.post('/api/v1/sign-in', { data: { token } });
  if (!reply.ok()) throw new Error(`sign-in: ${reply.status()} ${await reply.text()}`);
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

/** Waits until the page has its heading and has asked for nothing during half a second. */
export async function settle(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const count = () => page.evaluate<number>("performance.getEntriesByType('resource').length");
  for (let [before, now] = [-1, await count()]; before !== now; [before, now] = [now, await count()]) {
    await page.waitForTimeout(500);
  }
}

/** The page hears of the system's theme a moment later, and follows it unless somebody chose another. */
const IS_PAINTED = `(scheme) => localStorage.getItem('reeve.theme') !== 'system' || document.documentElement.dataset.theme === scheme`;

/** What axe finds in the page as it stands, in both themes: one line for each kind of fault. Empty: none. */
export async function findBarriers(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.waitForFunction(IS_PAINTED, colorScheme);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run({ runOnly: ${JSON.stringify(WCAG)}, resultTypes: ['violations'] })`,
    );
    for (const { id, nodes } of violations) {
      found.push(`${colorScheme} ${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
    }
  }
  return found;
}

/** How many pixels of the document stand outside to the side; 0: nobody has to scroll there. */
export function findOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Keeps a picture of the page in `REEVE_SCREENSHOTS`, where that names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env['REEVE_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`) });
}
