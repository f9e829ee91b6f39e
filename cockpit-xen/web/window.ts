import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { LIMIT } from './until.ts';

export const PICTURES = process.env['PICTURES'] ?? '../out/test-web';
const WIDE = { width: 1280, height: 900 };

let browser: Browser | null = null;

/** A host whose Cockpit serves the page. */
export interface Served {
    readonly address: string;
    /** With this the names of its pictures begin. */
    readonly suite: string;
}

export interface Look {
    user?: string;
    /** Whether administrative access is turned on at the login. */
    isAdmin?: boolean;
    width?: number;
    isDark?: boolean;
    tab?: string;
}

/** Somebody's window with Cockpit, logged in and at our page. */
export class Window {
    /** What the browser complained about: scripts that failed, and what the page's policy forbids. */
    readonly complaints: string[] = [];
    /** Whom the page has asked for something. */
    readonly asked = new Set<string>();

    private constructor(private readonly context: BrowserContext, readonly page: Page, private readonly host: Served) { }

    static async open(host: Served, look: Look = {}): Promise<Window> {
        browser ??= await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
        const context = await browser.newContext({
            viewport: { ...WIDE, width: look.width ?? WIDE.width }, colorScheme: look.isDark ? 'dark' : 'light',
            ignoreHTTPSErrors: true, // a host makes its own certificate
        });
        const page = await context.newPage();
        page.setDefaultTimeout(LIMIT);
        const window = new Window(context, page, host);
        window.listen();
        try {
            await window.logIn(look);
        } catch (e) {
            await window.failed();
            throw e;
        }
        return window;
    }

    /** What is shown inside of Cockpit: the page itself. */
    get frame(): FrameLocator {
        return this.page.frameLocator('iframe[name="cockpit1:localhost/xen"]');
    }

    async go(tab: string): Promise<void> {
        await this.frame.getByRole('tab', { name: tab, exact: true }).click();
    }

    /** Waits until a text is seen, or something in it. */
    async see(what: string | RegExp | Locator): Promise<Locator> {
        const found = typeof what === 'string' || what instanceof RegExp ? this.frame.getByText(what).first() : what;
        await found.waitFor({ state: 'visible' });
        return found;
    }

    async press(name: string | RegExp): Promise<void> {
        // A dialog has a cross of the same name before its button.
        await this.frame.getByRole('button', { name, exact: true }).last().click();
    }

    /** Keeps what the window shows. */
    async picture(name: string): Promise<void> {
        mkdirSync(PICTURES, { recursive: true });
        await this.page.screenshot({ path: `${PICTURES}/${this.host.suite}-${name}.png` });
    }

    /** Keeps what the window shows when something went wrong. */
    async failed(): Promise<void> {
        await this.picture(`failed-${Date.now()}`);
    }

    /** What is cut off at the right edge of the window. What has a scroll bar of its own is not. */
    async cutOff(): Promise<string[]> {
        return this.frame.locator('body').evaluate(body => [...body.querySelectorAll('*')].filter(one => {
            for (let above = one.parentElement; above && above !== body; above = above.parentElement)
                if (['auto', 'scroll'].includes(getComputedStyle(above).overflowX) && !above.className.includes('pf-v6-c-page'))
                    return false;
            const { left, right, width } = one.getBoundingClientRect();
            return width > 1 && right > window.innerWidth + 1 && left < window.innerWidth && getComputedStyle(one).visibility !== 'hidden';
        }).map(one => `${one.tagName} ${one.textContent?.slice(0, 60)}`));
    }

    async close(): Promise<void> {
        await this.context.close();
    }

    /** Ends the browser of all windows. */
    static async end(): Promise<void> {
        await browser?.close();
        browser = null;
    }

    private async logIn({ user = 'admin', isAdmin = true, tab = '' }: Look): Promise<void> {
        await this.page.goto(`${this.host.address}/xen${tab === '' ? '' : `#/${tab}`}`);
        await this.page.evaluate(([name, value]) => localStorage.setItem(name!, value!), [`superuser:${user}`, isAdmin ? 'any' : 'none']);
        await this.page.fill('#login-user-input', user);
        await this.page.fill('#login-password-input', user);
        await this.page.click('#login-button');
        await this.frame.getByText('Guests', { exact: true }).first().waitFor();
    }

    private listen(): void {
        this.page.on('pageerror', e => this.complaints.push(e.message));
        this.page.on('console', message => {
            const isOurs = message.type() === 'error' && message.location().url.includes('/xen/');
            if (isOurs || /Content.Security.Policy|Refused to/i.test(message.text()))
                this.complaints.push(message.text());
        });
        this.page.on('request', request => this.asked.add(new URL(request.url()).origin));
    }
}
