//! Logs that were tampered with in every way, with dense positions and with others: each is named.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;
use watchbook_domain::{EventId, SubjectId, Timestamp};
use watchbook_eventlog::testing::MemoryStore;
use watchbook_eventlog::{
    Appended, EventLog, Expected, Keyring, LogError, NewEvent, Position, RecordedEvent, Sealer, StreamId,
    Version,
};
use watchbook_proofs::audit::{Evidence, Fault, Report, Tampering};
use watchbook_proofs::{HeadSigner, Heads, TilesWriter, TreeHead, audit, leaf_of};

/// A log that is whatever the test makes of it. A dense one refuses to read over a hole, as SQL stores do.
struct Paper {
    events: Mutex<Vec<RecordedEvent>>,
    dense: bool,
}

/// The same trait as the real ones; nothing is appended.
impl Paper {
    fn page(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        let events = self.events.lock().unwrap();
        let page: Vec<_> = events.iter().filter(|e| e.position > after).take(limit).cloned().collect();
        let whole = page.iter().zip(after.0 + 1..).all(|(event, due)| event.position.0 == due);
        if self.dense && !whole { Err(LogError::Corrupt("a number is missing".into())) } else { Ok(page) }
    }
}

#[async_trait::async_trait]
impl EventLog for Paper {
    async fn append(&self, _: &StreamId, _: Expected, _: Vec<NewEvent>) -> Result<Appended, LogError> {
        panic!("nothing is appended")
    }
    async fn read_stream(&self, _: &StreamId, _: Version, _: usize) -> Result<Vec<RecordedEvent>, LogError> {
        panic!("streams are not read")
    }
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<RecordedEvent>, LogError> {
        self.page(after, limit)
    }
    async fn head(&self) -> Result<Position, LogError> {
        Ok(self.events.lock().unwrap().last().map_or(Position::START, |event| event.position))
    }
    async fn wait(&self, _: Position, _: Duration) {}
}

const EVENTS: usize = 420;
const HEADS: [usize; 4] = [1, 150, 280, 400];

struct Case {
    events: Vec<RecordedEvent>,
    evidence: Evidence,
    signer: HeadSigner,
    dense: bool,
    folder: TempDir,
}

fn position(index: usize, dense: bool) -> Position {
    Position(if dense { index as u64 + 1 } else { index as u64 * 11 + 40 })
}

impl Case {
    /// The last twenty events have no head yet.
    async fn new(dense: bool) -> Self {
        let (store, keyring) = (MemoryStore::new(), Arc::new(Keyring::new([1; 32], [2; 32])));
        let sealer = Arc::new(Sealer::new(Arc::new(store), keyring.clone()));
        let folder = tempfile::tempdir().unwrap();
        let (signer, heads) = (HeadSigner::new(&keyring), Heads::at(folder.path().join("heads")));
        let tiles = folder.path().join("tree");
        let mut writer = TilesWriter::open(&tiles).unwrap().unwrap();
        let mut events = Vec::new();
        for n in 0..EVENTS {
            let (stream, version) = (StreamId::new("account", n % 7), Version(n as u64 / 7 + 1));
            let subject = SubjectId(Uuid::from_u128(n as u128 % 7));
            let payload =
                sealer.seal_event(&stream, version, "thing.done", 1, subject, b"what").await.unwrap();
            let event = NewEvent {
                event_id: EventId(Uuid::from_u128(n as u128 + 1_000)),
                event_type: "thing.done".into(),
                schema_version: 1,
                recorded_at: Timestamp::from_micros(n as i64),
                subject,
                actor: (n % 2 == 0).then_some(subject.0),
                correlation_id: Uuid::nil(),
                causation_id: None,
                payload,
            };
            let recorded = RecordedEvent { position: position(n, dense), stream, version, event };
            if n < HEADS[3] {
                writer.push(leaf_of(n as u64, &recorded), recorded.position).unwrap();
            }
            if HEADS.contains(&(n + 1)) {
                let head = TreeHead { size: writer.size(), root: writer.root() };
                heads.append(&signer.sign(head)).unwrap();
            }
            events.push(recorded);
        }
        writer.commit().unwrap();
        let evidence =
            Evidence { key: signer.key(), heads: vec![heads], tiles: Some(tiles), sealer: Some(sealer) };
        Self { events, evidence, signer, dense, folder }
    }

    async fn audit(&self) -> Report {
        let paper = Paper { events: Mutex::new(self.events.clone()), dense: self.dense };
        let log: Arc<dyn EventLog> = Arc::new(paper);
        audit(&log, &self.evidence, |_, _| {}).await.unwrap()
    }

    /// Positions count up again, as somebody would leave them who wants nothing to be seen.
    fn renumber(&mut self) {
        let dense = self.dense;
        self.events.iter_mut().enumerate().for_each(|(n, event)| event.position = position(n, dense));
    }

    async fn fault(&self) -> (u64, Tampering, Option<u64>) {
        let report = self.audit().await;
        match report.faults.as_slice() {
            [Fault::Tampered { index, what, head, .. }] => (*index, what.clone(), head.map(|head| head.size)),
            others => panic!("{others:?}"),
        }
    }
}

/// On a log of either kind.
async fn after(change: impl Fn(&mut Case)) -> (u64, Tampering, Option<u64>) {
    let mut faults = Vec::new();
    for dense in [true, false] {
        let mut case = Case::new(dense).await;
        change(&mut case);
        faults.push(case.fault().await);
    }
    assert_eq!(faults[0], faults[1]);
    faults.swap_remove(0)
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_what_it_was() {
    for dense in [true, false] {
        let case = Case::new(dense).await;
        let sound = Report { events: 420, covered: 400, heads: 4, sealed: 20, ..Report::default() };
        assert_eq!(case.audit().await, sound);
    }
}

#[tokio::test]
async fn an_edit_is_named_whatever_was_edited() {
    type Edit = fn(&mut RecordedEvent);
    let sealed: [Edit; 5] = [
        |e| e.event.payload[40] ^= 1,
        |e| e.event.event_type.push('x'),
        |e| e.event.schema_version += 1,
        |e| e.stream = StreamId::new("account", 99),
        |e| e.version = Version(900),
    ];
    let open: [Edit; 5] = [
        |e| e.event.event_id = EventId(Uuid::nil()),
        |e| e.event.recorded_at = Timestamp::from_micros(-1),
        |e| e.event.actor = Some(Uuid::max()),
        |e| e.event.correlation_id = Uuid::max(),
        |e| e.event.causation_id = Some(EventId(Uuid::nil())),
    ];
    for (edits, seal) in [(sealed, false), (open, true)] {
        for edit in edits {
            for (index, head) in [(0, 1), (149, 150), (150, 280), (399, 400)] {
                let fault = after(|case| edit(&mut case.events[index])).await;
                assert_eq!(fault, (index as u64, Tampering::Edited { seal: Some(seal) }, Some(head)));
            }
        }
    }
}

#[tokio::test]
async fn what_was_deleted_is_named_with_holes_and_without() {
    for (from, count) in [(0, 1), (149, 1), (200, 3), (350, 15)] {
        let (index, what, _) = after(|case| {
            case.events.drain(from..from + count);
            case.renumber();
        })
        .await;
        assert_eq!((index, what), (from as u64, Tampering::Deleted { count: count as u64, store: None }));
        let mut case = Case::new(true).await;
        case.events.drain(from..from + count);
        let (index, what, _) = case.fault().await;
        let store = Some("a number is missing".into());
        assert_eq!((index, what), (from as u64, Tampering::Deleted { count: count as u64, store }));
    }
}

#[tokio::test]
async fn what_changed_places_is_named_near_and_far() {
    for (a, b) in [(0, 1), (10, 300), (149, 150), (200, 201), (250, 390)] {
        let (index, what, _) = after(|case| {
            case.events.swap(a, b);
            case.renumber();
        })
        .await;
        assert_eq!((index, what), (a as u64, Tampering::Reordered { belongs: b as u64 }));
    }
}

#[tokio::test]
async fn what_was_put_in_is_named_in_the_middle_and_at_the_end() {
    for at in [0, 150, 399] {
        let (index, what, _) = after(|case| {
            let mut event = case.events[3].clone();
            event.event.event_id = EventId(Uuid::max());
            case.events.insert(at, event);
            case.renumber();
        })
        .await;
        assert_eq!((index, what), (at as u64, Tampering::Inserted));
    }
    // Copied from elsewhere: its seal is of another place.
    let fault = after(|case| {
        let mut event = case.events[3].clone();
        event.version = Version(5_000);
        case.events.push(event);
        case.renumber();
    })
    .await;
    assert_eq!(fault, (420, Tampering::AppendedOutOfBand, None));
}

#[tokio::test]
async fn a_log_that_ends_early_is_truncated() {
    for left in [0, 1, 149, 150, 399] {
        let missing = 400 - left as u64;
        let (index, what, head) = after(|case| case.events.truncate(left)).await;
        let next = HEADS.into_iter().find(|size| *size > left).map(|size| size as u64);
        assert_eq!(head, next);
        // The first head that it contradicts says how many are gone at least.
        let Tampering::Truncated { missing: said } = what else { panic!("{what:?}") };
        assert_eq!((index, said.max(missing)), (left as u64, missing));
    }
}

#[tokio::test]
async fn without_hashes_it_lies_between_two_heads() {
    let mut case = Case::new(true).await;
    case.evidence.tiles = None;
    case.events[200].event.payload[0] ^= 1;
    let report = case.audit().await;
    let [Fault::Somewhere { from: 150, events: 280, head }] = report.faults.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!((head.size, report.covered, report.heads), (280, 150, 2));
    case.events.truncate(250);
    case.events[200].event.payload[0] ^= 1;
    let report = case.audit().await;
    assert!(matches!(report.faults[..], [Fault::Somewhere { from: 150, events: 250, .. }]), "{report:?}");
}

/// Who changes the log and the hashes beside it still cannot sign.
#[tokio::test]
async fn hashes_that_were_made_anew_convince_nobody() {
    let mut case = Case::new(true).await;
    case.events[200].event.payload[0] ^= 1;
    let folder = case.evidence.tiles.clone().unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    let mut writer = TilesWriter::open(&folder).unwrap().unwrap();
    for (event, index) in case.events.iter().zip(0..) {
        writer.push(leaf_of(index, event), event.position).unwrap();
    }
    writer.commit().unwrap();
    let report = case.audit().await;
    assert!(matches!(report.faults[..], [Fault::Somewhere { from: 150, .. }]), "{report:?}");
    // The other way round: the log is what the heads say, the hashes are not.
    case.events[200].event.payload[0] ^= 1;
    assert_eq!(case.audit().await.faults, [Fault::HashesChanged { index: 200 }]);
}

#[tokio::test]
async fn heads_that_nobody_vouches_for_are_named() {
    let case = Case::new(true).await;
    let path = case.evidence.heads[0].path().to_owned();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\n150\n", "\n151\n", 1)).unwrap();
    let report = case.audit().await;
    assert!(matches!(report.faults[..], [Fault::BadHead { number: 2, .. }]), "{report:?}");
    // A crash broke the last one off: nobody had been told of it.
    std::fs::write(&path, &text[..text.len() - 5]).unwrap();
    let report = case.audit().await;
    assert_eq!((report.faults.len(), report.covered), (0, 280));
}

/// A witness in another place has what was taken away here.
#[tokio::test]
async fn a_witness_convicts_who_takes_log_heads_and_hashes_back() {
    let mut case = Case::new(true).await;
    let witness = case.folder.path().join("witness");
    std::fs::copy(case.evidence.heads[0].path(), &witness).unwrap();
    case.events.truncate(200);
    let own = case.evidence.heads[0].path();
    let text = std::fs::read_to_string(own).unwrap();
    let second = text.match_indices("watchbook/").nth(4).unwrap().0;
    std::fs::write(own, &text[..second]).unwrap();
    case.evidence.tiles = None;
    assert_eq!(case.audit().await.faults, []);
    case.evidence.heads.push(Heads::at(&witness));
    let report = case.audit().await;
    assert!(matches!(report.faults[..], [Fault::Somewhere { from: 150, events: 200, .. }]), "{report:?}");
    let other = HeadSigner::new(&Keyring::new([1; 32], [9; 32]));
    assert_ne!(case.signer.key(), other.key());
}
