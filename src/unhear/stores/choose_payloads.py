"""Where sealed payloads lie, as the settings say."""

from pathlib import Path

from unhear.keep.payloads import Payloads
from unhear.stores.bucket import Bucket
from unhear.stores.bucket_payloads import BucketPayloads
from unhear.stores.payloads import FilePayloads


def choose_payloads(bucket: str | None, folder: Path) -> Payloads:
    """Answer the payloads in a bucket, or in a folder where none is named.

    Raises `SettingsWrong` for what is no bucket, and `StoreUnwritable` for the folder. Of a bucket
    nothing is asked: one that is away must not keep a house from opening.
    """
    return FilePayloads(folder) if bucket is None else BucketPayloads(Bucket(bucket))
