//! The tree signer: takes every event into the tree, and signs heads of it.
//!
//! It runs on every node, without a lease: the tree follows from the log, so all nodes come to the same hashes, and a
//! node that keeps its own is a witness of the others. What nodes share is the key.

use crate::notifier::Failure;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use watchbook_eventlog::migration::Pages;
use watchbook_eventlog::{EventLog, Keyring, Position};
use watchbook_proofs::{HeadSigner, Heads, Tiles, TilesWriter, TreeHead, leaf_of, root_at};

/// Between heads, at least.
const BETWEEN_HEADS: Duration = Duration::from_secs(60);
/// Between looks at the log, at least: what comes meanwhile is read at once.
const PACE: Duration = Duration::from_secs(1);
/// Between tries while something is down, and between looks whether the process that writes has gone.
const PAUSE: Duration = Duration::from_secs(1);
/// Leaves that a crash may cost while a long log is read.
const UNCOMMITTED: u64 = 200_000;

/// The parts of the tree signer.
#[derive(Clone)]
pub struct TreeSigner {
    /// What is to be proved.
    pub log: Arc<dyn EventLog>,
    /// The key that signs.
    pub keyring: Arc<Keyring>,
    /// The folder of the tree's hashes.
    pub tiles: PathBuf,
    /// Where heads are kept.
    pub heads: Heads,
    /// Where they are written to a second time.
    pub witness: Option<Heads>,
}

impl TreeSigner {
    /// Runs until `stop`, which should come when nothing else appends any more: then all that is left is signed.
    pub async fn run(self, stop: CancellationToken) {
        let signer = HeadSigner::new(&self.keyring);
        loop {
            match self.work(&signer, &stop).await {
                Ok(()) => {}
                Err(error) => {
                    metrics::gauge!("watchbook_tree_stopped").set(1.0);
                    tracing::error!(error = %error, "no head is signed; see `watchbook verify`");
                }
            }
            if stop.is_cancelled() {
                return;
            }
            stop.run_until_cancelled(sleep(PAUSE)).await;
        }
    }

    /// Ends at `stop`, and at once while another process of this machine writes the same tree.
    async fn work(&self, signer: &HeadSigner, stop: &CancellationToken) -> Result<(), Failure> {
        let Some(mut tree) = TilesWriter::open(&self.tiles).map_err(Failure::new)? else { return Ok(()) };
        self.same_log(&tree).await?;
        let last = self.heads.last().map_err(Failure::new)?;
        let mut last = last.and_then(|note| signer.key().open(&note).ok());
        let mut due = Instant::now();
        loop {
            let stopping = stop.is_cancelled();
            tree = self.read_on(tree).await?;
            if stopping || Instant::now() >= due {
                due = Instant::now() + BETWEEN_HEADS;
                tree = self.sign(signer, tree, &mut last).await?;
            }
            if stopping {
                return Ok(());
            }
            stop.run_until_cancelled(async {
                sleep(PACE).await;
                self.log.wait(tree.position(), due.saturating_duration_since(Instant::now()).max(PACE)).await;
            })
            .await;
        }
    }

    /// The tree goes on where it ended only if the event there is the one that it ends with.
    async fn same_log(&self, tree: &TilesWriter) -> Result<(), Failure> {
        let Some(last) = tree.size().checked_sub(1) else { return Ok(()) };
        let tiles = Tiles::open(&self.tiles).map_err(Failure::new)?;
        let kept = tiles.leaf(last).map_err(Failure::new)?;
        // Not every number is a position that every store can read from; another event's is.
        let before = last.checked_sub(1).map(|index| tiles.position(index)).transpose();
        let before = before.map_err(Failure::new)?.unwrap_or(Position::START);
        let there = self.log.read_all(before, 1).await?;
        match there.first() {
            Some(event) if event.position == tree.position() && leaf_of(last, event) == kept => Ok(()),
            _ => Err(Failure::say("the log is not the one that the tree was made from")),
        }
    }

    async fn read_on(&self, mut tree: TilesWriter) -> Result<TilesWriter, Failure> {
        let mut pages = Pages::new(&self.log, tree.position());
        loop {
            let page = pages.next().await?;
            if page.is_empty() {
                return Ok(tree);
            }
            for event in &page {
                tree.push(leaf_of(tree.size(), event), event.position).map_err(Failure::new)?;
            }
            if tree.size() - tree.committed() >= UNCOMMITTED {
                tree = on_disk(move || tree.commit().map(|()| tree)).await?;
            }
        }
    }

    /// Never signs what contradicts the head before, nor what the log does not have any more.
    async fn sign(
        &self,
        signer: &HeadSigner,
        mut tree: TilesWriter,
        last: &mut Option<TreeHead>,
    ) -> Result<TilesWriter, Failure> {
        let (tiles, before) = (self.tiles.clone(), *last);
        let (tree, then) = on_disk(move || {
            tree.commit()?;
            let before = before.filter(|before| before.size <= tree.size());
            let then = before.map(|before| root_at(&Tiles::open(&tiles)?, before.size)).transpose()?;
            Ok((tree, then))
        })
        .await?;
        if self.log.head().await? < tree.position() {
            return Err(Failure::say("the log lost events that the tree has"));
        }
        if then != last.map(|last| last.root) {
            return Err(Failure::say("the log is not the one that the last head was signed for"));
        }
        let head = TreeHead { size: tree.size(), root: tree.root() };
        if head.size > last.map_or(0, |last| last.size) {
            let (note, this) = (signer.sign(head), self.clone());
            on_disk(move || {
                this.heads.append(&note)?;
                if let Some(Err(error)) = this.witness.as_ref().map(|witness| witness.append(&note)) {
                    tracing::warn!(%error, "the head was not written to the witness folder");
                }
                Ok(())
            })
            .await?;
            *last = Some(head);
            metrics::gauge!("watchbook_tree_signed_events").set(head.size as f64);
        }
        metrics::gauge!("watchbook_tree_stopped").set(0.0);
        Ok(tree)
    }
}

/// Files are written, and made durable, where that holds up nobody.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Failure::new)?;
    done.map_err(Failure::new)
}
