/** DICOM's defined terms (PS3.3 C.12.1.1.2) as the names that TextDecoder knows. */
const encodings: Readonly<Record<string, string>> = {
  'ISO_IR 100': 'latin1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
  'ISO 2022 IR 13': 'shift_jis',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 159': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gb18030',
  'ISO 2022 IR 100': 'latin1',
  'ISO 2022 IR 101': 'iso-8859-2',
  'ISO 2022 IR 144': 'iso-8859-5',
  'ISO 2022 IR 148': 'iso-8859-9',
};

/** ISO 2022 escape sequences: ESC, intermediate characters and a final one. */
const escapes = new RegExp(`${String.fromCharCode(0x1b)}[$(),\\-./]*[ -~]`, 'g');

/**
 * Decodes text of a Specific Character Set, which may name several (`\ISO 2022 IR 87`): uses the last that TextDecoder knows,
 * since the first is ASCII or a subset of it in practice. Removes escape sequences that the decoder does not use.
 */
export function decodeText(bytes: Uint8Array, characterSet: string | undefined): string {
  const names = (characterSet ?? '').split('\\').map((name) => name.trim());
  const encoding =
    names.map((name) => encodings[name]).findLast((name) => name !== undefined) ?? 'latin1';
  const text = new TextDecoder(encoding).decode(bytes);
  return encoding === 'iso-2022-jp' ? text : text.replace(escapes, '');
}
