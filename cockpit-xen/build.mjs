// Builds the page into ../out/cockpit/xen, as Cockpit serves it; with --tests the unit tests, and with --web the tests in a browser.
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
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

// The files of which something is in the page.
function usedOf({ outputs }) {
    return Object.values(outputs).flatMap(output =>
        Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file));
}

// The licences of the libraries within the page. Few have theirs in a comment that the bundle keeps, and all want it to go with their copies.
async function licensesOf(inputs) {
    const folders = new Set(inputs.flatMap(file => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
    const texts = await Promise.all([...folders].sort().map(async folder => {
        const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
        const file = readdirSync(folder).find(one => /^licen[cs]e(\.|$)/i.test(one));
        if (!file)
            throw new Error(`${name} has no file with its licence, and is within the page`);
        return `${name} ${version} (${license})\n\n${(await readFile(`${folder}/${file}`, 'utf8')).replaceAll('\r', '').trim()}\n`;
    }));
    return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

async function buildPage() {
    await rm(page, { recursive: true, force: true });
    await mkdir(page, { recursive: true });
    const { metafile } = await build({
        entryPoints: { index: 'src/index.tsx' },
        outdir: page,
        bundle: true,
        minify: true,
        legalComments: 'eof',
        metafile: true,
        format: 'iife',
        target: ['chrome100', 'firefox100', 'safari15.4'],
        define: { 'process.env.NODE_ENV': '"production"' },
        external: ['../../static/fonts/*'],
        plugins: [ownFonts],
        logLevel: 'warning',
    });
    for (const file of ['manifest.json', 'index.html'])
        await cp(file, `${page}/${file}`);
    await writeFile(`${page}/licenses-of-libraries.txt`, await licensesOf(usedOf(metafile)));
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
