#!/usr/bin/env python3
"""What a Python user would run: pydicom, nibabel and PIL with numpy, one thread. Prints one JSON object of medians in ms.

Usage: core.py REPEATS SERIES_FOLDER NIFTI_FILE PICTURE_FOLDER...   ('-' leaves one out)
"""
import glob, json, os, statistics, sys, time


def window(hu):
    import numpy as np
    return np.clip((hu + 1350) / 1500, 0, 1).astype(np.float32)


def resize(image):
    import numpy as np
    from PIL import Image
    return np.asarray(Image.fromarray(image).resize((480, 480), Image.BILINEAR))


def series(folder):
    import pydicom
    slices = [pydicom.dcmread(path) for path in glob.glob(os.path.join(folder, "*"))]
    slices.sort(key=lambda ds: float(ds.ImagePositionPatient[2]))
    for ds in slices:
        resize(window(ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)))


def volume(path, index):
    import nibabel, numpy as np
    resize(window(np.asarray(nibabel.load(path).dataobj[:, :, index], dtype=np.float32)))


def pictures(folders):
    import numpy as np
    from PIL import Image
    for folder in folders:
        for path in glob.glob(os.path.join(folder, "*")):
            resize(np.asarray(Image.open(path).convert("L"), dtype=np.float32) / 255)


def median(repeats, work):
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


repeats, series_folder, nifti, *picture_folders = sys.argv[1:]
repeats = int(repeats)
result = {}
if series_folder != "-":
    result["series"] = median(repeats, lambda: series(series_folder))
if nifti != "-":
    result["volume-0"] = median(repeats, lambda: volume(nifti, 0))
    result["volume-150"] = median(repeats, lambda: volume(nifti, 150))
if picture_folders and picture_folders[0] != "-":
    result["pictures"] = median(max(1, repeats // 3), lambda: pictures(picture_folders))
print(json.dumps(result))
