//! Events, page by page; while one page is written the next is read.

use std::collections::HashSet;
use std::sync::Arc;

use watchbook_domain::SubjectId;

use super::{CopyError, Pages, Pair, Phase, Progress, Tell, vault};
use crate::sealing::ERASED;
use crate::{EventLog, Position, Vault};

/// Copies what the source has after `after`, where the target ends. Answers where the source ends now, and how many
/// events that were. Subjects erased by them are destroyed in the target's vault, and added to `erased`.
pub(super) async fn copy(
    logs: &Pair<Arc<dyn EventLog>>,
    vaults: Option<&Pair<Arc<dyn Vault>>>,
    after: Position,
    erased: &mut HashSet<SubjectId>,
    tell: Tell<'_>,
) -> Result<(Position, u64), CopyError> {
    let end = logs.from.head().await.map_err(CopyError::Source)?;
    let mut pages = Pages::new(&logs.from, after);
    let (mut position, mut copied) = (after, 0);
    let mut page = pages.next().await.map_err(CopyError::Source)?;
    while let Some(last) = page.last() {
        position = last.position;
        copied += page.len() as u64;
        let erasures = page.iter().filter(|recorded| recorded.event.event_type == ERASED);
        let erasures: HashSet<_> = erasures.map(|recorded| recorded.event.subject).collect();
        let write = async { logs.to.append_recorded(page).await.map_err(CopyError::Target) };
        let read = async { pages.next().await.map_err(CopyError::Source) };
        let ((), next) = tokio::try_join!(write, read)?;
        page = next;
        if let Some(vaults) = vaults {
            vault::destroy(&vaults.to, &erasures).await?;
        }
        erased.extend(erasures);
        tell(Progress { phase: Phase::Copying, done: position.0, of: Some(end.0.max(position.0)) });
    }
    Ok((position, copied))
}
