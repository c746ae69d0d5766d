/**
 * ONNX Runtime reports the models that it loads and runs to Microsoft, with an identifier that it keeps in the user's cache folder, and each
 * process leaves a log of that in the temporary folder. It reads this variable at startup.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
