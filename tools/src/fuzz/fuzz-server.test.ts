import { expect, test } from 'vitest';
import { spawnServer, testModels } from '../serving/spawn-server.js';
import { readCorpus } from './corpus.js';
import { fuzzServer } from './fuzz-server.js';

test('hundreds of wrong requests and damaged files leave the server up, polite and quick', async () => {
  await using server = await spawnServer(['--models', testModels, '--idle-seconds', '1']);
  const { failures, outcomes } = await fuzzServer(server, await readCorpus(), {
    seed: 2020,
    requests: 500,
    uploads: 150,
  });
  expect(failures).toEqual([]);
  // Requests that are all rejected at the entrance would prove nothing.
  expect(outcomes.get('request 200')).toBeGreaterThan(5);
  expect(outcomes.get('request 400')).toBeGreaterThan(50);
  expect(outcomes.get('upload 200')).toBeGreaterThan(5);
  expect(outcomes.get('upload 422')).toBeGreaterThan(5);
  expect(outcomes.get('upload 202')).toBeGreaterThan(5);
  expect(outcomes.get('job done')).toBeGreaterThan(5);
});
