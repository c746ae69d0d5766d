#!/usr/bin/env bash
# Writes the phantom of write-phantom.test.ts in every format, has other software read it, and keeps the results.
# Debian: apt-get install python3-pydicom python3-gdcm python3-nibabel python3-pil python3-vtk9 dcmtk openjph-tools dicom3tools
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for format in png png16 dicom dicom-implicit dicom-rle dicom-jpegls dicom-j2k dicom-htj2k nifti nifti-gz mha mha-zlib mhd mhd-zraw; do
  node "$here/../../../../tools/dist/phantom/cli.js" --out "$out" --format "$format" --seed 7 --slices 4 --size 64 --name "$format"
done
# dciodvfy of Debian 12 does not know the transfer syntax of High-Throughput JPEG 2000.
for format in dicom dicom-implicit dicom-rle dicom-jpegls dicom-j2k; do
  for file in "$out/$format"/*.dcm; do
    errors=$(dciodvfy "$file" 2>&1 | grep -c '^Error' || true)
    echo "dciodvfy $format/$(basename "$file"): $errors errors"
    [ "$errors" = 0 ]
  done
done
/usr/bin/python3 "$here/read_phantoms.py" "$out" > "$here/phantoms.json"
