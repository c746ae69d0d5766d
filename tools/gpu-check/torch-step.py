"""Times training steps of torchvision's DenseNet-169 on PyTorch, for gpu-check. Usage: torch-step.py STEPS. Prints one line of JSON."""

import json
import sys
import time

import torch
import torchvision

device = "cuda" if torch.cuda.is_available() else "cpu"
name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
network = torchvision.models.densenet169(num_classes=2).train().to(device, memory_format=torch.channels_last)
images = torch.randn(8, 3, 224, 224, device=device).contiguous(memory_format=torch.channels_last)
labels = torch.arange(8, device=device) % 2
optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
loss_of = torch.nn.CrossEntropyLoss()

seconds = []
for k in range(int(sys.argv[1]) + 1):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = loss_of(network(images), labels)
    loss.backward()
    optimizer.step()
    # Waits for the device.
    loss.item()
    if k > 0:
        seconds.append(time.perf_counter() - start)
print(json.dumps({"device": f"{name}, PyTorch {torch.__version__}", "denseNetSeconds": seconds}))
