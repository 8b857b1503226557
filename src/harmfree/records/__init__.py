"""What happened: people, registrations and coded events, and where they come from."""

from harmfree.records.manifest import Manifest, Source
from harmfree.records.store import Bucket, Store, home
from harmfree.records.writer import StoreWriter, bucket_count_for, locked

__all__ = [
    "Bucket",
    "Manifest",
    "Source",
    "Store",
    "StoreWriter",
    "bucket_count_for",
    "home",
    "locked",
]
