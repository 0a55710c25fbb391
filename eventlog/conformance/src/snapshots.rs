//! Snapshots: the latest wins.

use crate::{Factory, kit::*};
use watchbook_eventlog::Version;

/// A snapshot comes back as it was put, until a later one, or one of the same version, replaces it.
pub async fn a_later_snapshot_wins(factory: &impl Factory) {
    let snapshots = factory.create().await.snapshots;
    let stream = stream();
    assert_eq!(snapshots.snapshot(&stream).await.unwrap(), None);
    for (version, format, bytes) in [(3, 1, vec![1; 10]), (8, u16::MAX, vec![2; 70_000]), (8, 2, Vec::new())]
    {
        snapshots.put_snapshot(&stream, Version(version), format, bytes.clone()).await.unwrap();
        assert_eq!(snapshots.snapshot(&stream).await.unwrap(), Some((Version(version), format, bytes)));
    }
}

/// A slow writer's snapshot does not replace a later one, and is no error.
pub async fn an_earlier_snapshot_is_ignored(factory: &impl Factory) {
    let snapshots = factory.create().await.snapshots;
    let stream = stream();
    snapshots.put_snapshot(&stream, Version(8), 1, vec![8]).await.unwrap();
    snapshots.put_snapshot(&stream, Version(7), 2, vec![7]).await.unwrap();
    assert_eq!(snapshots.snapshot(&stream).await.unwrap(), Some((Version(8), 1, vec![8])));
}

/// Each stream has its own.
pub async fn snapshots_are_apart(factory: &impl Factory) {
    let snapshots = factory.create().await.snapshots;
    let (first, second) = (stream(), stream());
    snapshots.put_snapshot(&first, Version(8), 1, vec![8]).await.unwrap();
    assert_eq!(snapshots.snapshot(&second).await.unwrap(), None);
    snapshots.put_snapshot(&second, Version(2), 1, vec![2]).await.unwrap();
    assert_eq!(snapshots.snapshot(&first).await.unwrap(), Some((Version(8), 1, vec![8])));
    assert_eq!(snapshots.snapshot(&second).await.unwrap(), Some((Version(2), 1, vec![2])));
}
