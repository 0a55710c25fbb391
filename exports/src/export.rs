//! Writes an export. Memory is bounded by a few pages of events, whatever the log's size. Interrupted anywhere, it goes
//! on from the last progress that is on disk and comes to the same bytes.

use crate::entries::{self, Entries};
use crate::folder::{ENTRIES, Folder, HEAD, MANIFEST, PROOF, Reached, SIGNATURE};
use crate::format::Format;
use crate::manifest::{FileDigest, Manifest, VERSION, signed_text};
use crate::record::{Carried, Record};
use crate::selection::Selection;
use crate::verify::{VerifyError, verify};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;
use watchbook_domain::{SubjectId, Timestamp};
use watchbook_eventlog::migration::Pages;
use watchbook_eventlog::{ERASED, EventLog, LogError, Position, RecordedEvent, SealError, Sealer};
use watchbook_proofs::{Entry, HeadSigner, Heads, JointError, Tiles, TreeHead, encode, joint};

/// Pages that are opened and written out side by side.
const SIDE_BY_SIDE: usize = 3;
/// Events of the log between two times that progress is made durable.
const BETWEEN_SAVES: u64 = 200_000;

/// Where an export comes from.
#[derive(Clone)]
pub struct Sources {
    /// The events.
    pub log: Arc<dyn EventLog>,
    /// Opens payloads.
    pub sealer: Arc<Sealer>,
    /// The folder of the tree's hashes.
    pub tiles: PathBuf,
    /// The signed tree heads; an export goes up to the last.
    pub heads: Heads,
}

impl std::fmt::Debug for Sources {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sources").field("tiles", &self.tiles).finish_non_exhaustive()
    }
}

/// What is wanted. An interrupted export goes on only with the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which events.
    pub selection: Selection,
    /// How they are written.
    pub format: Format,
    /// Who asked for it, in words.
    pub by: String,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Events of the log looked at.
    pub looked_at: u64,
    /// Events of the log to be looked at.
    pub of: u64,
    /// Events taken.
    pub taken: u64,
}

/// Why an export was not made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder has a complete export.
    #[error("there is an export in this folder already")]
    Complete,
    /// The folder has an export of something else, or something else.
    #[error(
        "there is something else in this folder; choose another, or repeat the same command to go on with it"
    )]
    Occupied,
    /// Another process writes there.
    #[error("another process writes an export there")]
    Busy,
    /// Nothing was signed yet, or the hashes were lost.
    #[error("there is no signed tree head with its hashes yet: let the server run for a minute")]
    NoHead,
    /// The log is not what was signed.
    #[error("the log is not what its signed head says: see `watchbook verify`")]
    NotTheLog,
    /// An erasure overtook it. All that was written is gone again.
    #[error("somebody was erased meanwhile; what was written has been deleted, begin again")]
    ErasedMeanwhile,
    /// An event does not hold what Watchbook records.
    #[error("the payload of the event at position {0} is not readable")]
    Payload(Position),
    /// The log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] LogError),
    /// The vault does not answer, or a seal is broken.
    #[error("payloads cannot be opened")]
    Seal(#[from] SealError),
    /// Files cannot be read or written.
    #[error("files cannot be read or written")]
    Files(#[from] io::Error),
    /// What was written does not prove itself.
    #[error("what was written does not prove itself")]
    Unproved(#[source] Box<VerifyError>),
    /// It was stopped from outside.
    #[error("the export was stopped")]
    Stopped,
}

/// A page as it goes to disk.
struct Page {
    events: Vec<u8>,
    entries: Vec<u8>,
    taken: u64,
    erased: u64,
    size: u64,
    last: Position,
}

/// Writes the export of `order` into `folder`, or goes on with one that was interrupted there. `tell` is told of every
/// page.
///
/// # Errors
/// See [`ExportError`]. After all but `ErasedMeanwhile` the folder is left as it is, to be gone on with.
pub async fn export(
    sources: &Sources,
    order: Order,
    folder: &Path,
    (id, now): (Uuid, Timestamp),
    mut tell: impl FnMut(Progress),
) -> Result<Manifest, ExportError> {
    let folder = Folder::open(folder)?;
    let signer = HeadSigner::new(sources.sealer.keyring());
    let mut reached = begin(sources, &signer, order, &folder, (id, now))?;
    let order = reached.order.clone();
    let head = signer.key().open(&reached.head).map_err(|_| ExportError::NotTheLog)?;
    let mut files = Files::open(&folder, &mut reached)?;
    let (mut saved, end) = (reached.index, head.size);
    let pages = stream::try_unfold(
        (Pages::new(&sources.log, Position(reached.position)), reached.index),
        |(mut pages, index)| async move {
            let mut page = if index < end { pages.next().await? } else { Vec::new() };
            page.truncate(usize::try_from(end - index).unwrap_or(usize::MAX));
            let next = index + page.len() as u64;
            Ok::<_, LogError>((!page.is_empty()).then_some(((index, page), (pages, next))))
        },
    );
    let written = pages.map(|page| {
        let (sealer, order) = (sources.sealer.clone(), order.clone());
        async move {
            let (index, page) = page?;
            tokio::spawn(write_out(sealer, order, index, page)).await.map_err(|_| ExportError::Stopped)?
        }
    });
    let mut written = std::pin::pin!(written.buffered(SIDE_BY_SIDE));
    while let Some(page) = written.next().await {
        let page = page?;
        files.append(&page)?;
        reached.index += page.size;
        reached.position = page.last.0;
        reached.events += page.taken;
        reached.erased += page.erased;
        reached.event_bytes += page.events.len() as u64;
        reached.entry_bytes += page.entries.len() as u64;
        if reached.index - saved >= BETWEEN_SAVES {
            files.sync()?;
            folder.keep(&reached)?;
            saved = reached.index;
        }
        tell(Progress { looked_at: reached.index, of: end, taken: reached.events });
    }
    if reached.index < end {
        return Err(ExportError::NotTheLog);
    }
    files.sync()?;
    folder.keep(&reached)?;
    finish(sources, &signer, head, reached, &folder).await
}

fn files_of(format: Format) -> [&'static str; 5] {
    [format.file(), ENTRIES, PROOF, HEAD, SIGNATURE]
}

/// What was there before, or a beginning.
fn begin(
    sources: &Sources,
    signer: &HeadSigner,
    order: Order,
    folder: &Folder,
    (export, begun_at): (Uuid, Timestamp),
) -> Result<Reached, ExportError> {
    if let Some(reached) = folder.reached()? {
        if reached.order != order {
            return Err(ExportError::Occupied);
        }
        let events = order.format.file();
        if folder.reaches(events, reached.event_bytes)? && folder.reaches(ENTRIES, reached.entry_bytes)? {
            return Ok(reached);
        }
        // What it says was written is not there: it was being discarded, or somebody took it away.
        folder.discard(&files_of(order.format))?;
    }
    if folder.has(MANIFEST) {
        return Err(ExportError::Complete);
    }
    if !folder.is_empty()? {
        return Err(ExportError::Occupied);
    }
    let head = sources.heads.last()?.ok_or(ExportError::NoHead)?;
    let covered = signer.key().open(&head).map_err(|_| ExportError::NoHead)?;
    if Tiles::open(&sources.tiles)?.size() < covered.size {
        return Err(ExportError::NoHead);
    }
    let reached = Reached {
        export,
        begun_at,
        order,
        head,
        index: 0,
        position: Position::START.0,
        events: 0,
        erased: 0,
        event_bytes: 0,
        entry_bytes: 0,
    };
    folder.keep(&reached)?;
    Ok(reached)
}

/// Opens what is wanted of a page, and writes it out.
async fn write_out(
    sealer: Arc<Sealer>,
    order: Order,
    index: u64,
    page: Vec<RecordedEvent>,
) -> Result<Page, ExportError> {
    let last = page.last().map_or(Position::START, |recorded| recorded.position);
    let size = page.len() as u64;
    let numbered = (index..).zip(page);
    let (indices, wanted): (Vec<u64>, Vec<RecordedEvent>) =
        numbered.filter(|(_, recorded)| order.selection.takes(&recorded.event)).unzip();
    let opened = sealer.open_page(&wanted).await?;
    let mut written = Page {
        events: Vec::with_capacity(wanted.len() * 640),
        entries: Vec::with_capacity(wanted.len() * 640),
        taken: wanted.len() as u64,
        erased: 0,
        size,
        last,
    };
    for ((index, recorded), opened) in indices.into_iter().zip(wanted).zip(&opened) {
        let position = recorded.position;
        let carried = Carried::of(position.0, opened).ok_or(ExportError::Payload(position))?;
        written.erased += u64::from(carried.erased);
        entries::write(&encode(index, &recorded), &mut written.entries);
        let RecordedEvent { position: _, stream, version, event } = recorded;
        let entry = Entry { index, stream, version, event };
        order.format.write(&Record { entry: &entry, carried }, &mut written.events);
    }
    Ok(written)
}

/// The two files that grow.
struct Files {
    events: File,
    entries: File,
}

impl Files {
    fn open(folder: &Folder, reached: &mut Reached) -> Result<Self, ExportError> {
        let busy = |error: io::Error| match error.kind() {
            io::ErrorKind::WouldBlock => ExportError::Busy,
            _ => error.into(),
        };
        let format = reached.order.format;
        let mut events = folder.go_on(format.file(), reached.event_bytes).map_err(busy)?;
        if reached.event_bytes == 0 {
            events.write_all(format.header().as_bytes())?;
            reached.event_bytes = format.header().len() as u64;
        }
        Ok(Self { events, entries: folder.go_on(ENTRIES, reached.entry_bytes).map_err(busy)? })
    }

    fn append(&mut self, page: &Page) -> io::Result<()> {
        self.events.write_all(&page.events)?;
        self.entries.write_all(&page.entries)
    }

    fn sync(&self) -> io::Result<()> {
        self.events.sync_data()?;
        self.entries.sync_data()
    }
}

/// Proof, digests, signature; and the whole is checked before anybody is told that it is there.
async fn finish(
    sources: &Sources,
    signer: &HeadSigner,
    head: TreeHead,
    reached: Reached,
    folder: &Folder,
) -> Result<Manifest, ExportError> {
    let events = reached.order.format.file();
    if erased_meanwhile(sources, &reached, folder).await? {
        folder.discard(&files_of(reached.order.format))?;
        return Err(ExportError::ErasedMeanwhile);
    }
    prove(&Tiles::open(&sources.tiles)?, head.size, folder)?;
    folder.write(HEAD, reached.head.as_bytes())?;
    let digests = [events, ENTRIES, PROOF, HEAD].map(|name| FileDigest::of(folder.root(), name));
    let manifest = Manifest {
        version: VERSION,
        export: reached.export,
        begun_at: reached.begun_at,
        by: reached.order.by,
        selection: reached.order.selection,
        format: reached.order.format,
        log_size: head.size,
        events: reached.events,
        erased: reached.erased,
        files: digests.into_iter().collect::<io::Result<_>>()?,
    };
    let mut text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from)?;
    text.push(b'\n');
    folder.write(SIGNATURE, signer.sign_export(&signed_text(&text)).as_bytes())?;
    folder.write(MANIFEST, &text)?;
    if let Err(error) = verify(folder.root(), &signer.key(), |_| {}) {
        std::fs::remove_file(folder.path(MANIFEST))?;
        return Err(ExportError::Unproved(Box::new(error)));
    }
    folder.finished()?;
    Ok(manifest)
}

/// Whether somebody who is in the export was erased since it was begun.
async fn erased_meanwhile(
    sources: &Sources,
    reached: &Reached,
    folder: &Folder,
) -> Result<bool, ExportError> {
    let mut pages = Pages::new(&sources.log, Position(reached.position));
    let mut erased: HashSet<SubjectId> = HashSet::new();
    loop {
        let page = pages.next().await?;
        if page.is_empty() {
            break;
        }
        let erasures = page.iter().filter(|recorded| recorded.event.event_type == ERASED);
        erased.extend(erasures.map(|recorded| recorded.event.subject));
    }
    if erased.is_empty() {
        return Ok(false);
    }
    for entry in Entries::open(&folder.path(ENTRIES))? {
        if erased.contains(&entry?.0.event.subject) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn prove(tiles: &Tiles, size: u64, folder: &Folder) -> Result<(), ExportError> {
    let mut file = BufWriter::new(folder.go_on(PROOF, 0)?);
    let indices = Entries::open(&folder.path(ENTRIES))?.map(|entry| entry.map(|(entry, _)| entry.index));
    let proved = joint(tiles, size, indices, |hash| file.write_all(&hash.0));
    proved.map_err(|error| match error {
        JointError::Source(error) => ExportError::Files(error),
        JointError::Order(_) | JointError::Length => ExportError::NotTheLog,
    })?;
    file.flush()?;
    Ok(file.get_ref().sync_all()?)
}
