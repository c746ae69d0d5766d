"""Triton's own client, several requests at a time: triton-client.py URL MODEL SIDE CLIENTS SECONDS prints one JSON object."""
import json
import sys
import threading
import time

import numpy
import tritonclient.http as http

url, model, side, clients, seconds = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
pixels = numpy.full((1, 1, side, side), 0.5, numpy.float32)
counts = {"answered": 0, "failed": 0}
lock = threading.Lock()


def ask() -> None:
    client = http.InferenceServerClient(url, network_timeout=120)
    image = http.InferInput("image", pixels.shape, "FP32")
    image.set_data_from_numpy(pixels)
    outputs = [http.InferRequestedOutput(name) for name in ("probability", "mask")]
    while time.monotonic() < end:
        try:
            answer = client.infer(model, [image], outputs=outputs)
            done = "answered" if answer.as_numpy("probability").shape == (1, 1) else "failed"
        except Exception:
            done = "failed"
        with lock:
            counts[done] += 1


end = time.monotonic() + seconds
cpu = time.process_time()
threads = [threading.Thread(target=ask) for _ in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
counts["cpuMs"] = 1000 * (time.process_time() - cpu) / max(1, counts["answered"])
print(json.dumps(counts))
