import { describe, expect, test } from 'vitest';
import { readCommand, UsageError } from './read-options.js';
import { serverOptionsSchema } from './server-options.js';

const read = (args: string[], environment = {}) =>
  serverOptionsSchema.parse((readCommand(args, environment) as { options: unknown }).options);

describe('readCommand', () => {
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
    [['--models', 'm', '--public-origin', 'https://a.example/path'], 'an origin such as'],
    [['--models', 'm', '--trusted-proxy', '10.0.0.0/33'], 'an IP address, or a range'],
    [['check'], 'models'],
    [['pull', 'x.onnx'], '--into'],
    [['pull', 'x.onnx', '--into', 'm', '--sha256', 'ab'], '64 hexadecimal digits'],
    [['--models', 'm', '--nonsense'], '--nonsense'],
    [['--models', 'm', 'extra'], 'extra'],
  ])('%j is refused by the name of what is wrong', (args, sentence) => {
    expect(() => readCommand(args, {})).toThrow(UsageError);
    expect(() => readCommand(args, {})).toThrow(sentence);
  });

  test('flags without a value, and repeated ones, in both places', () => {
    expect(read(['--models', 'm']).strictReadiness).toBe(false);
    expect(read(['--models', 'm', '--strict-readiness']).strictReadiness).toBe(true);
    const environment = {
      GROUNDGLASS_STRICT_READINESS: '1',
      GROUNDGLASS_PUBLIC_ORIGIN: 'https://a.example,https://b.example:8443',
      GROUNDGLASS_TRUSTED_PROXY: '10.0.0.0/8',
    };
    expect(read(['--models', 'm'], environment)).toMatchObject({
      strictReadiness: true,
      publicOrigin: ['https://a.example', 'https://b.example:8443'],
      trustedProxy: ['10.0.0.0/8'],
    });
  });

  test('check and pull are commands of their own', () => {
    expect(readCommand(['check', 'models', '--json'])).toEqual({
      command: 'check',
      models: 'models',
      json: true,
    });
    expect(readCommand(['pull', 'a.onnx', '--into', 'models', '--name', 'b'])).toEqual({
      command: 'pull',
      source: 'a.onnx',
      models: 'models',
      name: 'b',
      sha256: undefined,
    });
  });

  test('a bad token is refused without being printed', () => {
    expect(() => readCommand(['--models', 'm', '--token', 'secret'], {})).toThrow(
      expect.objectContaining({
        message: expect.not.stringContaining('secret') as string,
      }) as Error,
    );
  });

  test('help names every flag', () => {
    const { text } = readCommand(['--help'], {}) as { text: string };
    for (const flag of [
      '--models',
      '--grpc-port',
      '--model-control-mode',
      '--max-body-mib',
      '--drain-seconds',
    ]) {
      expect(text).toContain(flag);
    }
  });
});
