// Reading and writing WebAssembly's binary format, as far as the build looks into modules itself.
// https://webassembly.github.io/spec/core/binary

export const ELEMENTS = 9;
export const CODE = 10;
export const DATA = 11;

const HEADER = 8;

/** Reads from `bytes`, starting at `at`. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned LEB128 number. */
  unsigned() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** A signed LEB128 number of at most 32 bits. */
  signed() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return shift < 25 && byte & 64 ? value | (-1 << (shift + 7)) : value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  name() {
    return Buffer.from(this.take(this.unsigned())).toString();
  }

  list(item) {
    return Array.from({ length: this.unsigned() }, item);
  }

  /** An offset given by one constant: where an active segment goes. */
  offset() {
    const [constant, value, end] = [this.byte(), this.signed(), this.byte()];
    if (constant !== 0x41 || end !== 0x0b) throw new Error("An offset is not a constant.");
    return value;
  }
}

/** The sections of a module: `{ id, name, content, start }`, `name` for custom ones, `start` in `bytes`. */
export function sections(bytes) {
  const reader = new Reader(bytes, HEADER);
  const found = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const end = reader.unsigned() + reader.at;
    const start = reader.at;
    const name = id === 0 ? reader.name() : undefined;
    found.push({ id, name, content: bytes.subarray(start, end), start });
    reader.at = end;
  }
  return found;
}

/** A module of these sections. */
export function joined(bytes, list) {
  const parts = list.flatMap(({ id, content }) => [[id], unsigned(content.length), content]);
  return Buffer.concat([bytes.subarray(0, HEADER), ...parts.map((part) => Buffer.from(part))]);
}

export function unsigned(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

export function signed(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7) {
    const byte = rest & 127;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}

/** Active data segments as `{ address, bytes }`; the bytes are the section's own. */
export function dataSegments(content) {
  const reader = new Reader(content);
  return reader.list(() => {
    if (reader.unsigned() !== 0) throw new Error("A data segment is not active.");
    const address = reader.offset();
    return { address, bytes: reader.take(reader.unsigned()) };
  });
}

/** The content of a section that fills memory with these segments. */
export function dataSection(segments) {
  const parts = segments.map(({ address, bytes }) => [
    Buffer.from([0, 0x41, ...signed(address), 0x0b, ...unsigned(bytes.length)]),
    bytes,
  ]);
  return Buffer.concat([Buffer.from(unsigned(segments.length)), ...parts.flat()]);
}

/** Active segments of the table as `{ offset, functions }`. */
export function tableSegments(content) {
  const reader = new Reader(content);
  return reader.list(() => {
    if (reader.unsigned() !== 0) throw new Error("A segment of the table is not a plain one.");
    return { offset: reader.offset(), functions: reader.list(() => reader.unsigned()) };
  });
}

/** The content of a section that fills the table with these segments. */
export function tableSection(segments) {
  const parts = segments.map(({ offset, functions }) => [
    ...[0, 0x41, ...signed(offset), 0x0b],
    ...[unsigned(functions.length), ...functions.map(unsigned)].flat(),
  ]);
  return Buffer.from([unsigned(segments.length), ...parts].flat());
}
