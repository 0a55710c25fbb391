//! The answer to a command that had been executed before.

use watchbook_domain::{Aggregate, CommandId};

use super::{Executed, Repository, RepositoryError};
use crate::{Appended, StreamId, Version};

/// More events than any command has.
const MOST_EVENTS: usize = 256;

impl<A: Aggregate> Repository<A> {
    /// Finds what `command` appended then. It decided for `decided` events now; then it may have been others.
    pub(super) async fn replayed(
        &self,
        stream: &StreamId,
        command: CommandId,
        appended: Appended,
        decided: usize,
    ) -> Result<Executed<A>, RepositoryError> {
        let before = Version(appended.version.0.saturating_sub(decided as u64));
        let page = self.history(stream, before, decided + MOST_EVENTS).await?;
        let mut events = Vec::new();
        let mut index = 0;
        let mut position = appended.position;
        for (recorded, event) in page {
            if recorded.event.event_id == command.event_id(index) {
                index += 1;
                position = recorded.position;
                events.extend(event);
            } else if index > 0 {
                break;
            }
        }
        let loaded = self.load(stream).await?;
        let (state, version) = (loaded.state, loaded.version);
        Ok(Executed { state, version, position: Some(position), events, replayed: true })
    }
}
