const DARK = 'pf-v6-theme-dark', KEY = 'shell:style';

/** Light or dark as Cockpit is, which keeps the choice where all its pages read it; `auto` is as the browser is. */
export function followTheme(): void {
    const browser = window.matchMedia('(prefers-color-scheme: dark)');
    const set = (style = localStorage.getItem(KEY) ?? 'auto') =>
        document.documentElement.classList.toggle(DARK, style === 'dark' || style === 'auto' && browser.matches);
    set();
    window.addEventListener('storage', event => {
        if (event.key === KEY)
            set();
    });
    window.addEventListener('cockpit-style', event => {
        if (event instanceof CustomEvent)
            set((event.detail as { style: string }).style);
    });
    browser.addEventListener('change', () => set());
}
