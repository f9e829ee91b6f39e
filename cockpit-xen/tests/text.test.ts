import assert from 'node:assert/strict';
import test from 'node:test';
import { isEditable, sentenceParts, short, shown, textOf, visible } from '../src/pure/text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

test('names with quotes, markup and any letters are only names', () => {
    for (const name of ['web', `it's "<img src=x onerror=alert(1)>" & more`, 'größe 日本 🐧', '{{name}} ${name} `name`'])
        assert.equal(visible(name), name);
});

test('what cannot be seen, or turns what stands around it, is shown as its number', () => {
    assert.equal(visible('a\u202Eb'), 'a[U+202E]b');
    assert.equal(visible('a\u200Bb\u2066\uFEFF'), 'a[U+200B]b[U+2066][U+FEFF]');
    assert.equal(visible('a\nb\x1b[31m\0'), 'a[U+000A]b[U+001B][31m[U+0000]');
    assert.equal(visible('\uD800x'), '[U+D800]x');
});

test('names that differ only in what cannot be seen do not look alike', () => {
    for (const unseen of ['\u00A0', '\u2003', '\u3000', '\u034F', '\uFE0F', '\u17B4', '\u180B', '\u2800', '\u{E0100}', '\u{E0041}'])
        assert.match(visible(`web${unseen}1`), /^web\[U\+[0-9A-F]+\]1$/);
    assert.equal(visible('web 1'), 'web 1');
});

test('a value is changed in a form only if the form shows all of it', () => {
    for (const seen of ['', 'a value\n\tof two lines', 'größe 日本 🐧'])
        assert.equal(isEditable(bytes(seen)), true);
    for (const unseen of ['a\u202Eb', 'a\u200Bb', 'a\0', '\uFEFFa'])
        assert.equal(isEditable(bytes(unseen)), false);
    assert.equal(isEditable(Uint8Array.of(0xFF)), false);
});

test('a name of 4,000 letters is cut, and says how long it is', () => {
    const cut = short('y'.repeat(4000), 100);
    assert.equal(cut, 'y'.repeat(100) + '… (4,000 letters)');
    assert.equal(short('🐧'.repeat(100), 100), '🐧'.repeat(100)); // letters are not halves of pairs
});

test('a value is text, empty or binary', () => {
    assert.deepEqual(shown(new Uint8Array(0)), { kind: 'empty' });
    assert.deepEqual(shown(bytes('a value\n\tof two lines')), { kind: 'text', text: 'a value\n\tof two lines' });
    assert.deepEqual(shown(bytes('a\u202Eb')), { kind: 'text', text: 'a[U+202E]b' });
    assert.deepEqual(shown(Uint8Array.of(0x61, 0xFF, 0)), { kind: 'binary', hex: '61 ff 00', length: 3 });
});

test('each byte of control makes a value binary, but for tabs and line feeds', () => {
    for (let byte = 0; byte < 0x20; byte++)
        assert.equal(textOf(Uint8Array.of(0x61, byte)) !== null, byte === 9 || byte === 10, `byte ${byte}`);
    assert.equal(textOf(Uint8Array.of(0x7F)), null);
});

test('text that is cut in the middle of a letter is binary, never broken text', () => {
    const all = bytes('é日🐧');
    for (let length = 0; length <= all.length; length++) {
        const whole = [0, 2, 5, 9].includes(length);
        assert.equal(textOf(all.slice(0, length)) !== null, whole, `${length} bytes`);
    }
});

test('every pair of bytes is shown without a fault', () => {
    for (let one = 0; one < 256; one++)
        for (let other = 0; other < 256; other++) {
            const what = shown(Uint8Array.of(one, other));
            assert.ok(what.kind !== 'text' || !what.text.includes('\uFFFD'), `${one} ${other}`);
        }
});

test('of many bytes the first are shown', () => {
    const what = shown(new Uint8Array(4096));
    assert.ok(what.kind === 'binary' && what.length === 4096 && what.hex.endsWith('\n…') && what.hex.split('\n').length === 65);
});

test('a sentence hides nothing, however much of it a guest or a program has written', () => {
    assert.deepEqual(sentenceParts('`xl\u202E list` failed:\x1b[31m no\u200B'), ['', 'xl[U+202E] list', ' failed:[U+001B][31m no[U+200B]']);
    assert.match(sentenceParts('y'.repeat(2000))[0]!, /^y{600}… \(2,000 letters\)$/);
    assert.deepEqual(sentenceParts(visible('a\u202Eb')), ['a[U+202E]b']); // once is enough
});
