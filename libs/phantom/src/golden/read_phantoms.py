#!/usr/bin/python3
"""Reads phantoms with other people's software and prints what it read as JSON.

    npm run phantom -- ...   # each format, as golden/make.sh does
    python3 read_phantoms.py FOLDER > phantoms.json

For each file or series: SHA-256 of the files, and SHA-256 of the Hounsfield units (int16, little endian, slice by slice from
the feet, row by row from the front, columns from the patient's right), spacing and position of the first voxel in mm (LPS).
"""
import hashlib, json, pathlib, subprocess, sys, tempfile
import numpy as np
import pydicom
import nibabel
from PIL import Image

def sha(data): return hashlib.sha256(data).hexdigest()
def answer(software, files, hu, spacing=None, origin=None):
    return {'software': software, 'files': sha(b''.join(pathlib.Path(f).read_bytes() for f in files)),
            'pixels': sha(np.ascontiguousarray(hu.astype('<i2')).tobytes()), 'shape': list(hu.shape),
            **({'spacing': [round(float(v), 4) for v in spacing], 'origin': [round(float(v), 3) for v in origin]} if spacing is not None else {})}

def dicom(files, software, load):
    slices = [load(f) for f in files]
    slices.sort(key=lambda d: float(d[0].ImagePositionPatient[2]))
    hu = np.stack([a.astype('i4') * int(d.RescaleSlope) + int(d.RescaleIntercept) for d, a in slices])
    d = slices[0][0]
    dz = float(slices[1][0].ImagePositionPatient[2]) - float(d.ImagePositionPatient[2])
    assert str(d.PatientName) == 'PHANTOM^THORAX' and [float(v) for v in d.ImageOrientationPatient] == [1, 0, 0, 0, 1, 0]
    return answer(software, files, hu, [d.PixelSpacing[1], d.PixelSpacing[0], dz], d.ImagePositionPatient)

def with_pydicom(f):
    d = pydicom.dcmread(f); return d, d.pixel_array
def with_dcmtk(tool):
    def load(f):
        with tempfile.NamedTemporaryFile() as out:
            subprocess.run([tool, f, out.name], check=True)
            return with_pydicom(out.name)
    return load
def with_openjph(f):
    """The code stream through ojph_expand (Debian's openjph), which reads High-Throughput JPEG 2000."""
    d = pydicom.dcmread(f)
    from pydicom.encaps import decode_data_sequence
    with tempfile.TemporaryDirectory() as t:
        pathlib.Path(t, 'a.j2c').write_bytes(decode_data_sequence(d.PixelData)[0].rstrip(b'\0'))
        subprocess.run(['ojph_expand', '-i', f'{t}/a.j2c', '-o', f'{t}/a.pgm'], check=True, stdout=subprocess.DEVNULL)
        # PIL stretches 12 bits to 16: the numbers are read as they are, big endian.
        pgm = pathlib.Path(t, 'a.pgm').read_bytes()
        count = d.Rows * d.Columns * 2
        return d, np.frombuffer(pgm[-count:], '>u2').reshape(d.Rows, d.Columns)

def metaimage(path, files):
    """VTK's reader of MetaImage; it turns rows upside down as VTK's pictures are."""
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy
    reader = vtk.vtkMetaImageReader()
    reader.SetFileName(str(path)); reader.Update()
    image = reader.GetOutput()
    nx, ny, nz = image.GetDimensions()
    hu = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(nz, ny, nx)
    return answer('VTK ' + vtk.vtkVersion.GetVTKVersion(), files, hu, image.GetSpacing(), image.GetOrigin())

root = pathlib.Path(sys.argv[1])
v = {}
for name in sorted(p.name for p in root.iterdir() if p.is_dir() and p.name.startswith('dicom') and not p.name.endswith('.masks')):
    files = sorted(str(f) for f in (root / name).glob('*.dcm'))
    if name == 'dicom-htj2k':
        v[name] = [dicom(files, 'openjph', with_openjph)]
        continue
    v[name] = [dicom(files, 'pydicom ' + pydicom.__version__, with_pydicom)]
    tool = {'dicom-rle': 'dcmdrle', 'dicom-jpegls': 'dcmdjpls'}.get(name, None if name == 'dicom-j2k' else 'dcmconv')
    if tool: v[name].append(dicom(files, 'dcmtk ' + tool, with_dcmtk(tool)))
for name in ('nifti.nii', 'nifti-gz.nii.gz'):
    image = nibabel.load(root / name)
    assert np.allclose(image.get_qform(), image.get_sform()) and image.header['qform_code'] == 1
    affine = np.diag([-1, -1, 1, 1]) @ image.affine  # RAS to LPS
    assert np.allclose(affine[:3, :3], np.diag(np.diag(affine)[:3]))
    hu = np.asanyarray(image.dataobj).transpose(2, 1, 0)
    v[name] = [answer('nibabel ' + nibabel.__version__, [root / name], hu, np.diag(affine)[:3], affine[:3, 3])]
for name, extra in (('mha.mha', None), ('mha-zlib.mha', None), ('mhd.mhd', 'mhd.raw'), ('mhd-zraw.mhd', 'mhd-zraw.zraw')):
    files = [root / name] + ([root / extra] if extra else [])
    v[name] = [metaimage(root / name, files)]
for stem in ('png16',):
    files = sorted(f for f in (root / stem).glob('*.png') if 'mask' not in f.name)
    v[stem] = [answer('PIL', files, np.stack([np.array(Image.open(f)).astype('i4') - 1024 for f in files]))]
for stem in ('png',):
    files = sorted(f for f in (root / stem).glob('*.png') if 'mask' not in f.name)
    v[stem] = [answer('PIL', files, np.stack([np.array(Image.open(f)) for f in files]))]
print(json.dumps(v, indent=1))
