import { STATUS_CODES } from 'node:http';
import { errorCatalogue } from '@groundglass/core';
import { expect, test } from 'vitest';
import { statuses } from './statuses.js';

test('every code has the status of a failed request', () => {
  expect(Object.keys(statuses).sort()).toEqual(Object.keys(errorCatalogue).sort());
  for (const [code, status] of Object.entries(statuses)) {
    expect([code, status >= 400]).toEqual([code, true]);
    // nginx's "client closed request", the only one that Node's list of IANA's codes does not have.
    if (status !== 499) expect(STATUS_CODES).toHaveProperty(String(status));
  }
});
