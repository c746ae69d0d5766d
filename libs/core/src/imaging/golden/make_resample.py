"""Golden values for resample.test.ts, computed by PIL and PyTorch.

Run: /usr/bin/python3 make_resample.py > resample.json   (Debian's python3-pil and python3-torch)
"""
import json
import numpy as np
import torch
from PIL import Image

rng = np.random.default_rng(20130865)
cases = []
# (rows, columns) -> (rows, columns): shrink, grow, both at once, odd ratios, to and from one pixel.
for (rows, columns), (to_rows, to_columns) in [
    ((7, 9), (4, 5)), ((4, 5), (7, 9)), ((8, 8), (3, 13)), ((16, 10), (2, 3)),
    ((5, 5), (5, 5)), ((1, 6), (3, 2)), ((6, 4), (1, 1)), ((1, 1), (3, 2)), ((15, 16), (14, 15)),
]:
    pixels = np.round(rng.uniform(-1024, 1500, (rows, columns))).astype(np.float32)
    pil = np.asarray(Image.fromarray(pixels, mode="F").resize((to_columns, to_rows), Image.BILINEAR))
    grown = torch.nn.functional.interpolate(
        torch.from_numpy(pixels)[None, None], size=(to_rows, to_columns),
        mode="bilinear", antialias=True, align_corners=False)[0, 0].numpy()
    # Not PIL's NEAREST: where a centre falls on a border, its result depends on a running float sum.
    nearest = torch.nn.functional.interpolate(
        torch.from_numpy(pixels)[None, None], size=(to_rows, to_columns), mode="nearest-exact")[0, 0].numpy()
    cases.append({
        "from": {"columns": columns, "rows": rows}, "to": {"columns": to_columns, "rows": to_rows},
        "pixels": pixels.ravel().tolist(),
        "pil": [round(float(v), 4) for v in pil.ravel()],
        "torch": [round(float(v), 4) for v in grown.ravel()],
        "torchNearest": nearest.ravel().tolist(),
    })
# A whole slice by its statistics: 512 x 512 of a formula, to the model's 480.
y, x = np.mgrid[0:512, 0:512].astype(np.float64)
big = (np.sin(x / 3) * np.cos(y / 7) * 500 + ((x * 7 + y * 13) % 101)).astype(np.float32)
out = np.asarray(Image.fromarray(big, mode="F").resize((480, 480), Image.BILINEAR))
json.dump({
    "command": "/usr/bin/python3 make_resample.py > resample.json",
    "tools": f"PIL {Image.__version__}, torch {torch.__version__}",
    "cases": cases,
    "slice": {"mean": float(out.mean(dtype=np.float64)), "std": float(out.std(dtype=np.float64)),
              "at": [[r, c, float(out[r, c])] for r, c in [(0, 0), (0, 479), (479, 0), (240, 17), (133, 402), (479, 479)]]},
}, __import__("sys").stdout)
