//! The tree on disk: every hash it has, what a crash leaves, and one writer at a time.

use crate::naive;
use std::fs;
use std::io::Write as _;
use tempfile::TempDir;
use watchbook_eventlog::Position;
use watchbook_proofs::{Hash, Tiles, TilesWriter, consistency, inclusion, root_at};

fn leaves(count: usize) -> Vec<naive::Raw> {
    (0..count).map(|n| naive::leaf(&n.to_be_bytes())).collect()
}

/// Positions have holes, as in KurrentDB.
fn position(index: usize) -> Position {
    Position(index as u64 * 7 + 3)
}

fn write(folder: &TempDir, leaves: &[naive::Raw]) {
    let mut writer = TilesWriter::open(folder.path()).unwrap().unwrap();
    for (index, leaf) in leaves.iter().enumerate().skip(writer.size() as usize) {
        writer.push(Hash(*leaf), position(index)).unwrap();
    }
    writer.commit().unwrap();
    assert_eq!(writer.root().0, naive::mth(leaves));
}

#[test]
fn proofs_come_from_disk_at_every_size_across_tiles() {
    let folder = tempfile::tempdir().unwrap();
    // Two levels of tiles, and a little more.
    let leaves = leaves(256 * 256 + 300);
    for size in [1, 2, 255, 256, 257, 600, 256 * 256 - 1, 256 * 256, leaves.len()] {
        write(&folder, &leaves[..size]);
        let tiles = Tiles::open(folder.path()).unwrap();
        assert_eq!(tiles.size(), size as u64);
        for asked in [1, size / 3 + 1, size - size / 5, size] {
            let root = root_at(&tiles, asked as u64).unwrap();
            assert_eq!(root.0, naive::mth(&leaves[..asked]), "{asked} of {size}");
            let path = inclusion(&tiles, asked as u64 / 2, asked as u64).unwrap().unwrap();
            let path: Vec<_> = path.iter().map(|hash| hash.0).collect();
            assert_eq!(path, naive::path(asked / 2, &leaves[..asked]));
            let proof = consistency(&tiles, asked as u64, size as u64).unwrap().unwrap();
            let proof: Vec<_> = proof.iter().map(|hash| hash.0).collect();
            assert_eq!(proof, naive::subproof(asked, &leaves[..size], true));
        }
        assert_eq!(tiles.position(size as u64 - 1).unwrap(), position(size - 1));
        assert_eq!(tiles.index(position(size - 1)).unwrap(), Some(size as u64 - 1));
        assert_eq!(tiles.index(Position(4)).unwrap(), None);
        tiles.leaf(size as u64).unwrap_err();
        inclusion(&tiles, 0, size as u64 + 1).unwrap_err();
    }
}

#[test]
fn what_was_not_committed_is_not_seen_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let leaves = leaves(700);
    write(&folder, &leaves[..300]);
    for more in [301, 512, 513, 700] {
        let mut writer = TilesWriter::open(folder.path()).unwrap().unwrap();
        assert_eq!((writer.size(), writer.position()), (300, position(299)));
        for (index, leaf) in leaves[..more].iter().enumerate().skip(300) {
            writer.push(Hash(*leaf), position(index)).unwrap();
        }
        drop(writer);
        let half = fs::OpenOptions::new().append(true).open(folder.path().join("0"));
        half.unwrap().write_all(b"half a hash").unwrap();
        let tiles = Tiles::open(folder.path()).unwrap();
        assert_eq!(root_at(&tiles, 300).unwrap().0, naive::mth(&leaves[..300]));
        root_at(&tiles, 301).unwrap_err();
    }
    write(&folder, &leaves);
}

#[test]
fn one_process_writes_at_a_time_and_a_damaged_folder_is_none() {
    let folder = tempfile::tempdir().unwrap();
    write(&folder, &leaves(300));
    let writer = TilesWriter::open(folder.path()).unwrap().unwrap();
    assert!(TilesWriter::open(folder.path()).unwrap().is_none());
    drop(writer);
    let file = fs::OpenOptions::new().write(true).open(folder.path().join("0")).unwrap();
    file.set_len(299 * 32).unwrap();
    TilesWriter::open(folder.path()).unwrap_err();
}
