/** What `xl save` writes, in small: xl's header with the guest's name, libxl's stream, and libxc's in it. */
export function imageOf(name: string): Uint8Array {
    const config = Buffer.from(`{"c_info": {"name": ${JSON.stringify(name)}}, "disks": []}\0`);
    return Buffer.concat([
        Buffer.from('Xen saved domain, xl format\n \0 \r', 'latin1'),
        words(0x01020304, 3, 0, config.length + 4, config.length), config,
        Buffer.from('LibxlFmt'), Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]),
        record(1, Buffer.alloc(0)),
        Buffer.alloc(8, 0xFF), Buffer.from('XENF'), Buffer.from([0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]),
        Buffer.from([1, 0, 0, 0, 12, 0, 0, 0, 4, 0, 0, 0, 17, 0, 0, 0]),
        record(1, Buffer.alloc(4096)), record(0, Buffer.alloc(0)), record(2, Buffer.from('a\0b\0')), record(0, Buffer.alloc(0)),
    ]);
}

function record(type: number, body: Buffer): Buffer {
    return Buffer.concat([words(type, body.length), body, Buffer.alloc(-body.length & 7)]);
}

function words(...numbers: number[]): Buffer {
    const bytes = Buffer.alloc(numbers.length * 4);
    numbers.forEach((number, at) => bytes.writeUInt32LE(number, at * 4));
    return bytes;
}
