import { open, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** One number of a curve. */
export interface Scalar {
  /** Such as `validation/auc`; TensorBoard groups by the part before the slash. */
  readonly tag: string;
  readonly value: number;
}

/**
 * Writes scalars as TensorBoard reads them: `events.out.tfevents.SECONDS.HOST`, TFRecords of `tensorflow.Event` messages.
 *
 * A TFRecord is the length of its data (uint64, little-endian), the masked CRC-32C of those eight bytes, the data, and the masked
 * CRC-32C of the data (TensorFlow, `tensorflow/core/lib/io/record_writer.cc`).
 */
export class EventFile {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Starts a separate file in a folder: TensorBoard joins those of a resumed run. */
  static async create(folder: string, now = Date.now()): Promise<EventFile> {
    const name = `events.out.tfevents.${Math.floor(now / 1000)}.${hostname()}.${process.pid}`;
    const file = await open(join(folder, name), 'a');
    await file.write(record(event(now, 0, field(3, bytesOf('brain.Event:2')))));
    return new EventFile(file);
  }

  /** Appends the scalars of one step; NaN and infinite values are skipped. */
  async add(step: number, scalars: readonly Scalar[], now = Date.now()): Promise<void> {
    const values = scalars
      .filter(({ value }) => Number.isFinite(value))
      .map(({ tag, value }) => field(1, concat([field(1, bytesOf(tag)), float(2, value)])));
    if (values.length > 0)
      await this.#file.write(record(event(now, step, field(5, concat(values)))));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** `tensorflow.Event`: wall_time = 1 (double, seconds), step = 2 (int64), then its content. */
function event(now: number, step: number, content: Uint8Array): Uint8Array {
  const time = new Uint8Array(9);
  time[0] = (1 << 3) | 1;
  new DataView(time.buffer).setFloat64(1, now / 1000, true);
  // Protocol buffers leave out a zero.
  const place = step === 0 ? [] : [Uint8Array.of(2 << 3), varint(step)];
  return concat([time, ...place, content]);
}

/** A length-delimited field of a protocol buffer. */
function field(number: number, content: Uint8Array): Uint8Array {
  return concat([Uint8Array.of((number << 3) | 2), varint(content.length), content]);
}

function float(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = (number << 3) | 5;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.of(...bytes, rest);
}

function record(data: Uint8Array): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(data.length), true);
  return concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

function maskedCrc(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, true);
  return bytes;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  // Castagnoli's polynomial, bits reversed (RFC 3720, B.4).
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = table[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
