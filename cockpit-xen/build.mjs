// Builds the page into ../out/cockpit/xen, as Cockpit serves it; with --tests the unit tests, and with --web the tests in a browser.
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { build } from 'esbuild';

const page = '../out/cockpit/xen';

// Cockpit brings PatternFly's fonts, and its pictures for backgrounds are not used: what the page needs beside itself is on the host already.
const ownFonts = {
    name: 'own-fonts',
    setup(building) {
        building.onLoad({ filter: /node_modules.*\.css$/ }, async file => ({
            contents: (await readFile(file.path, 'utf8')).replace(/@font-face\s*{[^}]*}/g, '').replace(/url\("[^"]*\.svg"\)/g, 'none'),
            loader: 'css',
        }));
    },
};

async function buildPage() {
    await rm(page, { recursive: true, force: true });
    await mkdir(page, { recursive: true });
    await build({
        entryPoints: { index: 'src/index.tsx' },
        outdir: page,
        bundle: true,
        minify: true,
        legalComments: 'linked',
        format: 'iife',
        target: ['chrome100', 'firefox100', 'safari15.4'],
        define: { 'process.env.NODE_ENV': '"production"' },
        external: ['../../static/fonts/*'],
        plugins: [ownFonts],
        logLevel: 'warning',
    });
    for (const file of ['manifest.json', 'index.html'])
        await cp(file, `${page}/${file}`);
}

// What runs in node: the unit tests, and the tests in a browser with their machine.
async function buildForNode(folder, from, isWanted) {
    await rm(folder, { recursive: true, force: true });
    await build({
        entryPoints: readdirSync(from).filter(isWanted).map(file => `${from}/${file}`),
        outdir: folder,
        outExtension: { '.js': '.mjs' },
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node18',
        external: ['playwright-core'],
        logLevel: 'warning',
    });
}

if (process.argv.includes('--tests'))
    await buildForNode('../out/cockpit-tests', 'tests', file => file.endsWith('.test.ts'));
else if (process.argv.includes('--web'))
    await buildForNode('node_modules/.web', 'web', file => file === 'demo.ts' || file.endsWith('.test.ts'));
else
    await buildPage();
