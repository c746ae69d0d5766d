"""Golden values for morphology.test.ts, connected-components.test.ts and distance-transform.test.ts, by scipy.ndimage.

Run: /usr/bin/python3 make_morphology.py > morphology.json   (Debian's python3-scipy)
"""
import json
import sys
import numpy as np
import scipy
from scipy import ndimage as nd
from scipy.spatial import ConvexHull

rng = np.random.default_rng(7)


def rows_of(mask):
    return ["".join("#" if v else "." for v in row) for row in mask]


def disc(radius):
    reach = int(radius)
    y, x = np.mgrid[-reach:reach + 1, -reach:reach + 1]
    return x * x + y * y <= radius * radius


def blobs(rows, columns, share):
    noise = nd.gaussian_filter(rng.standard_normal((rows, columns)), 1.2)
    return noise > np.quantile(noise, 1 - share)


cases = []
for rows, columns, share, radius in [(9, 14, 0.4, 1), (12, 12, 0.55, 1.5), (16, 21, 0.5, 2), (20, 20, 0.3, 3), (18, 11, 0.7, 2.5)]:
    mask = blobs(rows, columns, share)
    element = disc(radius)
    dilated = nd.binary_dilation(mask, element)
    eroded = nd.binary_erosion(mask, element, border_value=1)
    corners = np.concatenate([np.argwhere(mask) + d for d in [(0, 0), (0, 1), (1, 0), (1, 1)]])
    labels4, count4 = nd.label(mask)
    labels8, count8 = nd.label(mask, np.ones((3, 3)))
    cases.append({
        "mask": rows_of(mask), "radius": radius,
        "dilated": rows_of(dilated), "eroded": rows_of(eroded),
        "opened": rows_of(nd.binary_dilation(eroded, element)),
        # With room to grow around it, as if the picture continued.
        "closed": rows_of(nd.binary_closing(np.pad(mask, 9), element)[9:-9, 9:-9]),
        "filled": rows_of(nd.binary_fill_holes(mask)),
        "squaredDistance": np.rint(nd.distance_transform_edt(mask) ** 2).astype(int).ravel().tolist(),
        "areas4": nd.sum(mask, labels4, range(1, count4 + 1)).astype(int).tolist(),
        "areas8": nd.sum(mask, labels8, range(1, count8 + 1)).astype(int).tolist(),
        "boxes8": [[s[1].start, s[0].start, s[1].stop - s[1].start, s[0].stop - s[0].start] for s in nd.find_objects(labels8)],
        "hullArea": float(ConvexHull(corners).volume),
        "hullCorners": len(ConvexHull(corners).vertices),
    })
json.dump({"command": "/usr/bin/python3 make_morphology.py > morphology.json", "tools": f"scipy {scipy.__version__}", "cases": cases}, sys.stdout)
