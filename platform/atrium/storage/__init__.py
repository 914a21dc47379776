"""Moves bytes to and from S3. Which bytes there are, `apps.artifacts` remembers."""

from .s3 import (
    Multipart,
    abort_upload,
    begin_upload,
    delete,
    finish_upload,
    get,
    listed,
    listed_parts,
    listed_uploads,
    presign_download,
    presign_get,
    presign_multipart,
    presign_part,
    presign_put,
    put,
    size,
)

__all__ = [
    "Multipart",
    "abort_upload",
    "begin_upload",
    "delete",
    "finish_upload",
    "get",
    "listed",
    "listed_parts",
    "listed_uploads",
    "presign_download",
    "presign_get",
    "presign_multipart",
    "presign_part",
    "presign_put",
    "put",
    "size",
]
