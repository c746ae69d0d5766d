"""What PyTorch does, for `groundglass-trainer bench`: one part a process, so that peak memory is the part's own.

Usage: torch-bench.py train|infer STEPS THREADS. Prints one line of JSON.
"""

import json
import resource
import sys
import time

import torch
import torchvision

part, steps, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)


def train(network, images, labels):
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    loss_of = torch.nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss_of(network(images), labels).backward()
        optimizer.step()

    return step


def make():
    network = torchvision.models.densenet169(num_classes=2)
    if part == "infer":
        network.eval()
        image = torch.randn(1, 3, 480, 480)

        def step():
            with torch.inference_mode():
                network(image)

        return step
    network.train()
    return train(network, torch.randn(8, 3, 224, 224), torch.arange(8) % 2)


step = make()
times = []
for k in range(steps + 1):
    start = time.perf_counter()
    step()
    # The first pass allocates what the others use again.
    if k > 0:
        times.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "seconds": times,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "version": "PyTorch " + torch.__version__,
        }
    )
)
