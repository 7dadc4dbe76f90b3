"""Who steals database, log, backup, replica and all versions of a bucket at once gets nothing."""

from contextlib import ExitStack

import pytest

from tests.forget.test_forgetting import _key_pages, _keys
from tests.forget.thief import reachable_keys
from tests.home import PASSPHRASE, SOUND, WORDS, Home
from tests.servers import Server, everything_below
from tests.stores import buckets
from tests.stores.test_replicas import Pair, _pages_of, _rob, _until, pair
from unhear.clock import random_bytes
from unhear.forget.mirror import Copies
from unhear.household.scope import Scope
from unhear.keep import age
from unhear.settings import Settings
from unhear.stores.bucket import Bucket
from unhear.stores.bucket_payloads import BucketPayloads
from unhear.stores.payloads import payload_name
from unhear.stores.standbys import Standbys

pytestmark = pytest.mark.slow
__all__ = ["pair"]


def test_everything_at_once_opens_nothing_that_was_erased(
    pair: Pair, seaweed_server: buckets.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets.sign_in(monkeypatch, seaweed_server.url)
    bucket = seaweed_server.bucket(versioned=True)
    payloads = BucketPayloads(Bucket(f"s3://{bucket}/thief/{random_bytes(6).hex()}"))
    settings = Settings(house=pair.house)
    assert settings.database is not None
    copies = Copies(Standbys(settings.database, ["two"], 60))
    home = Home(settings, copies=copies, payloads=payloads)
    traces = [home.keep(f"{WORDS} {n}") for n in range(8)]
    gone, stay = traces[:4], traces[4:]
    for trace in traces[::4]:
        # Others wrote over it and removed it: an old version and a mark lie about.
        piece = f"{payload_name(home.id, trace)}/{0:016x}"
        buckets.write_over(payloads.bucket, piece, random_bytes(100))
        buckets.remove_as_others(payloads.bucket, piece)
    keys, pages = _keys(home, traces), _key_pages(home)
    with ExitStack() as stack:
        old = Server(name="old")
        stack.callback(old.remove)
        pair.one.copy(old.data)
        for trace in gone:
            home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))
            pages += _key_pages(home)
        pair.one.sql("SELECT pg_switch_wal()")
        archive = pair.one.folder / "archive"
        _until(lambda: bool(list(archive.iterdir())))
        haul = pair.one.at_rest()
        for folder in (archive, pair.two.data, old.data):
            haul += everything_below(folder)
        for level, _, page in pages:
            assert level or page.sealed[:500] in haul, "every version of a page is in the haul"
        assert not any(key in haul for _, key in keys.values())
        versions = list(payloads.bucket.versions(home.id.hex()))
        assert not any(trace.hex() in one.key for trace in gone for one in versions)
        assert all(any(trace.hex() in one.key for one in versions) for trace in stay)
        with home.db.reading() as transaction:
            tree_id = transaction.current_root().tree_id
        roots = [home.roots.get(root_id) for root_id in home.roots.ids()]
        old.configure("synchronous_standby_names = ''\narchive_mode = off")
        old.start()
        _rob(old, home, roots, gone)
        pages += _pages_of(old)
    found = reachable_keys(tree_id, pages, roots)
    for trace in gone:
        slot, key = keys[trace]
        assert key not in found.get(slot, set())
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    for trace in stay[1:]:
        slot, key = keys[trace]
        assert key in found[slot], "what was not erased is there for whoever has all of it"
        assert age.decrypt(home.catalogue.sealed(trace).sound, [identity]) == SOUND
