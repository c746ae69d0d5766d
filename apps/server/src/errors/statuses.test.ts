import { STATUS_CODES } from 'node:http';
import { errorCatalogue } from '@groundglass/core';
import { expect, test } from 'vitest';
import { statuses } from './statuses.js';

test('every code has an error status', () => {
  expect(Object.keys(statuses).sort()).toEqual(Object.keys(errorCatalogue).sort());
  for (const [code, status] of Object.entries(statuses)) {
    expect([code, status >= 400]).toEqual([code, true]);
    // nginx's "client closed request", the only one missing from Node's list of IANA codes.
    if (status !== 499) expect(STATUS_CODES).toHaveProperty(String(status));
  }
});
