/**
 * ONNX Runtime sends what models are loaded and run, with an identifier that it keeps in the user's cache folder, to its maker; and
 * leaves a log of that in the temporary folder for each process. It reads this when it starts.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
