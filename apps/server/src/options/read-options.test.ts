import { describe, expect, test } from 'vitest';
import { helpText, readOptions, UsageError } from './read-options.js';
import { serverOptionsSchema } from './server-options.js';

const read = (args: string[], environment = {}) =>
  serverOptionsSchema.parse(readOptions(args, environment));

describe('readOptions', () => {
  test('takes flags, then the environment, then the defaults', () => {
    const environment = { GROUNDGLASS_PORT: '9000', GROUNDGLASS_QUEUE_SIZE: '7' };
    const options = read(['--models', 'm', '--port', '9001'], environment);
    expect(options).toMatchObject({
      models: 'm',
      port: 9001,
      queueSize: 7,
      host: '127.0.0.1',
      grpcPort: 8809,
    });
  });

  test('gRPC can be switched off, and host names repeated', () => {
    const options = read([
      '--models',
      'm',
      '--grpc-port',
      'off',
      '--allowed-host',
      'a',
      '--allowed-host',
      'b.c',
    ]);
    expect(options.grpcPort).toBeUndefined();
    expect(options.allowedHost).toEqual(['a', 'b.c']);
    expect(read(['--models', 'm'], { GROUNDGLASS_ALLOWED_HOST: 'a,b' }).allowedHost).toEqual([
      'a',
      'b',
    ]);
  });

  test.each([
    [[], 'Expected --models (or GROUNDGLASS_MODELS)'],
    [['--models', 'm', '--port', '70000'], '--port'],
    [['--models', 'm', '--port', 'x'], '--port'],
    [['--models', 'm', '--idle-seconds', '15'], '--idle-seconds'],
    [['--models', 'm', '--model-control-mode', 'all'], '--model-control-mode'],
    [['--models', 'm', '--allowed-host', 'http://a'], '--allowed-host'],
    [['--models', 'm', '--nonsense'], '--nonsense'],
    [['--models', 'm', 'extra'], 'extra'],
  ])('%j is refused by the name of what is wrong', (args, sentence) => {
    expect(() => readOptions(args, {})).toThrow(UsageError);
    expect(() => readOptions(args, {})).toThrow(sentence);
  });

  test('a bad token is refused without being printed', () => {
    expect(() => readOptions(['--models', 'm', '--token', 'secret'], {})).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('secret') as string,
      }) as Error,
    );
  });

  test('help names every flag', () => {
    expect(readOptions(['--help'], {})).toBe('help');
    for (const flag of [
      '--models',
      '--grpc-port',
      '--model-control-mode',
      '--max-body-mib',
      '--drain-seconds',
    ]) {
      expect(helpText()).toContain(flag);
    }
  });
});
