"""Measures PyTorch for `groundglass-trainer bench`: one part per process, so that peak memory is the part's own.

Usage: torch-bench.py train|infer|joint|lite STEPS THREADS [--compile]. Networks and pictures are channels-last, PyTorch's faster layout on
processors. Prints one line of JSON.
"""

import json
import resource
import sys
import time

import torch
import torchvision
from torch import nn
from torch.nn import functional as F

part, steps, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
compiled = "--compile" in sys.argv[4:]
torch.set_num_threads(threads)
torch.manual_seed(1)
layout = {"memory_format": torch.channels_last}


def conv(inputs, outputs, kernel, dilation=1):
    """Convolution, batch normalisation, ReLU, as libs/nn's convBnRelu."""
    padding = (kernel - 1) // 2 * dilation
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Residual(nn.Module):
    """An inverted residual of EfficientNet-Lite: no squeeze and excitation, ReLU6."""

    def __init__(self, inputs, outputs, kernel, stride, expansion, dilation):
        super().__init__()
        hidden = inputs * expansion
        layers = []
        if expansion > 1:
            layers += [nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True)]
        padding = (kernel - 1) // 2 * dilation
        layers += [
            nn.Conv2d(hidden, hidden, kernel, stride, padding, dilation, groups=hidden, bias=False),
            nn.BatchNorm2d(hidden),
            nn.ReLU6(inplace=True),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        self.layers = nn.Sequential(*layers)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.adds else y


def lite_blocks():
    """EfficientNet-Lite 0 at output stride 16: kernel, repeats, channels, expansion, stride, and the dilation after the last stride."""
    stages = [
        (3, 1, 16, 1, 1, 1),
        (3, 2, 24, 6, 2, 1),
        (5, 2, 40, 6, 2, 1),
        (3, 3, 80, 6, 2, 1),
        (5, 3, 112, 6, 1, 1),
        (5, 4, 192, 6, 1, 2),
        (3, 1, 320, 6, 1, 2),
    ]
    stem = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6(inplace=True))
    layers, inputs = [stem], 32
    for kernel, repeats, channels, expansion, stride, dilation in stages:
        for k in range(repeats):
            layers.append(Residual(inputs, channels, kernel, stride if k == 0 else 1, expansion, dilation))
            inputs = channels
    return nn.ModuleList(layers), 4, 24


def mobilenet_blocks():
    """MobileNetV2 without its last layer, with dilation 2 in place of the last stride."""
    features = torchvision.models.mobilenet_v2().features[:18]
    for block in list(features)[14:]:
        for module in block.modules():
            if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3):
                module.stride, module.dilation, module.padding = (1, 1), (2, 2), (2, 2)
    return nn.ModuleList(list(features)), 4, 24


class Joint(nn.Module):
    """libs/nn's joint model with the settings of recipe `fast`: 64 ASPP channels, dilations 3, 6 and 9, a skip of 24 channels."""

    def __init__(self, blocks, fine_after, fine_channels, channels=64, skip=24):
        super().__init__()
        self.blocks, self.fine_after = blocks, fine_after
        self.point = conv(320, channels, 1)
        self.dilated = nn.ModuleList([conv(320, channels, 3, rate) for rate in (3, 6, 9)])
        self.pooled = nn.Conv2d(320, channels, 1)
        self.project = conv(5 * channels, channels, 1)
        self.drop = nn.Dropout(0.5)
        self.skip = conv(fine_channels, skip, 1)
        self.first, self.second = conv(channels + skip, channels, 3), conv(channels, channels, 3)
        self.mask = nn.Conv2d(channels, 1, 1)
        self.classes = nn.Linear(channels + 1, 2)

    def forward(self, image):
        x, fine = image.expand(-1, 3, -1, -1).contiguous(**layout), None
        for k, block in enumerate(self.blocks):
            x = block(x)
            if k + 1 == self.fine_after:
                fine = x
        size = x.shape[2:]
        mean = F.relu(self.pooled(x.mean((2, 3), keepdim=True))).expand(-1, -1, *size)
        branches = [self.point(x), *[branch(x) for branch in self.dilated], mean]
        aspp = self.drop(self.project(torch.cat(branches, 1)))
        larger = F.interpolate(aspp, scale_factor=4, mode="bilinear")
        coarse = self.mask(self.second(self.first(torch.cat([larger, self.skip(fine)], 1))))
        seen = F.interpolate(coarse, size=size, mode="bilinear")
        logits = self.classes(torch.cat([aspp, seen], 1).mean((2, 3)))
        return logits, F.interpolate(coarse, size=image.shape[2:], mode="bilinear")


def train(network, images, loss_of):
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)
    network = network.train().to(**layout)
    run = torch.compile(network) if compiled else network

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss_of(run(images)).backward()
        optimizer.step()

    return step


def make():
    labels = torch.arange(8) % 2
    if part == "infer":
        network = torchvision.models.densenet169(num_classes=2).eval().to(**layout)
        network = torch.compile(network) if compiled else network
        image = torch.randn(1, 3, 480, 480).contiguous(**layout)

        def step():
            with torch.inference_mode():
                network(image)

        return step
    if part == "train":
        network = torchvision.models.densenet169(num_classes=2)
        images = torch.randn(8, 3, 224, 224).contiguous(**layout)
        return train(network, images, lambda logits: F.cross_entropy(logits, labels))
    masks = torch.zeros(8, 1, 224, 224)

    def loss_of(outputs):
        logits, mask = outputs
        return F.cross_entropy(logits, labels) + F.binary_cross_entropy_with_logits(mask, masks)

    blocks = mobilenet_blocks() if part == "joint" else lite_blocks()
    return train(Joint(*blocks), torch.rand(8, 1, 224, 224), loss_of)


step = make()
times = []
for k in range(steps + 1):
    start = time.perf_counter()
    step()
    # The first pass allocates memory that later ones reuse.
    if k > 0:
        times.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "seconds": times,
            "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "version": f"PyTorch {torch.__version__.split('+')[0]}{', compiled' if compiled else ''}",
        }
    )
)
