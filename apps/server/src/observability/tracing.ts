import { trace, type Tracer } from '@opentelemetry/api';

/** Spans go nowhere, at no cost, until {@link startTracing} has set up an exporter. */
export const tracer: Tracer = trace.getTracer('groundglass-server');

/**
 * Sends traces over OTLP/HTTP where the standard environment variables name a collector
 * (`OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); loads no SDK otherwise.
 *
 * @returns a function that flushes and ends it, or undefined if tracing is not configured.
 */
export async function startTracing(
  environment: NodeJS.ProcessEnv,
): Promise<(() => Promise<void>) | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = environment;
  if (!(all ?? own) || environment.OTEL_SDK_DISABLED === 'true') return undefined;
  const [
    { NodeTracerProvider, BatchSpanProcessor },
    { OTLPTraceExporter },
    { resourceFromAttributes },
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': environment.OTEL_SERVICE_NAME ?? 'groundglass-server',
    }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return async () => {
    await provider.shutdown();
    trace.disable();
  };
}
